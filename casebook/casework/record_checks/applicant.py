"""Checks on the applicant: signs that they are B, act for B or are the abuser."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field
from sqlalchemy import select

from casebook.casework.core.acting import Act
from casebook.casework.core.answers import Answer, Doing
from casebook.casework.record_checks import candidate_reviews, identity
from casebook.casework.record_checks.candidates import EVEN
from casebook.domain import chain
from casebook.domain.case import record_checks as rules
from casebook.domain.case.record_checks import MatchVerdict, OwnRecord
from casebook.domain.vocabulary import Answer3, MatchBand, Party, Source
from casebook.storage.tables import ApplicantSign, Application, Candidate, WorkItem


class ApplicantVerified(Answer):
    """A supervisor's answer to a sign about the applicant."""

    cleared: bool = Field(description="True: the sign is explained, and the applicant may be told.")
    explanation: str = Field(min_length=1)


def look_for_signs(act: Act, application: Application) -> list[ApplicantSign]:
    """Compare the applicant with B and with our own records. A supervisor answers each new sign."""
    people = {party: identity.person_of(act, application, party) for party in Party}
    likely_records = {party.value: _alike(act, application, party) for party in (Party.A, Party.B)}
    likely = {party: {row.person_id for row in rows} for party, rows in likely_records.items()}
    records = [record for row in likely_records["a"] for record in candidate_reviews.records_of(act, row)]
    sign_codes = rules.signs_about_applicant(
        [identity.known_party(people[party]) for party in (Party.A, Party.C) if people[party]],
        identity.known_party(people[Party.B]),
        living_together=application.living_together == Answer3.YES,
        strong={
            party: {row.person_id for row in rows if row.band == MatchBand.STRONG}
            for party, rows in likely_records.items()
        },
        likely=likely,
        records=[OwnRecord(person_id=record["person_id"], victim_id=record["victim_id"]) for record in records],
    )
    new_signs = [sign for code in sign_codes if (sign := _new(act, application, code))]
    if new_signs:
        act.session.add_all(new_signs)
        act.record(application, "applicant_signs_found", codes=sorted(sign.code for sign in new_signs))
    return new_signs


def _alike(act: Act, application: Application, party: Party) -> Sequence[Candidate]:
    """Candidates in force records who are confirmed to be the party, or at least as likely to be as not."""
    query = select(Candidate).where(
        Candidate.reference == application.reference,
        Candidate.party == party,
        Candidate.source == Source.RMS,
        Candidate.superseded.is_(False),
        (Candidate.weight >= EVEN) | (Candidate.verdict == MatchVerdict.SAME),
        Candidate.verdict.is_distinct_from(MatchVerdict.DIFFERENT),
    )
    return act.session.scalars(query).all()


def _new(act: Act, application: Application, code: rules.SignCode) -> ApplicantSign | None:
    sign_id = chain.identity("applicant_sign", application.reference, code)
    if act.session.get(ApplicantSign, sign_id) is not None:
        return None
    return ApplicantSign(
        id=sign_id, reference=application.reference, code=code, found_at=act.now, cleared=None, answer=None,
        answered_by=None, answered_at=None,
    )  # fmt: skip


def verified(doing: Doing) -> None:
    sign = doing.act.session.get_one(ApplicantSign, doing.item.subject["sign"])
    sign.cleared, sign.answer = doing.answer.cleared, doing.answer.explanation
    sign.answered_by, sign.answered_at = doing.act.actor.id, doing.act.now


def take_back_verification(act: Act, _application: Application, item: WorkItem) -> None:
    sign = act.session.get_one(ApplicantSign, item.subject["sign"])
    sign.cleared = sign.answer = sign.answered_by = sign.answered_at = None

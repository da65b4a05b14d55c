"""Checks on the applicant: signs that they are B, act for B or are the abuser; the meeting; locating A."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field
from sqlalchemy import select

from casebook.casework.core import clocks
from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.core.answers import Answer, Doing
from casebook.casework.record_checks import candidate_reviews, identity
from casebook.casework.record_checks.candidates import EVEN
from casebook.casework.safeguarding import danger, outreach
from casebook.casework.safeguarding.outreach import Speaks
from casebook.domain import chain
from casebook.domain.case import record_checks as rules
from casebook.domain.case.record_checks import MatchVerdict, OwnRecord
from casebook.domain.case.safe_contact import Purpose
from casebook.domain.risk.instruments import Reply
from casebook.domain.vocabulary import Answer3, Limit, MatchBand, Party, Source
from casebook.errors import InvalidAnswer
from casebook.storage.tables import ApplicantSign, Application, Candidate, InstrumentAnswer, Meeting, WorkItem

EVIDENCE = Literal[
    "passport", "driving_licence", "household_bill", "bank_statement", "benefit_notice", "birth_certificate",
    "identity_card", "known_to_professional", "other",
]  # fmt: skip


class ApplicantVerified(Answer):
    """A supervisor's answer to a sign about the applicant."""

    cleared: bool = Field(description="True: the sign is explained, and the applicant may be told.")
    explanation: str = Field(min_length=1)


class InstrumentGiven(Answer):
    """Answers to a risk instrument, question by question."""

    name: Literal["DASH", "SAFELIVES", "DARA"]
    instrument_version: str = Field(default="", description="Version of the form that was used.")
    answers: dict[str, Reply] = Field(
        description="Question code -> answer. `casebook instruments NAME` lists the codes."
    )


class ApplicantMet(Speaks):
    """The meeting with the applicant, or why there was none. Give channel, unless they came to us.

    If it was not held: channel says how contact was attempted, if it was.
    """

    held: bool
    exception_reason: str | None = Field(
        default=None, description="Only if it was not held: why not, and what was done instead."
    )
    identity_evidence: list[EVIDENCE] = Field(
        default_factory=list, description="Kinds of document seen. Do not record document numbers."
    )
    identity_confirmed: bool = False
    instrument: InstrumentGiven | None = None
    immediate_danger: bool = Field(default=False, description="Somebody is in danger now.")
    notes: str | None = None


class PersonLocated(Speaks):
    """For Right to Know: whether A was located. Give channel only if A was spoken to, under a plan set by a professional."""

    located: bool
    exception_reason: str | None = Field(default=None, description="Only if A was not located: what was attempted.")
    immediate_danger: bool = False
    notes: str | None = None


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


def take_back_meeting(act: Act, application: Application, item: WorkItem) -> None:
    """The meeting, or the location of A, is asked for again. Answers to an instrument that were given there go too."""
    meeting = act.session.get_one(Meeting, chain.identity("meeting", item.id))
    meeting.superseded = True
    clocks.take_back(act, application, Limit.FACE_TO_FACE, meeting.occurred_at)
    given = (item.answer or {}).get("instrument") or {}
    ids = [chain.identity("instrument_answer", item.id, given["name"], asked) for asked in given.get("answers", {})]
    query = select(InstrumentAnswer).where(
        InstrumentAnswer.reference == application.reference, InstrumentAnswer.id.in_(ids)
    )
    for row in act.session.scalars(query):
        row.superseded = True


def met(doing: Doing) -> None:
    answer: ApplicantMet = doing.answer
    if answer.held and not answer.they_came:
        outreach.channel_of(answer)
    party = outreach.applicant_of(doing.application)
    outreach.spoken(doing, party=party, purpose=Purpose.MEET, reached=answer.held)
    _record(
        doing,
        kind="meeting",
        held=answer.held,
        evidence=list(answer.identity_evidence),
        confirmed=answer.identity_confirmed,
    )
    if answer.instrument:
        _keep_answers(doing, answer.instrument)


def located(doing: Doing) -> None:
    outreach.spoken(doing, party=Party.A, purpose=Purpose.MEET, reached=doing.answer.located)
    _record(doing, kind="located", held=doing.answer.located, evidence=[], confirmed=doing.answer.located)


def _record(doing: Doing, *, kind: str, held: bool, evidence: list[str], confirmed: bool) -> None:
    """Record a meeting, or the reason why it was not held. Reported danger opens safeguarding at once."""
    answer = doing.answer
    if held == bool(answer.exception_reason):
        refuse_because(
            "held_or_reason",
            "say that it was held, or give exception_reason to say why not: one of the two",
            InvalidAnswer,
        )
    if held and kind == "meeting" and not evidence:
        refuse_because(
            "evidence_missing", "say in identity_evidence which document proved their identity", InvalidAnswer
        )
    doing.act.session.add(
        Meeting(
            id=chain.identity("meeting", doing.item.id),
            reference=doing.application.reference,
            kind=kind,
            held=held,
            exception_reason=answer.exception_reason,
            identity_evidence=evidence,
            identity_confirmed=confirmed,
            notes=answer.notes,
            occurred_at=doing.occurred_at,
            recorded_at=doing.act.now,
            recorded_by=doing.act.actor.id,
            superseded=None,
        )
    )
    if held and kind == "meeting":
        clocks.meet(doing.act, doing.application, Limit.FACE_TO_FACE, doing.occurred_at)
    if answer.immediate_danger:
        danger.open_safeguarding(doing.act, doing.application, cause=f"danger_heard_at_{kind}", key=doing.item.id)


def _keep_answers(doing: Doing, given: InstrumentGiven) -> None:
    earlier = doing.act.session.scalars(
        select(InstrumentAnswer).where(
            InstrumentAnswer.reference == doing.application.reference,
            InstrumentAnswer.instrument == given.name,
            InstrumentAnswer.question.in_(given.answers),
        )
    )
    for row in earlier:
        row.superseded = True
    doing.act.session.add_all(
        InstrumentAnswer(
            id=chain.identity("instrument_answer", doing.item.id, given.name, question),
            reference=doing.application.reference,
            instrument=given.name,
            instrument_version=given.instrument_version,
            question=question,
            answer=reply,
            answered_at=doing.occurred_at,
            recorded_by=doing.act.actor.id,
            superseded=False,
        )
        for question, reply in given.answers.items()
    )

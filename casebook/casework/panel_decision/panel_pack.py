"""The panel's pack as data: people, findings, searches, score, and how contact is safe.

It contains personal detail. Every reading is recorded in the ledger, and nothing of it goes to the engine. Other victims are
not named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from casebook.casework.core import code_words, conflict, signatures
from casebook.casework.core.acting import Act, refuse, why_not_see
from casebook.casework.core.blind_review import why_not_look
from casebook.domain import authority
from casebook.domain.actors import Actor
from casebook.domain.authority import Command
from casebook.domain.case import namesakes
from casebook.domain.case.agreed_words import sentences
from casebook.domain.vocabulary import Party
from casebook.errors import NotPermitted
from casebook.storage import links as stored_links
from casebook.storage import people
from casebook.storage.case import agreed_words, decisions, merged, panel_meetings, papers, record_checks
from casebook.storage.review.live_cells import VIEWED
from casebook.storage.tables import (
    Application,
    Assurance,
    Finding,
    OwnerAgreement,
    Person,
    SafeContact,
    Search,
)

PackSection = Mapping[str, Any]

# fields of a record that the panel reads. The victim is never named
OF_A_RECORD = (
    "kind", "offence_code", "offence_text", "date", "outcome", "victim_relationship", "flags", "source_evaluation",
    "intelligence_assessment", "handling",
)  # fmt: skip
OF_A_PERSON = (
    "forename",
    "middle_names",
    "surname",
    "former_names",
    "aliases",
    "dob",
    "dob_certainty",
    "address",
    "postcode",
)
OF_A_PLAN = ("party", "channel", "days", "windows", "voicemail", "code_word", "interpreter", "confirmed_at")


def printed(act: Act, reference: str, *, handed_to: str | None = None) -> dict[str, Any]:
    """The pack of an application. Refused to a person who is to make its decision again in a blind review.

    `handed_to`: the member of staff who was handed it on paper. It counts as opened by them.
    """
    act.allowed(Command.SEE_PERSONAL_DETAIL)
    refuse(why_not_look(act, reference) or conflict.why_not_open(act, reference), NotPermitted)
    return pack(act, reference, handed_to=handed_to)


def pack(act: Act, reference: str, *, handed_to: str | None = None) -> dict[str, Any]:
    """Everything the panel reads, marked with the reader and the time."""
    act.allowed(Command.SEE_PERSONAL_DETAIL)
    application = act.application(reference)
    reader = _reader(act, application, handed_to) if handed_to else None
    act.record(
        application, VIEWED, what="pack", version=application.version,
        versions=signatures.versions(act, application), **({signatures.READER: reader} if reader else {}),
    )  # fmt: skip
    return {
        "reference": reference,
        "printed_at": act.now.isoformat(timespec="seconds"),
        "printed_by": act.actor.id,
        "application": {**_application(application), **_others_of_the_name(act, reference)},
        "people": {party.value: _person(act, reference, party) for party in (Party.A, Party.B, Party.C)},
        "safe_contact": _plans(act, reference),
        "findings": _findings(act, reference),
        "coverage": _coverage(act, reference),
        "assurances": _assurances(act, reference),
        "score": _score(act, reference),
        "judgements": _judgements(act, reference),
        "papers": _papers(act, reference),
        **_agencies(act, reference),
        **_agreed(act, application),
        "earlier_applications": _earlier(act, reference),
    }


def _reader(act: Act, application: Application, staff_id: str) -> str:
    """The id of this member of staff. Refused if they could not open the application themselves."""
    reader = Actor(id=staff_id, roles=people.roles_of(act.session, staff_id))
    refuse(authority.why_not_allowed(reader, Command.SEE_PERSONAL_DETAIL), NotPermitted)
    refuse(why_not_see(act.session, application, reader), NotPermitted)
    return reader.id


def _application(application: Application) -> PackSection:
    names = (
        "route", "applicant", "policy", "submitted_at", "version", "priority", "priority_reason", "band", "concern",
        "immediate_danger", "relationship", "relationship_started", "relationship_ended", "living_together", "pregnant",
        "children",
    )  # fmt: skip
    return _of(application, names)


def _others_of_the_name(act: Act, reference: str) -> PackSection:
    number = record_checks.not_told_apart(act.session, reference)
    return {"not_a_clearance": namesakes.not_told_apart(number)} if number else {}


def _person(act: Act, reference: str, party: Party) -> PackSection | None:
    person = act.session.get(Person, f"{reference}:{party}")
    return _of(person, OF_A_PERSON) if person else None


def _plans(act: Act, reference: str) -> list[PackSection]:
    query = select(SafeContact).where(SafeContact.reference == reference).order_by(SafeContact.party)
    return [code_words.hide(_of(plan, OF_A_PLAN)) for plan in act.session.scalars(query)]


def _findings(act: Act, reference: str) -> list[PackSection]:
    agreements = decisions.agreements(act.session, reference)
    return [
        {**_finding(row, agreements.get(row.id)), "may_be_said": _sayable(act, row)}
        for row in decisions.findings(act.session, reference)
    ]


def _sayable(act: Act, row: Finding) -> PackSection:
    """The approved phrases that can be said of a finding, each with its sentence: the panel agrees words from these."""
    wording = act.documents.wording(act.documents.wording_at(act.now))
    return sentences(wording, *agreed_words.facts_of_finding(act.session, row, act.now))


def _finding(row: Finding, agreement: OwnerAgreement | None) -> PackSection:
    release = decisions.held_finding(row, agreement)
    return {
        "item": row.id,
        "source": row.source,
        **{name: value for name in OF_A_RECORD if (value := row.record.get(name))},
        "owner": row.owner or "ours",
        "standing": row.qualifies,
        "may_be_told": release.releasable,
        "owner_answered": agreement.agreed if agreement else None,
        "conditions": agreement.conditions if agreement else None,
        "proceedings_pending": release.proceedings_pending,
    }


def _coverage(act: Act, reference: str) -> list[PackSection]:
    """The searches for the subject, and how many of the required variants are not covered."""
    query = select(Search).where(Search.reference == reference, Search.party == Party.B, Search.superseded.is_(False))
    return [
        {
            "source": row.source,
            "mandatory": row.mandatory,
            "result": row.result or "not returned",
            "unavailable_because": row.unavailable_reason,
            "accepted_by": row.accepted_by,
            "returned_at": _plain(row.returned_at),
            "returned_by": row.returned_by,
            "to_cover": len(row.required),
            "not_told_apart": row.beyond or 0,
            "uncovered": len(set(row.required) - set(row.covered)),
        }
        for row in act.session.scalars(query.order_by(Search.source))
    ]


def _agencies(act: Act, reference: str) -> PackSection:
    """What agencies said, each with its handling. No section if none did."""
    names = ("agency", "said_by", "said", "handling", "conditions", "said_at")
    said = [_of(row, names) for row in panel_meetings.statements_of(act.session, reference)]
    return {"agencies_said": said} if said else {}


def _agreed(act: Act, application: Application) -> PackSection:
    """The words of the decision of this round, once there is one: whoever is handed the pack approves exactly them."""
    standing = decisions.decision(act.session, application)
    return {"agreed_words": standing.words} if standing is not None and standing.words else {}


def _assurances(act: Act, reference: str) -> list[PackSection]:
    query = select(Assurance).where(Assurance.reference == reference, Assurance.superseded.is_(False))
    names = ("kind", "confidence", "statement", "signed_by", "signed_at")
    return [
        {**_of(row, names), "uncovered": len(row.uncovered), "why_uncovered": row.why_uncovered or {}}
        for row in act.session.scalars(query.order_by(Assurance.signed_at))
    ]


def _score(act: Act, reference: str) -> PackSection | None:
    current = decisions.current_score(act.session, reference)
    names = ("model", "band", "priority", "score", "contributions", "uncertainty", "computed_at")
    return _of(current, names) if current else None


def _judgements(act: Act, reference: str) -> list[PackSection]:
    names = ("band", "lowers", "reason", "assessed_by", "assessed_at", "second_agrees", "second_by")
    return [_of(row, names) for row, _ in decisions.judgements(act.session, reference)]


def _papers(act: Act, reference: str) -> list[PackSection]:
    """The papers, with those of what was merged into it: what each is and by whom, not what is in it."""
    names = ("id", "title", "category", "about", "media_type", "digest", "where_kept", "added_by", "added_at")
    rows = papers.papers_of(act.session, merged.files_of(act.session, reference))
    return [{name: value for name, value in _of(row, names).items() if value is not None} for row in rows]


def _earlier(act: Act, reference: str) -> list[PackSection]:
    """Other applications about the same people, and those that may be. One across a restriction only if it was told."""
    links = stored_links.standing_links(act.session, reference)
    others = {link.other: act.session.get_one(Application, link.other) for link in links}
    return [
        {
            "reference": link.other,
            "why": link.why,
            "verdict": link.verdict,
            **(
                {"restricted": True}
                if others[link.other].restricted
                else _of(others[link.other], ("submitted_at", "stage", "outcome", "band"))
            ),
        }
        for link in links
    ]


def _of(row: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value

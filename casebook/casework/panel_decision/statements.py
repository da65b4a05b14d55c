"""What an agency said to the panel about a case: by whom, and how it may be shared further."""

from __future__ import annotations

from casebook.casework.chronology.notes import why_not_added
from casebook.casework.core import given
from casebook.casework.core.acting import Act, Summary, refuse_all, why_closed
from casebook.casework.core.numbered import next_id
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import panel_day as rules
from casebook.domain.case.panel_day import SharingCode
from casebook.domain.case.papers import why_not_one_line
from casebook.errors import InvalidAnswer
from casebook.storage.case import decisions
from casebook.storage.tables import AgencyStatement, Application


def record_statement(
    act: Act,
    reference: str,
    *,
    agency: str,
    said_by: str,
    said: str,
    handling: str,
    conditions: str | None = None,
    at: str | None = None,
) -> Summary:
    """Record what an agency said, before the chair decides. Whoever signs afterwards reads it first."""
    act.allowed(Command.RECORD_STATEMENT, works_on=reference)
    application = act.application(reference)
    refuse_all([
        why_not_one_line(agency, "the agency"),
        why_not_one_line(said_by, "who said it"),
        given.why_not_words(said, "what they said"),
        given.why_not_one_of(SharingCode, handling, "the handling code")
        or rules.why_not_state(SharingCode(handling), conditions),
        given.why_not_words(conditions, "the conditions") if conditions else None,
        given.why_not_moment(at, act.now),
        why_not_added(application) or why_closed(application) or _why_not_now(act, application),
    ], InvalidAnswer)  # fmt: skip
    row = AgencyStatement(
        id=next_id(act, AgencyStatement, reference), reference=reference, version=application.version,
        agency=agency.strip(), said_by=said_by.strip(), said=said.strip(), handling=handling, conditions=conditions,
        said_at=given.moment(at, act.now), recorded_by=act.actor.id, recorded_at=act.now,
    )  # fmt: skip
    act.session.add(row)
    act.record(application, "agency_heard", statement=row.id, version=row.version, handling=handling)
    return {"reference": reference, "statement": row.id, "handling": handling}


def _why_not_now(act: Act, application: Application) -> Reason | None:
    """A reason if this round was decided without it: then it is new information, which opens the case again."""
    if decisions.decision(act.session, application) is None:
        return None
    return Reason(
        "already_decided", "this was decided without it: write it as a note, or reopen the case if it changes the facts"
    )

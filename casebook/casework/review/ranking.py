"""The ranking as the last triage left it, and who of those in it somebody asked about."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from casebook.casework.core.acting import Act
from casebook.casework.review import registers
from casebook.domain import authority, chain
from casebook.domain.authority import Command
from casebook.domain.review.cases import examines
from casebook.domain.review.ranking import ContactPriority
from casebook.errors import NotFound, Refused
from casebook.storage.review import cases as work
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewApplication

ENQUIRY = "enquiry:"


class NotTriaged(Refused):
    """Nothing has been triaged yet: `casebook review triage` comes first."""

    code = "not_triaged"


def triaged(act: Act) -> list[ReviewApplication]:
    """Every application by rank; refused before the first triage."""
    act.allowed(Command.SEE_REVIEW)
    rows = ranked(act)
    if not rows:
        raise NotTriaged
    return rows


def ranked(act: Act) -> list[ReviewApplication]:
    return [row for row in stored.applications(act.session) if row.rank is not None and row.assessment]


def queue(act: Act, *, by_contact: bool) -> list[ReviewApplication]:
    """In the order to look at them; by contact, those about whom somebody came forward come first."""
    rows = triaged(act)
    if by_contact:
        asked, order = asked_about(act.session), list(ContactPriority)
        rows.sort(key=lambda row: (asked.isdisjoint(row.rows), order.index(said(row, "contact_priority")), row.rank))
    return rows


def blind(act: Act) -> bool:
    """Whoever examines, or owes a decision of their own, sees in no list why: the first decision shows through it."""
    return examines(act.actor.roles) or (act.actor.is_person and work.owes_own(act.session, act.actor.id))


def sees(act: Act) -> bool:
    """Whoever takes the call of somebody who comes forward need not be let into what the review finds."""
    return authority.why_not_allowed(act.actor, Command.SEE_REVIEW) is None


def said(row: ReviewApplication, name: str) -> Any:  # noqa: ANN401 - a cell of JSON
    return (row.assessment or {}).get(name, [])


def asked_about(session: Session) -> set[str]:
    """A row of each application about which somebody came forward."""
    return {name.removeprefix(ENQUIRY) for name in stored.named_states(session, ENQUIRY)}


def called(act: Act, reference: str) -> ReviewApplication:
    """The application of that name."""
    row = work.application_called(act.session, reference)
    if row is None:
        raise NotFound("no list of the review has an application of that name")
    return row


def enquire(act: Act, reference: str) -> ReviewApplication:
    """Somebody came forward about a past application: from now on it is first among those to be reached."""
    act.allowed(Command.RECEIVE_ENQUIRY)
    if work.application_called(act.session, reference) is None:
        registers.reconcile_again(act)
    row = called(act, reference)
    if asked_about(act.session).isdisjoint(row.rows):
        # by a row of it: the application may be joined by rows of another list, and what was asked must stay with it
        stored.keep_state(act.session, f"{ENQUIRY}{row.rows[0]}", "open", act.now, {})
        act.record(None, "review_enquiry_received", application=chain.digest(reference)[:16])
    return row

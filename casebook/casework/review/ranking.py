"""The ranking of the last triage, and enquiries about past applications."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from casebook.casework.core.acting import Act
from casebook.casework.review import registers
from casebook.domain import authority, chain
from casebook.domain.authority import Command
from casebook.domain.review import ranking as rules
from casebook.domain.review.cases import examines
from casebook.domain.review.urgency import ContactPriority
from casebook.errors import NotFound, Refused
from casebook.storage.review import cases as work
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewApplication


class NotTriaged(Refused):
    """Nothing has been triaged yet. Run `casebook review triage` first."""

    code = "not_triaged"


def triaged(act: Act) -> list[ReviewApplication]:
    """Every application by rank. Refused before the first triage."""
    act.allowed(Command.SEE_REVIEW)
    rows = ranked(act)
    if not rows:
        raise NotTriaged
    return rows


def ranked(act: Act) -> list[ReviewApplication]:
    return [row for row in stored.applications(act.session) if row.rank is not None and row.assessment]


def stated_ranks(rows: Iterable[ReviewApplication]) -> dict[str, int]:
    """Id -> the rank by the stated odds alone, of every application that is ranked. Give all rows of the ranking."""
    assessments = {row.id: row.assessment for row in rows if row.rank is not None and row.assessment}
    return rules.stated_ranks(
        {
            # an earlier release kept no score by the stated odds
            id_: (told["stated"] if "stated" in told else told["score"], told["administrative"])
            for id_, told in assessments.items()
        }
    )


def queue(act: Act, *, by_contact: bool) -> list[ReviewApplication]:
    """Applications in the order to examine them or, `by_contact`, to reach their people: enquiries first, then by urgency."""
    rows = triaged(act)
    if by_contact:
        enquired, order = asked_about(act.session), list(ContactPriority)
        rows.sort(
            key=lambda row: (
                enquired.isdisjoint(row.rows),
                order.index(assessment_value(row, "contact_priority")),
                -(assessment_value(row, "urgency") or 0),  # an earlier release kept none
                row.rank,
            )
        )
    return rows


def blind(act: Act) -> bool:
    """Whether reasons are hidden from the actor: reviewers could infer the first decision from them."""
    return examines(act.actor.roles) or (act.actor.is_person and work.owes_own(act.session, act.actor.id))


def sees(act: Act) -> bool:
    """Whether the actor can see the review. Whoever records an enquiry may not be allowed to."""
    return authority.why_not_allowed(act.actor, Command.SEE_REVIEW) is None


def assessment_value(row: ReviewApplication, name: str) -> Any:  # noqa: ANN401 - a cell of JSON
    return (row.assessment or {}).get(name, [])


def asked_about(session: Session) -> set[str]:
    """One row id of each application about which somebody enquired."""
    return {name.removeprefix(stored.ENQUIRY) for name in stored.named_states(session, stored.ENQUIRY)}


def called(act: Act, reference: str) -> ReviewApplication:
    """The application with this reference."""
    row = work.application_called(act.session, reference)
    if row is None:
        raise NotFound("no past application in the review has this reference")
    return row


def enquire(act: Act, reference: str) -> ReviewApplication:
    """Record an enquiry about a past application. It is now the first to be reached."""
    act.allowed(Command.RECEIVE_ENQUIRY)
    if work.application_called(act.session, reference) is None:
        registers.reconcile_again(act)
    row = called(act, reference)
    if asked_about(act.session).isdisjoint(row.rows):
        # stored by a row: rows of another list may join the application, and the enquiry must stay with it
        stored.keep_state(act.session, f"{stored.ENQUIRY}{row.rows[0]}", "open", act.now, {})
        act.record(None, "review_enquiry_received", application=chain.digest(reference)[:16])
    return row

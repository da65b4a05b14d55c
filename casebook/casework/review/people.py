"""The people at risk whom the review must reach: their contact progress, and proposals to open Right to Know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from casebook.casework.core import unit_items
from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.core.answers import Answering, Answers, UnitDoing
from casebook.casework.follow_up import unit_proposals
from casebook.casework.follow_up.watch import WatchReviewed
from casebook.casework.review import ranking, registers
from casebook.casework.review.right_to_know import open_right_to_know
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.review.cases import ContactProgress
from casebook.domain.review.urgency import ContactPriority
from casebook.domain.vocabulary import Priority, WorkKind
from casebook.domain.work import Need
from casebook.storage.review import cases as work
from casebook.storage.review import live
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewApplication, ReviewContact


def identify(act: Act, rows: Sequence[ReviewApplication]) -> tuple[int, int]:
    """Begin contact progress for people in danger or enquired about, and propose Right to Know for the most urgent.

    Returns the number of each.
    """
    enquired = ranking.asked_about(act.session)
    by_row = {name: row for row in rows for name in row.rows}
    known = work.contacts(act.session)
    covered = {id_ for contact in known if contact.anchor in by_row for id_ in _same_person(by_row[contact.anchor])}
    new_contacts: list[ReviewContact] = []
    for row in rows:
        if (because := _because(row, enquired)) and covered.isdisjoint(_same_person(row)):
            covered |= _same_person(row)
            new_contacts.append(_identified(act, row, because))
    act.session.add_all(new_contacts)
    if new_contacts:
        act.record(None, "review_people_identified", people=len(new_contacts))
    by_id = {row.id: row for row in rows}
    return len(new_contacts), _propose(act, [*known, *new_contacts], by_row, by_id)


def _because(row: ReviewApplication, enquired: set[str]) -> str | None:
    if not enquired.isdisjoint(row.rows):
        return "enquiry"
    priority = ranking.assessment_value(row, "contact_priority")
    return f"contact_{priority}" if priority in {ContactPriority.NOW, ContactPriority.SOON} else None


def _same_person(row: ReviewApplication) -> set[str]:
    """Ids of the applications of the same person at risk, including this one."""
    return {row.id, *ranking.assessment_value(row, "same_person")}


def _identified(act: Act, row: ReviewApplication, because: str) -> ReviewContact:
    return ReviewContact(
        id=chain.identity("review_contact", row.rows[0]), anchor=row.rows[0], reference=row.reference, because=because,
        rung=ContactProgress.IDENTIFIED, at=act.now, look_again_on=None,
    )  # fmt: skip


def _propose(
    act: Act,
    contacts: Iterable[ReviewContact],
    by_row: Mapping[str, ReviewApplication],
    by_id: Mapping[str, ReviewApplication],
) -> int:
    """Ask a supervisor whether to open a live Right to Know application, where a person may be in danger now."""
    rules = act.documents.review(act.now).allocation
    opened = 0
    for contact in contacts:
        row = by_row.get(contact.anchor)
        others = [by_id[id_] for id_ in _same_person(row) if id_ in by_id] if row else []
        if not any(ranking.assessment_value(other, "contact_priority") == ContactPriority.NOW for other in others):
            continue
        if live.proposed(act.session, [name for other in others for name in other.rows]):
            continue  # the watch of the casebook's own application has already proposed it
        need = Need(
            kind=WorkKind.REVIEW_WATCH_PROPOSAL, key=f"past:{contact.id}", priority=Priority.URGENT,
            subject={"because": "retrospective_review", "past": contact.reference, "contact": contact.id},
            due_at=rules.decide_by(act.now),
        )  # fmt: skip
        opened += unit_items.opens(act, need)
    if opened:
        act.record(None, "right_to_know_proposed", because="retrospective_review", items=opened)
    return opened


def identify_one(act: Act, application: ReviewApplication, *, because: str) -> ReviewContact:
    """The contact progress of an application's person at risk. Begun if there is none."""
    if (existing := contact_of(act, application)) is not None:
        return existing
    contact = _identified(act, application, because)
    act.session.add(contact)
    act.record(None, "review_person_identified", contact=contact.id, because=because)
    return contact


def contact_of(act: Act, application: ReviewApplication) -> ReviewContact | None:
    same = _same_person(application)
    for contact in work.contacts(act.session):
        row = work.application_of(act.session, contact.anchor)
        if row is not None and row.id in same:
            return contact
    return None


def enquire(act: Act, reference: str) -> ReviewApplication:
    """Record an enquiry about a past application. Its person at risk is now the first to be reached."""
    row = ranking.enquire(act, reference)
    identify_one(act, row, because="enquiry")
    return row


def listing(act: Act) -> list[dict[str, object]]:
    """Everybody who has contact progress, the most urgent first. Names nobody."""
    act.allowed(Command.SEE_REVIEW)
    today = registers.today(act)
    by_row = {name: row for row in stored.applications(act.session) for name in row.rows}
    rows = [_line(contact, by_row.get(contact.anchor), today) for contact in work.contacts(act.session)]
    order = list(ContactPriority)
    return sorted(rows, key=lambda row: (not row["look_again"], _done(row), order.index(row["contact_priority"])))  # type: ignore[arg-type]


def _done(row: Mapping[str, object]) -> bool:
    return row["rung"] in {ContactProgress.SAFEGUARDED, ContactProgress.NOT_CONTACTABLE}


def _line(contact: ReviewContact, row: ReviewApplication | None, today: date) -> dict[str, object]:
    enquired = contact.because == "enquiry"
    priority = (ranking.assessment_value(row, "contact_priority") if row else None) or ContactPriority.ROUTINE
    return {
        "reference": row.reference if row else contact.reference,
        "because": contact.because,
        "contact_priority": ContactPriority.NOW if enquired else ContactPriority(priority),
        "rung": contact.rung,
        "since": contact.at.isoformat(),
        "look_again_on": contact.look_again_on.isoformat() if contact.look_again_on else None,
        "look_again": contact.look_again_on is not None and contact.look_again_on <= today,
    }


def progress(act: Act) -> dict[str, object]:
    """How many people are at each step of contact progress, and how many must be looked at again."""
    contacts, today = work.contacts(act.session), registers.today(act)
    count_of = Counter(contact.rung for contact in contacts)
    return {
        **{step.value: count_of[step] for step in ContactProgress},
        "look_again": sum(contact.look_again_on is not None and contact.look_again_on <= today for contact in contacts),
    }


def _proposal_answered(doing: UnitDoing) -> None:
    """Accepting opens a live application about the same two people. Dismissing takes two people."""
    act, item = doing.act, doing.item
    contact = act.session.get(ReviewContact, str(item.subject["contact"]))
    application = work.application_of(act.session, contact.anchor) if contact else None

    def open_application() -> str:
        if application is None:
            refuse_because("gone", "this application is no longer in any list")
        return open_right_to_know(act, application, item.id)

    unit_proposals.decide(doing, open_application, second_due_at=item.due_at, contact=item.subject["contact"])


ANSWERS: Answers = {WorkKind.REVIEW_WATCH_PROPOSAL: Answering(schema=WatchReviewed, unit_handler=_proposal_answered)}

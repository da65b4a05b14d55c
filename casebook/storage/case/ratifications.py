"""The panel's answers about what could not wait for it: who was asked, who answered, who may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from casebook.domain.case.ratification import Vote
from casebook.domain.vocabulary import WorkKind
from casebook.storage.tables import OPEN_WORK, Approval, Decision, EmergencyDisclosure, Ratification, WorkItem

Subject = Mapping[str, Any]  # of a work item: `emergency` or `decision`, and in this release `seats` and `quorum`


def about(subject: Subject) -> str:
    """The id of what is ratified: an emergency disclosure or a decision."""
    return str(subject.get("emergency") or subject["decision"])


def given(session: Session, subject: Subject) -> Sequence[Ratification]:
    """The members' answers, in the order in which they were given."""
    column = Ratification.emergency_id if "emergency" in subject else Ratification.decision_id
    query = select(Ratification).where(column == about(subject))
    return session.scalars(query.order_by(Ratification.answered_at, Ratification.id)).all()


def vote(session: Session, subject: Subject) -> Vote:
    """Where the ratification stands."""
    answers = [row.ratified for row in given(session, subject)]
    return Vote(
        seats=subject["seats"], quorum=subject["quorum"], ratified=answers.count(True), against=answers.count(False)
    )


def did_it(session: Session, subject: Subject) -> frozenset[str]:
    """Who authorised the disclosure, or who chaired and approved the decision."""
    if "emergency" in subject:
        return frozenset({session.get_one(EmergencyDisclosure, subject["emergency"]).authorised_by})
    decision = session.get_one(Decision, subject["decision"])
    approval = session.get(Approval, decision.id)
    return frozenset({decision.chair} | ({approval.approver} if approval else set()))


def open_seats(session: Session, subject: Subject) -> Sequence[WorkItem]:
    """The items of those who have not answered."""
    return session.scalars(select(WorkItem).where(_asked(subject), OPEN_WORK).order_by(WorkItem.id)).all()


def members(session: Session, subject: Subject, *, but: str) -> frozenset[str]:
    """Who answered, or has a seat other than this item."""
    answered = {row.member for row in given(session, subject)}
    return frozenset(answered | {item.owner for item in open_seats(session, subject) if item.owner and item.id != but})


def seats(session: Session, reference: str) -> Sequence[WorkItem]:
    """Every item of a ratification on an application, whoever was asked."""
    query = select(WorkItem).where(WorkItem.reference == reference, WorkItem.kind == WorkKind.RATIFY_EMERGENCY)
    return session.scalars(query.order_by(WorkItem.opened_at, WorkItem.id)).all()


def _asked(subject: Subject) -> ColumnElement[bool]:
    name = "emergency" if "emergency" in subject else "decision"
    return and_(WorkItem.kind == WorkKind.RATIFY_EMERGENCY, WorkItem.subject[name].astext == about(subject))

"""What the review's work asks of the database: campaigns, cases, opinions, who may examine, who is to be reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from casebook.domain.vocabulary import Role, WorkKind
from casebook.storage.escalations import present
from casebook.storage.review import FETCHED
from casebook.storage.tables import (
    OPEN_WORK,
    ReviewApplication,
    ReviewCampaign,
    ReviewCase,
    ReviewContact,
    ReviewContactStep,
    ReviewMember,
    ReviewOpinion,
    ReviewReferral,
    ReviewRow,
    Staff,
    WorkItem,
)

KINDS = (WorkKind.REVIEW_APPLICATION, WorkKind.SECOND_REVIEW)


def campaigns(session: Session) -> Sequence[ReviewCampaign]:
    return session.scalars(select(ReviewCampaign).order_by(ReviewCampaign.opened_at, ReviewCampaign.id)).all()


def members(session: Session, campaign: str) -> set[str]:
    """Anchors."""
    return set(session.scalars(select(ReviewMember.anchor).where(ReviewMember.campaign_id == campaign)))


def add_members(session: Session, campaign: str, anchors: Sequence[str]) -> None:
    for start in range(0, len(anchors), FETCHED):
        rows = [{"campaign_id": campaign, "anchor": anchor} for anchor in anchors[start : start + FETCHED]]
        session.execute(insert(ReviewMember).on_conflict_do_nothing(), rows)


def cases(session: Session) -> Sequence[ReviewCase]:
    return session.scalars(select(ReviewCase).order_by(ReviewCase.opened_at, ReviewCase.id)).all()


def opinions(session: Session) -> dict[str, list[ReviewOpinion]]:
    """By case, the first reviewer's first."""
    found: dict[str, list[ReviewOpinion]] = defaultdict(list)
    for each in session.scalars(select(ReviewOpinion).order_by(ReviewOpinion.place)):
        found[each.case_id].append(each)
    return found


def opinions_of(session: Session, case: str) -> Sequence[ReviewOpinion]:
    query = select(ReviewOpinion).where(ReviewOpinion.case_id == case).order_by(ReviewOpinion.place)
    return session.scalars(query).all()


def application_of(session: Session, anchor: str) -> ReviewApplication | None:
    """The application that a row is now part of."""
    return session.scalar(select(ReviewApplication).where(ReviewApplication.rows.contains([anchor])))


def application_called(session: Session, reference: str) -> ReviewApplication | None:
    return session.scalar(select(ReviewApplication).where(ReviewApplication.reference == reference))


def rows_of(session: Session, ids: Iterable[str]) -> Sequence[ReviewRow]:
    query = select(ReviewRow).where(ReviewRow.id.in_(list(ids))).order_by(ReviewRow.file, ReviewRow.line)
    return session.scalars(query).all()


def reviewers(session: Session, *roles: Role) -> list[str]:
    """Who is on duty and may examine."""
    return sorted(staff_id for staff_id, held in present(session).items() if not held.isdisjoint(roles))


def managers(session: Session) -> dict[str, str]:
    query = select(Staff.id, Staff.line_manager).where(Staff.line_manager.is_not(None))
    return {row.id: row.line_manager for row in session.execute(query)}


def open_items(session: Session) -> Sequence[WorkItem]:
    """Examinations somebody still owes."""
    query = select(WorkItem).where(WorkItem.reference.is_(None), WorkItem.kind.in_(KINDS), OPEN_WORK)
    return session.scalars(query.order_by(WorkItem.opened_at, WorkItem.id)).all()


def contacts(session: Session) -> Sequence[ReviewContact]:
    return session.scalars(select(ReviewContact).order_by(ReviewContact.at, ReviewContact.id)).all()


def steps(session: Session, contact: str) -> Sequence[ReviewContactStep]:
    query = select(ReviewContactStep).where(ReviewContactStep.contact_id == contact).order_by(ReviewContactStep.number)
    return session.scalars(query).all()


def referrals(session: Session) -> Sequence[ReviewReferral]:
    return session.scalars(select(ReviewReferral).order_by(ReviewReferral.made_at, ReviewReferral.id)).all()


def closed_alike(session: Session, kind: str, target: str) -> int:
    """How many campaigns of that kind and target there have been."""
    query = select(func.count()).where(ReviewCampaign.kind == kind, ReviewCampaign.target == target)
    return session.scalar(query) or 0


def opened_before(session: Session, key: str) -> int:
    """How many items of that key, whatever number stands behind it, there have been."""
    query = select(func.count()).where(WorkItem.reference.is_(None), WorkItem.key.startswith(key, autoescape=True))
    return session.scalar(query) or 0

"""Queries of the review's work: campaigns, cases, opinions, reviewers, people to be reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import TEXT, array, insert
from sqlalchemy.orm import Session

from casebook.domain.vocabulary import Role, WorkKind
from casebook.storage.people import present
from casebook.storage.review.registers import FETCHED
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
    Staff,
    WorkItem,
)

OF = "of"  # in a kept plan: the casebook's application that it was taken from
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
    """Opinions by case, the first reviewer's first."""
    by_case: dict[str, list[ReviewOpinion]] = defaultdict(list)
    for opinion in session.scalars(select(ReviewOpinion).order_by(ReviewOpinion.place)):
        by_case[opinion.case_id].append(opinion)
    return by_case


def opinions_of(session: Session, case: str) -> Sequence[ReviewOpinion]:
    query = select(ReviewOpinion).where(ReviewOpinion.case_id == case).order_by(ReviewOpinion.place)
    return session.scalars(query).all()


def application_of(session: Session, anchor: str) -> ReviewApplication | None:
    """The review application that a row now belongs to."""
    return session.scalar(select(ReviewApplication).where(ReviewApplication.rows.contains([anchor])))


def application_called(session: Session, reference: str) -> ReviewApplication | None:
    return session.scalar(select(ReviewApplication).where(ReviewApplication.reference == reference))


def reviewers(session: Session, *roles: Role) -> list[str]:
    """Staff on duty who may examine cases."""
    return sorted(staff_id for staff_id, roles_held in present(session).items() if not roles_held.isdisjoint(roles))


def managers(session: Session) -> dict[str, str]:
    query = select(Staff.id, Staff.line_manager).where(Staff.line_manager.is_not(None))
    return {row.id: row.line_manager for row in session.execute(query)}


def open_items(session: Session) -> Sequence[WorkItem]:
    """Open examinations."""
    query = select(WorkItem).where(WorkItem.reference.is_(None), WorkItem.kind.in_(KINDS), OPEN_WORK)
    return session.scalars(query.order_by(WorkItem.opened_at, WorkItem.id)).all()


def gone(session: Session) -> list[tuple[WorkItem, ReviewCase]]:
    """Examinations of applications that are no longer in any list, with their cases."""
    open_cases = [
        (item, case) for item in open_items(session) if (case := session.get(ReviewCase, item.subject["case"]))
    ]
    if not open_cases:
        return []
    anchors = array([case.anchor for _, case in open_cases], type_=TEXT)
    query = select(func.jsonb_array_elements_text(ReviewApplication.rows))
    there = set(session.scalars(query.where(ReviewApplication.rows.op("?|")(anchors))))
    return [(item, case) for item, case in open_cases if case.anchor not in there]


def owes_own(session: Session, staff_id: str) -> bool:
    """Whether this person has an open examination that begins with a decision of their own."""
    mine = (WorkItem.owner == staff_id, WorkItem.subject["part"].astext == "own", OPEN_WORK)
    return session.scalar(select(exists().where(WorkItem.kind.in_(KINDS), *mine))) or False


def contacts(session: Session) -> Sequence[ReviewContact]:
    return session.scalars(select(ReviewContact).order_by(ReviewContact.at, ReviewContact.id)).all()


def to_look_at(session: Session, today: date) -> list[tuple[ReviewContact, date]]:
    """People who could not be contacted safely and are due to be looked at again, and since which day."""
    query = select(ReviewContact).where(ReviewContact.look_again_on <= today).order_by(ReviewContact.id)
    return [(contact, contact.look_again_on) for contact in session.scalars(query) if contact.look_again_on]


def looks(session: Session, contact: str) -> Sequence[WorkItem]:
    """Open requests to look at that person again."""
    mine = WorkItem.subject["contact"].astext == contact
    query = select(WorkItem).where(OPEN_WORK, WorkItem.kind == WorkKind.LOOK_AGAIN_AT_CONTACT, mine)
    return session.scalars(query).all()


def steps(session: Session, contact: str) -> Sequence[ReviewContactStep]:
    query = select(ReviewContactStep).where(ReviewContactStep.contact_id == contact).order_by(ReviewContactStep.number)
    return session.scalars(query).all()


def written_of(
    session: Session, anchor: str, reference: str
) -> tuple[Sequence[ReviewOpinion], Sequence[WorkItem], Sequence[ReviewContactStep]]:
    """What people wrote about the application that this row anchors: opinions, items, contact steps.

    Also every contact step, of whatever person, under a plan that was taken from the application of that reference.
    """
    cases = select(ReviewCase.id).where(ReviewCase.anchor == anchor)
    people = select(ReviewContact.id).where(ReviewContact.anchor == anchor)
    theirs = ReviewContactStep.contact_id.in_(people) | (ReviewContactStep.plan[OF].astext == reference)
    about = WorkItem.subject["case"].astext.in_(cases) | WorkItem.subject["contact"].astext.in_(people)
    return (
        session.scalars(select(ReviewOpinion).where(ReviewOpinion.case_id.in_(cases))).all(),
        session.scalars(select(WorkItem).where(WorkItem.reference.is_(None), about)).all(),
        session.scalars(select(ReviewContactStep).where(theirs)).all(),
    )


def referrals(session: Session) -> Sequence[ReviewReferral]:
    return session.scalars(select(ReviewReferral).order_by(ReviewReferral.made_at, ReviewReferral.id)).all()


def closed_alike(session: Session, kind: str, target: str) -> int:
    """How many campaigns of this kind and target there have been."""
    query = select(func.count()).where(ReviewCampaign.kind == kind, ReviewCampaign.target == target)
    return session.scalar(query) or 0


def opened_before(session: Session, key: str) -> int:
    """How many items of this key there have been, whatever the number at its end."""
    query = select(func.count()).where(WorkItem.reference.is_(None), WorkItem.key.startswith(key, autoescape=True))
    return session.scalar(query) or 0

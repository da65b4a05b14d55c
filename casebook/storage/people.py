"""Who did what on an application: for separating duties and for looking back."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, func, or_, select, tuple_, union
from sqlalchemy.orm import Session

from casebook.domain import authority, chain, own_work
from casebook.domain.accounts import ACCOUNT_EVENTS, is_staff
from casebook.domain.actors import OPERATOR, Actor
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Role, WorkKind
from casebook.storage.read_once import read_once
from casebook.storage.tables import (
    OPEN_WORK,
    Absence,
    Application,
    Approval,
    Assurance,
    Candidate,
    Competence,
    Decision,
    LedgerEntry,
    Panel,
    Restriction,
    Search,
    Staff,
    StaffRole,
    WorkItem,
)


def researchers_of(session: Session, reference: str) -> frozenset[str]:
    """Everyone who returned a search, reviewed a candidate or signed the identity of an application."""
    query: CompoundSelect[Any] = union(
        select(Search.returned_by).where(Search.reference == reference, Search.returned_by.is_not(None)),
        select(Candidate.reviewed_by).where(Candidate.reference == reference, Candidate.reviewed_by.is_not(None)),
        select(Assurance.signed_by).where(Assurance.reference == reference, Assurance.kind == "identity"),
        # a review that was sent back leaves no name on its candidate, but it was research
        select(WorkItem.done_by).where(
            WorkItem.reference == reference, WorkItem.kind == WorkKind.REVIEW_MATCH, WorkItem.done_by.is_not(None)
        ),
    )
    return frozenset(who for who in session.scalars(query) if not who.startswith("system:"))


def workers_of(session: Session, reference: str) -> frozenset[str]:
    """Everybody who did anything on an application, or on one that was merged into it; see domain/own_work.py.

    Approving its decision does not count, nor what an approval leads to in the same act.
    """
    merged = select(Application.reference).where(Application.merged_into == reference)
    on_it = or_(LedgerEntry.chain == reference, LedgerEntry.chain.in_(merged))
    approving = select(LedgerEntry.actor, LedgerEntry.at).where(
        LedgerEntry.chain == reference, LedgerEntry.event == "work_done",
        LedgerEntry.body["kind"].astext == WorkKind.APPROVE_DECISION,
    )  # fmt: skip
    hasty = LedgerEntry.body["what"].astext.is_not_distinct_from(own_work.ABOUT_A_SIGNATURE)
    query = select(LedgerEntry.actor).distinct().where(
        on_it, LedgerEntry.event.not_in(own_work.LEAVES_FREE), ~hasty,
        tuple_(LedgerEntry.actor, LedgerEntry.at).not_in(approving),
    )  # fmt: skip
    return frozenset(filter(is_staff, session.scalars(query)))


def approved_standing(session: Session, reference: str, staff_id: str) -> bool:
    """Whether somebody approved the decision that stands. A decision that was superseded binds its approver no more."""
    return reference in _approved_by(session, staff_id)


@read_once
def _approved_by(session: Session, staff_id: str) -> frozenset[str]:
    """The applications whose standing decision somebody approved."""
    query = (
        select(Approval.reference)
        .join(Decision, Decision.id == Approval.decision_id)
        .where(Approval.approver == staff_id, Approval.approved, Decision.superseded.is_(False))
    )
    return frozenset(session.scalars(query))


def roles_of(session: Session, staff_id: str) -> frozenset[Role]:
    """The roles that a member of staff has now: none if nobody has this id, or they are suspended."""
    query = (
        select(StaffRole.role)
        .join(Staff, Staff.id == StaffRole.staff_id)
        .where(Staff.id == staff_id, Staff.suspended_at.is_(None), StaffRole.ended_at.is_(None))
    )
    return frozenset(map(Role, session.scalars(query)))


def may_still(session: Session, proposer: str, command: Command) -> bool:
    """Whether somebody who proposed by this command may still use it. Nobody can suspend the operator."""
    if proposer == OPERATOR.id:
        return authority.why_not_allowed(OPERATOR, command) is None
    return bool(roles_of(session, proposer) & authority.MAY[command])


def made_alone(session: Session) -> list[str]:
    """Accounts in use that one person made, gave a role or a token alone: those of the bootstrap, and of earlier releases."""
    in_use = select(Staff.id).where(Staff.suspended_at.is_(None))
    query = (
        select(LedgerEntry.body["staff"].astext)
        .where(LedgerEntry.chain == chain.UNIT, LedgerEntry.event.in_(ACCOUNT_EVENTS))
        .where(~LedgerEntry.body.has_key("proposed_by"), LedgerEntry.body["staff"].astext.in_(in_use))
    )
    return sorted(set(session.scalars(query)))


def stands(session: Session, staff_id: str | None) -> bool:
    """Whether somebody still counts as the first of two people: not once they are suspended. Nobody at all does not."""
    suspended = select(Staff.id).where(Staff.id == staff_id, Staff.suspended_at.is_not(None))
    return staff_id is not None and session.scalar(suspended) is None


class PresentStaff(NamedTuple):
    """What one member of staff who is on duty may do."""

    roles: frozenset[Role]
    competences: frozenset[str]  # the training that counts today


def present(session: Session) -> dict[str, frozenset[str]]:
    """Staff on duty and their roles. Not those who are away."""
    query = (
        select(Staff.id, func.array_agg(StaffRole.role))
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(Staff.on_duty, Staff.suspended_at.is_(None), StaffRole.ended_at.is_(None))
        .where(
            Staff.id.not_in(select(Absence.staff_id).where(Absence.begun_at.is_not(None), Absence.ended_at.is_(None)))
        )
        .group_by(Staff.id)
    )
    return {staff_id: frozenset(roles) for staff_id, roles in session.execute(query)}


def on_duty(session: Session, today: date) -> list[PresentStaff]:
    """The same people with the training that counts today."""
    training = defaultdict[str, set[str]](set)
    query = select(Competence.staff_id, Competence.subject).where(Competence.expires_on >= today)
    for staff_id, subject in session.execute(query):
        training[staff_id].add(subject)
    return [
        PresentStaff(frozenset(map(Role, roles)), frozenset(training[staff_id]))
        for staff_id, roles in present(session).items()
    ]


def touched_by(session: Session, staff_id: str) -> list[str]:
    """References of every application on which this person acted, by the ledger. Views do not count."""
    query = (
        select(LedgerEntry.chain)
        .where(
            LedgerEntry.actor == staff_id, LedgerEntry.chain != "house", LedgerEntry.event != "personal_detail_viewed"
        )
        .distinct()
    )
    return sorted(session.scalars(query))


def was_on_duty(session: Session, staff_id: str, at: datetime) -> bool:
    """Whether somebody was on duty at a moment, by the ledger of the unit. Since they were added, unless it says otherwise."""
    member = session.get(Staff, staff_id)
    if member is None or member.added_at > at:
        return False
    query = (
        select(LedgerEntry.event)
        .where(LedgerEntry.chain == chain.UNIT, LedgerEntry.event.in_(("on_duty", "off_duty", "staff_suspended")))
        .where(LedgerEntry.body["staff"].astext == staff_id, LedgerEntry.at <= at)
        .order_by(LedgerEntry.sequence.desc())
    )
    return session.scalar(query.limit(1)) in {None, "on_duty"}


def sits_on(session: Session, actor: Actor, reference: str) -> bool:
    """Whether somebody sits on a panel of this application, in any round, or has open work on it."""
    seats = _seats(actor.id).subquery()
    return session.scalar(select(seats.c.reference).where(seats.c.reference == reference)) is not None


def seats_of(session: Session, staff_id: str) -> frozenset[str]:
    """References of the applications on whose panel somebody sits, or on which they have open work."""
    return frozenset(session.scalars(_seats(staff_id)))


def hidden_from(session: Session, actor: Actor) -> frozenset[str]:
    """References of the applications that somebody may not see. The same rule as `authority.why_not_see`, for lists."""
    if not actor.is_person:
        return frozenset()
    named = select(Restriction.reference).where(Restriction.staff_id == actor.id)
    closed_to_them: ColumnElement[bool] = Application.restricted & Application.reference.not_in(named)
    if authority.sees_only_own_panels(actor):
        seats = _seats(actor.id).subquery()
        closed_to_them = or_(closed_to_them, Application.reference.not_in(select(seats.c.reference)))
    return frozenset(session.scalars(select(Application.reference).where(closed_to_them)))


def _seats(staff_id: str) -> CompoundSelect[Any]:
    """References of the applications on whose panel somebody sits, in any round, or on which they have open work."""
    member = or_(Panel.chair == staff_id, Panel.members.contains([{"staff": staff_id}]))
    own = select(WorkItem.reference).where(OPEN_WORK, WorkItem.owner == staff_id, WorkItem.reference.is_not(None))
    return union(select(Panel.reference).where(member), own)

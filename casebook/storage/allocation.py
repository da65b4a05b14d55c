"""Reads who answers for which application, who is away, and how much work everybody has."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook.domain.case.allocation import OfficerCandidate
from casebook.domain.vocabulary import Role, Stage
from casebook.storage.tables import (
    OPEN_WORK,
    Absence,
    Application,
    CaseOwner,
    Competence,
    ConflictDeclaration,
    Staff,
    StaffRole,
    WorkItem,
)

IN_PROGRESS = Absence.begun_at.is_not(None) & Absence.ended_at.is_(None)


def owner_row(session: Session, reference: str) -> CaseOwner | None:
    """The present time of a case officer with an application."""
    query = select(CaseOwner).where(CaseOwner.reference == reference, CaseOwner.ended_at.is_(None))
    return session.scalar(query.execution_options(populate_existing=True))


def owners(session: Session, references: Collection[str] | None = None) -> dict[str, str]:
    """Reference -> the case officer, of every application that has one, or of these."""
    query = select(CaseOwner.reference, CaseOwner.staff_id).where(CaseOwner.ended_at.is_(None))
    if references is not None:
        query = query.where(CaseOwner.reference.in_(references))
    return dict(session.execute(query).tuples().all())


def unowned(session: Session, hidden: Collection[str], most: int = 10) -> tuple[int, list[str]]:
    """How many open applications have no case officer, and the first of them by when they were submitted."""
    owned = select(CaseOwner.reference).where(CaseOwner.ended_at.is_(None))
    without = (
        Application.stage != Stage.CLOSED,
        Application.reference.not_in(owned),
        Application.reference.not_in(hidden),
    )
    count = session.scalar(select(func.count()).select_from(Application).where(*without)) or 0
    first = select(Application.reference).where(*without).order_by(Application.submitted_at, Application.reference)
    return count, list(session.scalars(first.limit(most)))


def away(session: Session) -> dict[str, str]:
    """Whoever is away now -> who covers for them."""
    return dict(session.execute(select(Absence.staff_id, Absence.cover).where(IN_PROGRESS)).tuples().all())


def candidate(session: Session, staff_id: str, *, on: date, until: date | None = None) -> OfficerCandidate | None:
    """A member of staff as the rules of allocation see them: away at any time from `on` to `until`."""
    member = session.get(Staff, staff_id)
    if member is None:
        return None
    last = until or on
    roles = select(StaffRole.role).where(StaffRole.staff_id == staff_id, StaffRole.ended_at.is_(None))
    trained = select(Competence.subject).where(Competence.staff_id == staff_id, Competence.expires_on >= last)
    absent = select(Absence.id).where(
        Absence.staff_id == staff_id, Absence.ended_at.is_(None), Absence.first_day <= last, Absence.last_day >= on
    )
    return OfficerCandidate(
        id=staff_id, roles=frozenset(map(Role, session.scalars(roles))), competences=frozenset(session.scalars(trained)),
        suspended=member.suspended_at is not None, absent=session.scalar(absent.limit(1)) is not None,
    )  # fmt: skip


def is_conflicted(session: Session, reference: str, staff_id: str) -> bool:
    """Whether somebody declared a conflict of interest in an application, or one was found."""
    query = select(ConflictDeclaration.conflicted).where(
        ConflictDeclaration.reference == reference, ConflictDeclaration.staff_id == staff_id
    )
    return bool(session.scalar(query.limit(1)))


def owned_open(session: Session, staff_id: str) -> Sequence[str]:
    """References of the open applications that somebody answers for."""
    query = (
        select(CaseOwner.reference)
        .join(Application, Application.reference == CaseOwner.reference)
        .where(CaseOwner.staff_id == staff_id, CaseOwner.ended_at.is_(None), Application.stage != Stage.CLOSED)
    )
    return session.scalars(query.order_by(CaseOwner.reference)).all()


class Workload(NamedTuple):
    """How much one member of staff has, and did."""

    cases: int
    claimed: int
    due_today: int
    late: int
    done_7_days: int
    done_30_days: int


def workloads(session: Session, now: datetime, end_of_day: datetime) -> Mapping[str, Workload]:
    """The workload of every member of staff who has or did any."""
    mine = select(
        WorkItem.owner,
        func.count(),
        func.count().filter(WorkItem.due_at >= now, WorkItem.due_at <= end_of_day),
        func.count().filter(WorkItem.due_at < now),
    ).where(OPEN_WORK, WorkItem.owner.is_not(None))
    claimed = {who: counts for who, *counts in session.execute(mine.group_by(WorkItem.owner))}
    did = select(WorkItem.done_by, func.count().filter(WorkItem.done_at > now - timedelta(days=7)), func.count()).where(
        WorkItem.done_at > now - timedelta(days=30)
    )
    done = {who: counts for who, *counts in session.execute(did.group_by(WorkItem.done_by))}
    held = (
        select(CaseOwner.staff_id, func.count())
        .join(Application, Application.reference == CaseOwner.reference)
        .where(CaseOwner.ended_at.is_(None), Application.stage != Stage.CLOSED)
        .group_by(CaseOwner.staff_id)
    )
    cases = dict(session.execute(held).tuples().all())
    return {
        who: Workload(cases.get(who, 0), *claimed.get(who, (0, 0, 0)), *done.get(who, (0, 0)))
        for who in sorted({*claimed, *done, *cases})
    }

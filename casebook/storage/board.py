"""The figures that operations see, counted by the database. References, codes and counts; nothing personal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from casebook.domain.escalation import Why
from casebook.domain.vocabulary import Limit, Priority, Stage, WorkKind
from casebook.storage.tables import (
    OPEN_WORK,
    Application,
    Clock,
    Escalation,
    Notice,
    Outbox,
    Restriction,
    Search,
    WorkItem,
)

FORESEEN = (Why.PANEL_TOO_LATE, Why.CREW_SHORT, Why.CALENDAR_ENDS)
RANK = {str(priority): priority.rank for priority in Priority}


class Whole(NamedTuple):
    """The limit of the whole process of one application: due when, met when."""

    reference: str
    submitted_at: datetime
    due_at: datetime | None
    met_at: datetime | None


def stages(session: Session, now: datetime, soon: dict[str, timedelta]) -> dict[str, dict[str, int]]:
    """Open applications by stage: each is overdue, due soon or on time by its next unmet limit; held and waiting beside."""
    due = (
        select(Clock.reference, func.min(Clock.due_at).label("due"))
        .where(Clock.met_at.is_(None), Clock.due_at.is_not(None))
        .group_by(Clock.reference)
        .subquery()
    )
    near = or_(false(), *(and_(Application.priority == p, due.c.due <= now + ahead) for p, ahead in soon.items()))
    where = case((due.c.due <= now, "overdue"), (near, "due_soon"), else_="on_time")
    held = _open(WorkItem.kind == WorkKind.MEND_QUALITY)
    source = _open(WorkItem.kind == WorkKind.RETURN_SEARCH)
    query = (
        select(
            Application.stage,
            func.count().filter(where == "on_time"),
            func.count().filter(where == "due_soon"),
            func.count().filter(where == "overdue"),
            func.count().filter(held),
            func.count().filter(source),
        )
        .outerjoin(due, due.c.reference == Application.reference)
        .where(Application.stage != Stage.CLOSED)
        .group_by(Application.stage)
    )
    names = ("on_time", "due_soon", "overdue", "held", "waiting_for_source")
    counted = {stage: dict(zip(names, counts, strict=True)) for stage, *counts in session.execute(query)}
    return {str(s): counted.get(s, dict.fromkeys(names, 0)) for s in Stage if s is not Stage.CLOSED}


def _open(condition: Any) -> Any:  # noqa: ANN401 - SQL expressions
    return select(WorkItem.id).where(WorkItem.reference == Application.reference, OPEN_WORK, condition).exists()


def hidden_from(session: Session, staff_id: str) -> frozenset[str]:
    """The restricted applications that a member of staff is not named for."""
    named = select(Restriction.reference).where(Restriction.staff_id == staff_id)
    query = select(Application.reference).where(Application.restricted, Application.reference.not_in(named))
    return frozenset(session.scalars(query))


def worst(session: Session, limit: int, hidden: Collection[str] = (), *, by_wait: bool = False) -> Sequence[Row[Any]]:
    """Open applications and the blocking item of each, first due first within a priority. One without waits for the engine.

    `by_wait`: only those that wait for people, the longest wait first.
    """
    rank = case(RANK, value=Application.priority, else_=len(RANK))
    since = func.coalesce(WorkItem.opened_at, Application.received_at)
    item = and_(WorkItem.reference == Application.reference, OPEN_WORK, WorkItem.blocking)
    query = (
        select(
            Application.reference, Application.stage, Application.priority, WorkItem.kind, WorkItem.role, WorkItem.owner,
            WorkItem.due_at, since.label("since"), func.coalesce(WorkItem.escalation_level, 0).label("escalation_level"),
        )
        .outerjoin(WorkItem, item)
        .where(Application.stage != Stage.CLOSED, Application.reference.not_in(hidden))
    )  # fmt: skip
    pressing = () if by_wait else (rank, WorkItem.due_at.nulls_last())
    query = query.where(WorkItem.id.is_not(None)) if by_wait else query
    query = query.order_by(*pressing, since, Application.reference, WorkItem.id).limit(limit)
    return session.execute(query).all()


def oldest_unclaimed(session: Session, hidden: Collection[str] = ()) -> Row[Any] | None:
    query = (
        select(WorkItem.id, WorkItem.reference, WorkItem.kind, WorkItem.role, WorkItem.opened_at)
        .where(
            OPEN_WORK, WorkItem.owner.is_(None), or_(WorkItem.reference.is_(None), WorkItem.reference.not_in(hidden))
        )
        .order_by(WorkItem.opened_at, WorkItem.id)
        .limit(1)
    )
    return session.execute(query).first()


def unacknowledged(session: Session) -> Sequence[Row[Any]]:
    """The rung on which each open item stands, where nobody answered yet."""
    query = (
        select(
            Escalation.reference,
            WorkItem.kind,
            Escalation.rung,
            Escalation.role,
            Escalation.reason,
            Escalation.raised_at,
        )
        .join(WorkItem, and_(WorkItem.id == Escalation.item_id, WorkItem.escalation_level == Escalation.rung))
        .where(OPEN_WORK, Escalation.acknowledged_at.is_(None))
        .order_by(Escalation.rung.desc(), Escalation.raised_at, Escalation.id)
    )
    return session.execute(query).all()


def whole_process(session: Session) -> list[Whole]:
    """Every application that has the limit, by submission."""
    query = (
        select(Application.reference, Application.submitted_at, Clock.due_at, Clock.met_at)
        .join(Clock, and_(Clock.reference == Application.reference, Clock.limit_name == Limit.WHOLE_PROCESS))
        .order_by(Application.submitted_at, Application.reference)
    )
    return [Whole(*row) for row in session.execute(query)]


def moments(session: Session) -> list[tuple[datetime, datetime | None]]:
    """When each application came in, and when it was closed."""
    query = select(Application.received_at, Application.closed_at).order_by(Application.received_at)
    return [(received, closed) for received, closed in session.execute(query)]


def warnings(session: Session) -> Sequence[Row[Any]]:
    """What a supervisor was warned of and has not answered for: late panels, short crews, the end of the calendar."""
    reason = WorkItem.subject["reason"].astext
    query = select(WorkItem.reference, reason.label("reason"), WorkItem.subject, WorkItem.opened_at).where(
        OPEN_WORK, WorkItem.kind == WorkKind.ACKNOWLEDGE_ESCALATION, reason.in_(FORESEEN)
    )
    return session.execute(query.order_by(WorkItem.opened_at, WorkItem.id)).all()


def silent_sources(session: Session) -> Sequence[Row[Any]]:
    """Sources with automatic searches that they have not answered: how many, and since when."""
    query = (
        select(Search.source, func.count(), func.min(Search.opened_at))
        .join(Application, Application.reference == Search.reference)
        .where(
            Search.automatic,
            Search.returned_at.is_(None),
            Search.superseded.is_(False),
            Application.stage != Stage.CLOSED,
        )
    )
    return session.execute(query.group_by(Search.source).order_by(Search.source)).all()


def queues(session: Session) -> Sequence[Row[Any]]:
    """How many items each role has, and since when the oldest waits."""
    query = select(WorkItem.role, func.count(), func.min(WorkItem.opened_at)).where(OPEN_WORK).group_by(WorkItem.role)
    return session.execute(query.order_by(WorkItem.role)).all()


def oldest_wake_up(session: Session) -> datetime | None:
    return session.scalar(select(func.min(Outbox.written_at)).where(Outbox.dispatched_at.is_(None)))


def oldest_notice(session: Session) -> datetime | None:
    return session.scalar(select(func.min(Notice.queued_at)).where(Notice.received_at.is_(None)))

"""The figures of the board. The database counts them; no open rows are fetched for that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    Case,
    ColumnElement,
    DateTime,
    Label,
    Row,
    Select,
    SQLColumnExpression,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from casebook.domain.escalation import WhyStalled
from casebook.domain.vocabulary import Limit, Priority, Stage, WorkKind
from casebook.storage import outbox
from casebook.storage.danger_said import by_machine
from casebook.storage.tables import (
    OPEN_WORK,
    Application,
    Clock,
    Escalation,
    MaybeIdle,
    Notice,
    Outbox,
    Search,
    WorkItem,
)

FORESEEN = (WhyStalled.PANEL_TOO_LATE, WhyStalled.CREW_SHORT, WhyStalled.CALENDAR_ENDS)


class Week(NamedTuple):
    """Applications with a limit in the week that starts on this Monday, and how many of them met it."""

    monday: str
    due: int
    kept: int


DANGER = (WorkKind.IMMEDIATE_SAFEGUARDING, WorkKind.READ_REJECTED_ROW)
STATES = ("on_time", "due_soon", "overdue", "held", "waiting_for_source")
OPEN = Application.stage != Stage.CLOSED


def stages(session: Session, now: datetime, soon: dict[str, timedelta]) -> dict[str, dict[str, int]]:
    """Open applications by stage: overdue, due soon or on time by the next unmet limit; also those held and waiting.

    This is one statement, so that the parts are of one moment. Limits that never fall due are left out.
    """
    until = now + max(soon.values(), default=timedelta(0))
    due = (
        select(Clock.reference, func.min(Clock.due_at).label("due"))
        .where(Clock.met_at.is_(None), Clock.due_at.is_not(None), Clock.due_at <= until)
        .group_by(Clock.reference)
        .subquery()
    )
    late = due.c.due <= now
    near = or_(late, *(and_(Application.priority == p, due.c.due <= now + ahead) for p, ahead in soon.items()))
    state = case((late, "overdue"), else_="due_soon").label("state")
    pressing = select(Application.stage, state).join(due, due.c.reference == Application.reference).where(OPEN, near)
    pressing_rows = pressing.subquery()
    counted = union_all(
        _counted("open", OPEN),
        select(pressing_rows.c.state, pressing_rows.c.stage, func.count()).group_by(
            pressing_rows.c.state, pressing_rows.c.stage
        ),
        _counted("held", OPEN, _open(WorkItem.kind == WorkKind.MEND_QUALITY)),
        _counted("waiting_for_source", OPEN, _open(WorkItem.kind == WorkKind.RETURN_SEARCH)),
    )
    counts = {(name, stage): count for name, stage, count in session.execute(counted)}
    return {
        str(stage): _states({name: counts.get((name, stage), 0) for name in ("open", *STATES)})
        for stage in Stage
        if stage is not Stage.CLOSED
    }


def _counted(name: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(literal(name).label("state"), Application.stage, func.count())
        .where(*conditions)
        .group_by(Application.stage)
    )


def _states(counts: dict[str, int]) -> dict[str, int]:
    on_time = counts["open"] - counts["overdue"] - counts["due_soon"]
    return {name: {**counts, "on_time": on_time}[name] for name in STATES}


def _open(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(WorkItem.id).where(WorkItem.reference == Application.reference, OPEN_WORK, condition).exists()


def worst(session: Session, limit: int, hidden: Collection[str] = ()) -> list[Row[Any]]:
    """Blocking items of open applications in the order of the queue: by priority, danger that a person said, and due time.

    An application without one waits for the engine, and comes after the items due in its priority. Each priority is read
    in the order of an index, up to `limit`.
    """
    items = list[Row[Any]]()
    for priority in sorted(Priority, key=lambda level: level.rank):
        if (left := limit - len(items)) > 0:
            items += session.execute(_pressing(priority, left, hidden)).all()
    return items


def _pressing(priority: Priority, limit: int, hidden: Collection[str]) -> Select[Any]:
    first = _said_first(Application.priority_reason) if priority is Priority.IMMEDIATE else literal(0)
    items = _waits(hidden).add_columns(first.label("first")).where(WorkItem.priority == priority)
    in_order = (WorkItem.due_at, WorkItem.opened_at, WorkItem.reference, WorkItem.id)
    items = items.order_by(*([first] if priority is Priority.IMMEDIATE else []), *in_order).limit(limit)
    idle = (
        select(
            null().label("id"), Application.reference, Application.stage, Application.priority, null().label("kind"),
            null().label("role"), null().label("owner"), cast(null(), DateTime(timezone=True)).label("due_at"),
            Application.received_at.label("since"), literal(0).label("escalation_level"),
            first.label("first"),
        )
        .where(Application.reference.in_(select(MaybeIdle.reference)), OPEN, ~outbox.waits())
        .where(Application.priority == priority, Application.reference.not_in(hidden))
        .order_by(Application.received_at, Application.reference)
        .limit(limit)
    )  # fmt: skip
    both = union_all(items.subquery().select(), idle.subquery().select()).subquery()
    return select(both).order_by(both.c.first, both.c.due_at, both.c.since, both.c.reference, both.c.id).limit(limit)


def _said_first(reason: SQLColumnExpression[str]) -> Case[int]:
    """Danger that a person said comes before what the machine found."""
    return case((by_machine(reason), 1), else_=0)


def in_danger(session: Session, limit: int, hidden: Collection[str] = ()) -> list[Row[Any]]:
    """Open items about danger: what a person said first, then first due first. No stage waits for them: `worst` leaves them out."""
    query = _items(hidden, of_the_unit=True).where(WorkItem.kind.in_(DANGER))
    said_first = _said_first(func.coalesce(WorkItem.subject["cause"].astext, ""))
    query = query.order_by(said_first, WorkItem.due_at, WorkItem.opened_at, WorkItem.reference, WorkItem.id)
    return list(session.execute(query.limit(limit)).all())


def longest(session: Session, hidden: Collection[str] = ()) -> Row[Any] | None:
    """The item for which an open application has waited longest."""
    query = _waits(hidden).order_by(WorkItem.opened_at, WorkItem.reference, WorkItem.id)
    return session.execute(query.limit(1)).first()


def _waits(hidden: Collection[str]) -> Select[Any]:
    """The items that block the stage of an open application."""
    return _items(hidden).where(WorkItem.blocking, OPEN)


def _items(hidden: Collection[str], *, of_the_unit: bool = False) -> Select[Any]:
    shown = WorkItem.reference.not_in(hidden)
    return (
        select(
            WorkItem.id, WorkItem.reference, Application.stage, WorkItem.priority, WorkItem.kind, WorkItem.role,
            WorkItem.owner, WorkItem.due_at, WorkItem.opened_at.label("since"), WorkItem.escalation_level,
        )
        .join(Application, Application.reference == WorkItem.reference, isouter=of_the_unit)
        .where(OPEN_WORK, or_(WorkItem.reference.is_(None), shown) if of_the_unit else shown)
    )  # fmt: skip


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
    """The escalation level of each open item that nobody has acknowledged yet."""
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


def compliance(session: Session, now: datetime, zone: str) -> list[Week]:
    """The limit of the whole process, by the week (in `zone`) in which it was due.

    A limit that is still running is in no week yet. A limit met early counts in the week in which it was due. Met at the
    exact moment counts as met; unmet after that moment does not. One that ended early is in no week: see `throughput`.
    """
    clocks = select(Clock.due_at, Clock.met_at).where(Clock.limit_name == Limit.WHOLE_PROCESS, Clock.ended_at.is_(None))
    met = clocks.where(Clock.met_at.is_not(None), Clock.met_at <= now)
    missed = clocks.where(Clock.met_at.is_(None), Clock.due_at.is_not(None), Clock.due_at < now)
    both = union_all(met.where(Clock.due_at.is_not(None)), missed).subquery()
    kept = func.count().filter(both.c.met_at <= both.c.due_at)
    monday = _monday(both.c.due_at, zone)
    rows = session.execute(select(monday, func.count(), kept).group_by("monday").order_by("monday"))
    return [Week(f"{start:%Y-%m-%d}", due, on_time) for start, due, on_time in rows]


def throughput(session: Session, zone: str) -> list[dict[str, object]]:
    """How many applications were received, closed, and ended early before the whole process met its limit, by week (in `zone`)."""
    whole = Clock.limit_name == Limit.WHOLE_PROCESS
    moments = {
        "received": _by_week(Application.received_at, zone),
        "closed": _by_week(Application.closed_at, zone),
        "ended_early": _by_week(Clock.ended_at, zone).where(whole),
    }
    counts = {
        name: {f"{monday:%Y-%m-%d}": count for monday, count in session.execute(query)}
        for name, query in moments.items()
    }
    weeks = sorted({week for of_week in counts.values() for week in of_week})
    return [{"monday": week, **{name: counts[name].get(week, 0) for name in moments}} for week in weeks]


def _by_week(moment: InstrumentedAttribute[Any], zone: str) -> Select[Any]:
    return select(_monday(moment, zone), func.count()).where(moment.is_not(None)).group_by("monday")


def _monday(moment: ColumnElement[Any] | InstrumentedAttribute[Any], zone: str) -> Label[Any]:
    return func.date_trunc("week", func.timezone(zone, moment)).label("monday")


def warnings(session: Session) -> Sequence[Row[Any]]:
    """Open warnings for a supervisor: late panels, staff below the minimum, the end of the calendar."""
    reason = WorkItem.subject["reason"].astext
    query = select(WorkItem.reference, reason.label("reason"), WorkItem.subject, WorkItem.opened_at).where(
        OPEN_WORK, WorkItem.kind == WorkKind.ACKNOWLEDGE_ESCALATION, reason.in_(FORESEEN)
    )
    return session.execute(query.order_by(WorkItem.opened_at, WorkItem.id)).all()


def silent_sources(session: Session) -> Sequence[Row[Any]]:
    """Sources that have not answered automatic searches: how many searches, and since when."""
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
    """How many items each role has, and since when the oldest has waited."""
    query = select(WorkItem.role, func.count(), func.min(WorkItem.opened_at)).where(OPEN_WORK).group_by(WorkItem.role)
    return session.execute(query.order_by(WorkItem.role)).all()


def oldest_wake_up(session: Session) -> datetime | None:
    return session.scalar(select(func.min(Outbox.written_at)).where(Outbox.dispatched_at.is_(None)))


def oldest_notice(session: Session) -> datetime | None:
    return session.scalar(select(func.min(Notice.queued_at)).where(Notice.received_at.is_(None)))

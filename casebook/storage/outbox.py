"""Wake-ups that wait for the engine: claiming them in order of danger, and marking those delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, DateTime, any_, delete, func, insert, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Session

from casebook.domain.vocabulary import Priority, Stage
from casebook.storage import leases
from casebook.storage.danger_said import priority_rank
from casebook.storage.tables import OPEN_WORK, Application, Lease, MaybeIdle, Outbox, Search, WorkItem

CHANNEL = "casebook_outbox"  # a trigger notifies it when rows are committed
RECONCILED = "reconciled"


@dataclass(frozen=True, kw_only=True)
class WakeUp:
    """All waiting rows of one application, folded into one. Its key is the same however often it is delivered."""

    reference: str
    rows: tuple[int, ...]
    stage: str
    route: str
    priority: str

    @property
    def key(self) -> str:
        return f"{self.reference}:{max(self.rows)}"


def settle(session: Session, reference: str, *, reason: str, at: datetime) -> None:
    """Mark the application's wake-ups for this reason as delivered: what they were for has been done already."""
    waiting = (Outbox.reference == reference, Outbox.reason == reason, Outbox.dispatched_at.is_(None))
    session.execute(update(Outbox).where(*waiting).values(dispatched_at=at))


def claim(session: Session, limit: int) -> list[WakeUp]:
    """Lock up to `limit` waiting rows, most dangerous first, folded by application. Skips rows that others have locked."""
    rows = session.scalars(
        select(Outbox)
        .where(Outbox.dispatched_at.is_(None))
        .order_by(priority_rank(Outbox.priority), Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    folded: dict[str, list[int]] = {}
    for row in rows:
        folded.setdefault(row.reference, []).append(row.id)
    about = {
        application.reference: application
        for application in session.scalars(select(Application).where(Application.reference.in_(folded)))
    }
    return [
        WakeUp(
            reference=reference,
            rows=tuple(ids),
            stage=about[reference].stage,
            route=about[reference].route,
            priority=about[reference].priority,
        )
        for reference, ids in folded.items()
    ]


def hand_over(session: Session, limit: int, *, at: datetime) -> int:
    """Give wake-ups to the runs that already work on their applications, and return how many.

    Wake-ups of a reconciliation are left out: there, the holder may be a run that the engine has lost.
    """
    waiting_rows = select(Outbox.id, Outbox.reference).where(
        Outbox.dispatched_at.is_(None), Outbox.reason != RECONCILED
    )
    rows = session.execute(waiting_rows.order_by(Outbox.id).limit(limit).with_for_update(skip_locked=True)).all()
    holders = leases.turn_round(session, {row.reference for row in rows}) if rows else {}
    for reference, holder in holders.items():
        ids = [row.id for row in rows if row.reference == reference]
        session.execute(update(Outbox).where(Outbox.id.in_(ids)).values(dispatched_at=at, begun_at=at, run_id=holder))
    return len(holders)


def coming(session: Session, wake_ups: Sequence[WakeUp]) -> dict[str, str]:
    """Runs that were created for these applications and have not started, by reference. They will see everything.

    The rows stay locked, so that such a run either starts before this transaction or sees what was committed. A run that
    was created before its application became dangerous waits in a slower queue and is left out.
    """
    dangerous = {wake_up.reference for wake_up in wake_ups if Priority(wake_up.priority).is_danger}
    rows = session.scalars(
        select(Outbox)
        .where(
            Outbox.reference.in_([wake_up.reference for wake_up in wake_ups]),
            Outbox.begun_at.is_(None),
            Outbox.run_id.is_not(None),
        )
        .order_by(Outbox.id)
        .with_for_update()
    )
    return {
        row.reference: str(row.run_id)
        for row in rows
        if row.reference not in dangerous or Priority(row.priority).is_danger
    }


def mark(session: Session, wake_up: WakeUp, *, run_id: str, at: datetime) -> None:
    """Record that the engine has a run for these rows."""
    session.execute(update(Outbox).where(Outbox.id.in_(wake_up.rows)).values(dispatched_at=at, run_id=run_id))


def waiting(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Outbox).where(Outbox.dispatched_at.is_(None))) or 0


def add(session: Session, references: Sequence[str], *, reason: str, at: datetime) -> int:
    """Add a wake-up for each of these applications. It counts once the transaction is committed."""
    selected = select(
        Application.reference, literal(reason), Application.priority, literal(at, DateTime(timezone=True))
    ).where(Application.reference == any_(literal(list(references), ARRAY(TEXT))))
    columns = [Outbox.reference, Outbox.reason, Outbox.priority, Outbox.written_at]
    inserted = session.execute(insert(Outbox).from_select(columns, selected).returning(Outbox.id))
    return len(inserted.all())


def open_count(session: Session) -> int:
    """How many applications are not closed."""
    query = select(func.count()).select_from(Application).where(Application.stage != Stage.CLOSED)
    return session.scalar(query) or 0


def any_open(session: Session) -> bool:
    query = select(Application.reference).where(Application.stage != Stage.CLOSED).limit(1)
    return session.scalar(query) is not None


def open_references(session: Session) -> list[str]:
    """Every application that is not closed."""
    query = select(Application.reference).where(Application.stage != Stage.CLOSED).order_by(Application.received_at)
    return list(session.scalars(query))


def neglected(session: Session) -> list[str]:
    """Idle applications: open, waiting for nobody, with no wake-up on its way and no run at work.

    Only applications listed as maybe idle are checked: every one that waits for nobody is on that list.
    """
    query = (
        select(MaybeIdle.reference)
        .join(Application, Application.reference == MaybeIdle.reference)
        .where(Application.stage != Stage.CLOSED, ~waits(), *_unattended())
        .distinct()
    )
    return sorted(session.scalars(query))


def look_past_waiting(session: Session) -> None:
    """Remove from the list of maybe idle applications those that wait for somebody or are closed.

    The end of their wait lists them again. This is one statement, so that it sees one moment.
    """
    waiting_or_closed = (
        select(MaybeIdle.id)
        .join(Application, Application.reference == MaybeIdle.reference)
        .where(or_(Application.stage == Stage.CLOSED, waits()))
        .with_for_update(of=MaybeIdle, skip_locked=True)
    )
    forget = delete(MaybeIdle).where(MaybeIdle.id.in_(waiting_or_closed))
    session.execute(forget.execution_options(synchronize_session=False))  # otherwise every removed row would be fetched


def waits() -> ColumnElement[bool]:
    """Condition: the application waits for somebody."""
    item = select(WorkItem.id).where(WorkItem.reference == Application.reference, WorkItem.blocking, OPEN_WORK)
    return item.exists()


def without_an_answer(session: Session) -> list[str]:
    """Open applications with an unanswered automatic search, with no wake-up on its way and no run at work."""
    query = (
        select(Application.reference)
        .join(Search, Search.reference == Application.reference)
        .where(
            Search.automatic,
            Search.returned_at.is_(None),
            Search.superseded.is_(False),
            Application.stage != Stage.CLOSED,
            *_unattended(),
        )
        .distinct()
    )
    return sorted(session.scalars(query))


def often(session: Session, *, reason: str, times: int) -> list[str]:
    """Applications woken for the same reason again and again while nobody did anything in between."""
    since = select(func.max(WorkItem.done_at)).where(WorkItem.reference == Outbox.reference).scalar_subquery()
    query = (
        select(Outbox.reference)
        .where(Outbox.reason == reason, Outbox.written_at > func.coalesce(since, datetime.min.replace(tzinfo=UTC)))
        .group_by(Outbox.reference)
        .having(func.count() >= times)
    )
    return sorted(session.scalars(query))


def _unattended() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Condition: no wake-up is on its way and no run is at work."""
    called = select(Outbox.id).where(Outbox.reference == Application.reference, Outbox.dispatched_at.is_(None))
    leased = select(Lease.reference).where(Lease.reference == Application.reference, Lease.holder.is_not(None))
    return ~called.exists(), ~leased.exists()


def listen(session: Session) -> None:
    session.execute(text(f"LISTEN {CHANNEL}"))

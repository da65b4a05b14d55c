"""The wake-ups that wait for the engine, in order of danger, and the marking of those delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select, text, update
from sqlalchemy.orm import Session

from casebook.domain.vocabulary import Priority, Stage
from casebook.storage.tables import Application, Lease, Outbox, WorkItem

CHANNEL = "casebook_outbox"  # a trigger notifies it when rows are committed


@dataclass(frozen=True, kw_only=True)
class WakeUp:
    """All waiting rows of one application, folded. The key is the same however often it is delivered."""

    reference: str
    rows: tuple[int, ...]
    stage: str
    route: str
    priority: str

    @property
    def key(self) -> str:
        return f"{self.reference}:{max(self.rows)}"


def claim(session: Session, limit: int) -> list[WakeUp]:
    """Lock up to `limit` waiting rows, most dangerous first, skipping those another dispatcher has; folded by application."""
    rank = case({str(priority): priority.rank for priority in Priority}, value=Outbox.priority, else_=len(Priority))
    rows = session.scalars(
        select(Outbox)
        .where(Outbox.dispatched_at.is_(None))
        .order_by(rank, Outbox.id)
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


def mark(session: Session, wake_up: WakeUp, *, run_id: str, at: datetime) -> None:
    """The engine has a run for these rows."""
    session.execute(update(Outbox).where(Outbox.id.in_(wake_up.rows)).values(dispatched_at=at, run_id=run_id))


def waiting(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Outbox).where(Outbox.dispatched_at.is_(None))) or 0


def add(session: Session, references: Sequence[str], *, reason: str, at: datetime) -> int:
    """Wake these applications; the transaction decides."""
    found = session.scalars(select(Application).where(Application.reference.in_(references))).all()
    session.add_all(
        Outbox(
            reference=application.reference, reason=reason, priority=application.priority, written_at=at,
            dispatched_at=None, run_id=None,
        )
        for application in found
    )  # fmt: skip
    return len(found)


def open_references(session: Session) -> list[str]:
    """Every application that is not closed."""
    query = select(Application.reference).where(Application.stage != Stage.CLOSED).order_by(Application.received_at)
    return list(session.scalars(query))


def neglected(session: Session) -> list[str]:
    """Decided but not advanced: open, waiting for nobody, no wake-up on its way, no run at work."""
    waits = (
        select(WorkItem.id)
        .where(
            WorkItem.reference == Application.reference,
            WorkItem.blocking,
            WorkItem.done_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
        .exists()
    )
    called = select(Outbox.id).where(Outbox.reference == Application.reference, Outbox.dispatched_at.is_(None)).exists()
    held = select(Lease.reference).where(Lease.reference == Application.reference, Lease.holder.is_not(None)).exists()
    query = select(Application.reference).where(Application.stage != Stage.CLOSED, ~waits, ~called, ~held)
    return sorted(session.scalars(query))


def listen(session: Session) -> None:
    session.execute(text(f"LISTEN {CHANNEL}"))

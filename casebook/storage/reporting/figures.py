"""How much work is under way, and how often applications were held or escalated."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook.storage import outbox
from casebook.storage.tables import Escalation, GateResult, Lease


def under_way(session: Session) -> int:
    """Wake-ups not delivered, runs at work, and applications that wait for nobody. Zero when all is at rest."""
    leases = session.scalar(select(func.count()).select_from(Lease).where(Lease.holder.is_not(None))) or 0
    return outbox.waiting(session) + leases + len(outbox.neglected(session))


def gate_holds(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(GateResult).where(GateResult.outcome == "held")) or 0


def escalations(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Escalation)) or 0

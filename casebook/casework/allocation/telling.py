"""Notices to one member of staff about their own work: what was given to them, and what was taken from them."""

from __future__ import annotations

import secrets

from sqlalchemy import func, select

from casebook.casework.core.acting import Act, Summaries
from casebook.domain.authority import Command
from casebook.storage.tables import StaffNotice


def tell(act: Act, staff_id: str, *, reference: str | None, reason: str) -> None:
    """Tell somebody. The ledger has what was done; this is only how they learn of it."""
    act.session.add(
        StaffNotice(
            id=secrets.token_hex(8), staff_id=staff_id, reference=reference, reason=reason, by=act.actor.id,
            told_at=act.now, read_at=None,
        )
    )  # fmt: skip


def unread(act: Act) -> int:
    """How many notices wait for whoever asks."""
    query = select(func.count()).select_from(StaffNotice)
    return act.session.scalar(query.where(StaffNotice.staff_id == act.actor.id, StaffNotice.read_at.is_(None))) or 0


def read(act: Act, *, everything: bool = False) -> Summaries:
    """The notices of whoever asks, newest first, which are read by that. `everything`: also those that were read before."""
    act.allowed(Command.CLAIM_WORK)
    query = select(StaffNotice).where(StaffNotice.staff_id == act.actor.id)
    if not everything:
        query = query.where(StaffNotice.read_at.is_(None))
    rows = act.session.scalars(query.order_by(StaffNotice.told_at.desc(), StaffNotice.id)).all()
    for row in rows:
        row.read_at = row.read_at or act.now
    return [
        {"at": row.told_at.isoformat(), "reference": row.reference, "reason": row.reason, "by": row.by} for row in rows
    ]

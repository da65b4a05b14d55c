"""Notices that nobody has received yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from casebook.storage.tables import LedgerEntry, Notice

CHANNEL = "casebook_notice"  # a trigger notifies it when notices are committed
FIRST_REVISION = "0020"  # of the schema, since which the ledger has every receipt
AGAIN = timedelta(minutes=5)  # after a try; until then another sweep may be sending it


class Queued(NamedTuple):
    id: str
    role: str
    reference: str | None
    reason: str


def claim(session: Session, now: datetime) -> list[Queued]:
    """Mark the waiting notices as being tried and return them. Notices that are being tried now are left out."""
    trying = and_(Notice.tried_at > now - AGAIN, Notice.tried_at <= now)
    free = select(Notice.id).where(Notice.received_at.is_(None), or_(Notice.tried_at.is_(None), ~trying))
    mine = (
        update(Notice)
        .where(Notice.id.in_(free.with_for_update(skip_locked=True).scalar_subquery()))
        .values(tried_at=now, tries=Notice.tries + 1)
        .returning(Notice.id, Notice.role, Notice.reference, Notice.reason, Notice.queued_at)
    )
    rows = sorted(session.execute(mine), key=lambda row: (row.queued_at, row.id))
    return [Queued(row.id, row.role, row.reference, row.reason) for row in rows]


def keep(
    session: Session, ids: Sequence[str], *, at: datetime, channels: Sequence[str], faults: Sequence[str]
) -> list[str]:
    """Record the receipt, if there was one, or what went wrong. Returns the ids that were received now."""
    statement = update(Notice).where(Notice.id.in_(ids), Notice.received_at.is_(None))
    receipt = {"received_at": at, "channel": " ".join(channels)} if channels else {}
    kept = session.scalars(statement.values(fault=" ".join(faults) or None, **receipt).returning(Notice.id))
    return sorted(kept) if channels else []


def false_receipts(session: Session, event: str) -> list[str]:
    """Notices whose receipt is in no entry with this event, or whose entry has no receipt.

    Not those received before the first release that wrote such entries.
    """
    said = (
        select(func.jsonb_array_elements_text(LedgerEntry.body["notices"]).label("id"))
        .where(LedgerEntry.event == event)
        .subquery()
    )
    since = select(func.min(LedgerEntry.at)).where(
        LedgerEntry.event == "schema_adopted", LedgerEntry.body["revision"].astext >= FIRST_REVISION
    )
    received = select(Notice.id).where(Notice.received_at >= since.scalar_subquery())
    unsaid = received.where(Notice.id.not_in(select(said.c.id)))
    untrue = select(said.c.id).where(said.c.id.not_in(select(Notice.id).where(Notice.received_at.is_not(None))))
    return sorted({*session.scalars(unsaid), *session.scalars(untrue)})


def undelivered(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Notice).where(Notice.received_at.is_(None))) or 0

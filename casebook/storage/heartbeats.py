"""Signed heartbeats: they show a watchdog outside the engine which part has stopped."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from casebook import clock
from casebook.storage.tables import Heartbeat


def beat(session: Session, name: str, key: bytes) -> None:
    """Record, in real time, that `name` is alive."""
    at = clock.now()
    values = {"at": at, "signature": _signature(key, name, at)}
    session.execute(
        insert(Heartbeat)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=[Heartbeat.name], set_=values)
    )


def last(session: Session, key: bytes) -> dict[str, datetime]:
    """The last heartbeat of each part. Heartbeats with a wrong signature are left out."""
    return {
        row.name: row.at
        for row in session.scalars(select(Heartbeat))
        if hmac.compare_digest(row.signature, _signature(key, row.name, row.at))
    }


def _signature(key: bytes, name: str, at: datetime) -> str:
    return hmac.new(key, f"heartbeat {name} {at.timestamp():.6f}".encode(), hashlib.sha256).hexdigest()

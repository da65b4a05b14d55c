"""Ledger entries that stay although the act they speak of is undone: that something was refused is worth knowing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from casebook.storage import ledger

_WAITING = "asides"


def record(session: Session, *, chain_name: str, actor: str, event_name: str, at: datetime, **body: object) -> None:
    """Append an entry in a transaction of its own as soon as the present one has ended, however it ends."""
    entry = {"chain_name": chain_name, "actor": actor, "event_name": event_name, "at": at, **body}
    session.info.setdefault(_WAITING, []).append((session.get_bind(), entry))


@event.listens_for(Session, "after_transaction_end")
def _write(session: Session, ended: SessionTransaction) -> None:
    # not before: the entry's chain is locked by the transaction that is undone
    if ended.parent is not None or not (waiting := session.info.pop(_WAITING, None)):
        return
    bind: Any
    for bind, entry in waiting:
        with Session(bind, info={ledger.KEY: session.info[ledger.KEY]}) as own:
            ledger.record(own, **entry)
            own.commit()

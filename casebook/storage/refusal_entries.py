"""Ledger entries about refusals. They stay although the refused act itself is rolled back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from casebook.domain.actors import Actor
from casebook.storage import ledger

_WAITING = "asides"


def record(session: Session, *, chain_name: str, actor: Actor, event_name: str, at: datetime, **body: object) -> None:
    """Append an entry in its own transaction as soon as the present transaction has ended, however it ends."""
    entry = {"chain_name": chain_name, "actor": actor, "event_name": event_name, "at": at, **body}
    session.info.setdefault(_WAITING, []).append((session.get_bind(), entry))


@event.listens_for(Session, "after_transaction_end")
def _write(session: Session, ended: SessionTransaction) -> None:
    # not before: the transaction that is rolled back has locked the entry's chain
    if ended.parent is not None or not (waiting := session.info.pop(_WAITING, None)):
        return
    bind: Any
    for bind, entry in waiting:
        with Session(bind, info={ledger.KEY: session.info[ledger.KEY]}) as own:
            ledger.record(own, **entry)
            own.commit()

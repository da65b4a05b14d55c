"""The append-only ledger: every change of a ledgered row is spoken of by an entry that carries its keyed digest.

A session keeps the rows it touched; `record` writes their digests, and a commit with a row left unspoken of is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from casebook.domain import chain
from casebook.errors import Fault
from casebook.storage.tables import Base, ChainHead, LedgerEntry

KEY = "ledger_key"
_TOUCHED = "ledger_touched"


class UnspokenChange(Fault):
    """A row was changed without a word in the ledger."""

    code = "unspoken_change"


def record(
    session: Session, *, chain_name: str, actor: str, event_name: str, at: datetime, **body: object
) -> LedgerEntry:
    """Append one entry to a chain, with the digests of every row touched since the entry before it.

    `body` holds ids, codes, counts and digests; nothing personal.
    """
    session.flush()
    rows = _take_touched(session)
    head = _locked_head(session, chain_name)
    said: dict[str, Any] = {**body, **({"rows": rows} if rows else {})}
    entry = LedgerEntry(
        chain=chain_name,
        sequence=head.sequence + 1,
        at=at,
        actor=actor,
        event=event_name,
        body=said,
        previous=head.hash,
        hash=chain.entry_hash(
            chain=chain_name,
            sequence=head.sequence + 1,
            at=at,
            actor=actor,
            event=event_name,
            body=said,
            previous=head.hash,
        ),
    )
    head.sequence, head.hash = entry.sequence, entry.hash
    session.add(entry)
    session.flush()
    return entry


def _locked_head(session: Session, name: str) -> ChainHead:
    find = select(ChainHead).where(ChainHead.chain == name).with_for_update().execution_options(populate_existing=True)
    if (head := session.scalar(find)) is None:
        session.execute(insert(ChainHead).values(chain=name, sequence=0, hash=chain.GENESIS).on_conflict_do_nothing())
        head = session.scalars(find).one()
    return head


def digest_of(key: bytes, row: Base) -> tuple[str, str]:
    """`table:primary key` and the keyed digest of a live row."""
    mapper = inspect(type(row))
    values = {
        column.key: getattr(row, attribute.key) for attribute in mapper.column_attrs for column in attribute.columns
    }
    name = ":".join(str(part) for part in mapper.primary_key_from_instance(row))
    return f"{row.__tablename__}:{name}", chain.row_digest(key, row.__tablename__, values)


def _take_touched(session: Session) -> dict[str, str]:
    touched: Iterable[Base] = session.info.pop(_TOUCHED, {}).values()
    gone = session.info.pop(f"{_TOUCHED}_gone", {})
    return dict(sorted([*(digest_of(session.info[KEY], row) for row in touched), *gone.items()]))


@event.listens_for(Session, "after_flush")
def _remember_touched(session: Session, _context: object) -> None:
    touched = session.info.setdefault(_TOUCHED, {})
    gone = session.info.setdefault(f"{_TOUCHED}_gone", {})
    for row in (*session.new, *session.dirty):
        if row.ledgered and (row in session.new or session.is_modified(row)):
            touched[id(row)] = row
    for row in session.deleted:
        if row.ledgered:
            touched.pop(id(row), None)
            gone[digest_of(session.info[KEY], row)[0]] = "deleted"


@event.listens_for(Session, "before_commit")
def _refuse_unspoken(session: Session) -> None:
    session.flush()
    if session.info.get(_TOUCHED) or session.info.get(f"{_TOUCHED}_gone"):
        raise UnspokenChange


@event.listens_for(Session, "after_rollback")
def _forget_touched(session: Session) -> None:
    session.info.pop(_TOUCHED, None)
    session.info.pop(f"{_TOUCHED}_gone", None)

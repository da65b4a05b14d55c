"""The append-only ledger: every change of a ledgered row is recorded by an entry with the row's keyed digest.

A session remembers the rows it changed; `record` writes their digests. A commit with an unrecorded row is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from casebook.domain import chain
from casebook.errors import Fault
from casebook.storage import bulk_insert
from casebook.storage.tables import Base, ChainHead, LedgerEntry

KEY = "ledger_key"
_TOUCHED = "ledger_touched"
_HELD = "ledger_heads"


class UnrecordedChange(Fault):
    """A row was changed without an entry in the ledger."""

    code = "unspoken_change"


class ReservedWord(Fault):
    """An entry's body cannot have a key `rows`: the ledger keeps its own digests there."""

    code = "reserved_word"


def record(
    session: Session, *, chain_name: str, actor: str, event_name: str, at: datetime, **body: object
) -> LedgerEntry:
    """Append one entry to a chain, with the digests of every row changed since the entry before it.

    `body` has ids, codes, counts and digests, and nothing personal.
    """
    _refuse_rows(body)
    session.flush()
    rows = _take_touched(session)
    entry = _append(session, _locked_head(session, chain_name), {**body}, rows, at=at, actor=actor, event=event_name)
    session.flush()
    return entry


def begin(
    session: Session, *, chain_name: str, actor: str, event_name: str, at: datetime, **body: object
) -> LedgerEntry:
    """Write all pending rows of the session and the first entry of a new chain, in one statement.

    Only for a new chain: nobody else can have its end, so nothing is locked. A second one with the same name fails.
    """
    _refuse_rows(body)
    waiting = list(session.new)
    rows = dict(sorted(digest_of(session.info[KEY], row) for row in waiting if row.ledgered))
    head = ChainHead(chain=chain_name, sequence=0, hash=chain.GENESIS)
    entry = _entry(head, body, rows, at=at, actor=actor, event=event_name)
    bulk_insert.write(session, [*waiting, head, entry])
    session.info.setdefault(_HELD, {})[chain_name] = head
    return entry


def record_many(
    session: Session,
    said: Mapping[str, Mapping[str, object]],
    *,
    actor: str,
    event_name: str,
    at: datetime,
    inserted: Sequence[Base] = (),
) -> None:
    """Append one entry to each of many chains. `said`: chain -> the body of its entry, about the rows of that reference.

    `inserted` are rows that were not written through the session. A thousand chains take no more statements than one.
    """
    session.flush()
    touched = [*_take_live(session), *inserted]
    rows: dict[str, dict[str, str]] = {name: {} for name in said}
    for row in touched:
        name, digest = digest_of(session.info[KEY], row)
        rows[getattr(row, "reference", None) or chain.UNIT][name] = digest
    heads = _locked_heads(session, sorted(said))
    for name, body in said.items():
        _refuse_rows(body)
        _append(session, heads[name], {**body}, dict(sorted(rows[name].items())), at=at, actor=actor, event=event_name)
    session.flush()


def _refuse_rows(body: Mapping[str, object]) -> None:
    """Refuse a body with `rows`: only this module may write what `verify` reads as digests."""
    if "rows" in body:
        raise ReservedWord


def _append(
    session: Session, head: ChainHead, said: Mapping[str, Any], rows: dict[str, str], **known: object
) -> LedgerEntry:
    entry = _entry(head, said, rows, **known)
    session.add(entry)
    return entry


def _entry(head: ChainHead, said: Mapping[str, Any], rows: dict[str, str], **known: object) -> LedgerEntry:
    """Make the next entry of the chain; it becomes the end of the chain."""
    what: dict[str, Any] = {
        **known, "chain": head.chain, "sequence": head.sequence + 1, "body": {**said, **({"rows": rows} if rows else {})},
        "previous": head.hash,
    }  # fmt: skip
    entry = LedgerEntry(**what, hash=chain.entry_hash(**what))
    head.sequence, head.hash = entry.sequence, entry.hash
    return entry


def _locked_heads(session: Session, names: Sequence[str]) -> dict[str, ChainHead]:
    fresh = [{"chain": name, "sequence": 0, "hash": chain.GENESIS} for name in names]
    session.execute(insert(ChainHead).on_conflict_do_nothing(), fresh)
    find = select(ChainHead).where(ChainHead.chain.in_(names)).order_by(ChainHead.chain).with_for_update()
    return {head.chain: head for head in session.scalars(find.execution_options(populate_existing=True))}


def _locked_head(session: Session, name: str) -> ChainHead:
    """The end of a chain. It is locked at its first entry in a transaction, until the transaction ends."""
    heads: dict[str, ChainHead] = session.info.setdefault(_HELD, {})
    if name not in heads:
        heads[name] = _lock_head(session, name)
    return heads[name]


def _lock_head(session: Session, name: str) -> ChainHead:
    find = select(ChainHead).where(ChainHead.chain == name).with_for_update().execution_options(populate_existing=True)
    if (head := session.scalar(find)) is not None:
        return head
    begin = insert(ChainHead).values(chain=name, sequence=0, hash=chain.GENESIS).on_conflict_do_nothing()
    if (head := session.scalar(begin.returning(ChainHead))) is not None:
        return head
    return session.scalars(find).one()  # another transaction began it a moment ago


def digest_of(key: bytes, row: Base) -> tuple[str, str]:
    """`table:primary key` and the keyed digest of a live row."""
    columns, primary = _columns_of(type(row))
    return _digest(key, row.__tablename__, {column: getattr(row, name) for name, column in columns}, primary)


def live_digests(session: Session, table: type[Base], *, page: int) -> Iterator[tuple[str, str]]:
    """The same for every row of a table, in the order of its primary key, read as values and not as objects."""
    columns, primary = _columns_of(table)
    names = [column for _, column in columns]
    read = [table.__table__.c[name] for name in names]
    query = select(*read).order_by(*(table.__table__.c[name] for name in primary))
    for values in session.execute(query.execution_options(yield_per=page)):
        yield _digest(session.info[KEY], table.__tablename__, dict(zip(names, values, strict=True)), primary)


def _digest(key: bytes, table: str, values: Mapping[str, object], primary: Sequence[str]) -> tuple[str, str]:
    return f"{table}:{':'.join([str(values[name]) for name in primary])}", chain.row_digest(key, table, values)


@cache
def _columns_of(table: type[Base]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Attribute and column of every value in a row, and the columns of its primary key."""
    mapper = inspect(table)
    columns = tuple(
        (attribute.key, str(column.key)) for attribute in mapper.column_attrs for column in attribute.columns
    )
    return columns, tuple(str(column.key) for column in mapper.primary_key)


def _take_touched(session: Session) -> dict[str, str]:
    gone = session.info.pop(f"{_TOUCHED}_gone", {})
    return dict(sorted([*(digest_of(session.info[KEY], row) for row in _take_live(session)), *gone.items()]))


def _take_live(session: Session) -> Iterable[Base]:
    live: Iterable[Base] = session.info.pop(_TOUCHED, {}).values()
    return live


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
        raise UnrecordedChange


@event.listens_for(Session, "after_transaction_end")
def _let_go(session: Session, _transaction: object) -> None:
    session.info.pop(_HELD, None)


@event.listens_for(Session, "after_rollback")
def _forget_touched(session: Session) -> None:
    session.info.pop(_TOUCHED, None)
    session.info.pop(f"{_TOUCHED}_gone", None)

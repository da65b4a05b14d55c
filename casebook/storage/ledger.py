"""The append-only ledger: every change of a ledgered row is recorded by an entry with the row's keyed digest.

A session remembers the rows it changed; `record` writes their digests. A commit with an unrecorded row is refused. An
entry has a hash that anybody can recompute, and a code over it that only a holder of the entry key can write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, event, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from casebook.domain import chain
from casebook.domain.actors import Actor
from casebook.domain.chain import EntryPlace
from casebook.errors import Fault
from casebook.storage import bulk_insert
from casebook.storage.row_values import columns_of, in_digests, values_of
from casebook.storage.tables import Base, ChainHead, LedgerEntry

KEY = "ledger_key"
_TOUCHED = "ledger_touched"
_GONE = "ledger_gone"
_HELD = "ledger_heads"


class UnrecordedChange(Fault):
    """A row was changed without an entry in the ledger."""

    code = "unspoken_change"


class RowStays(Fault):
    """A row that the ledger records cannot be deleted."""

    code = "row_stays"


class ReservedWord(Fault):
    """An entry's body cannot have a key `rows`: the ledger keeps its own digests there."""

    code = "reserved_word"


@dataclass(kw_only=True)
class _Touched:
    """The rows that a transaction changed since its last entry: those that are there, and the names of those deleted."""

    live: Sequence[Base] = ()
    gone: Iterable[str] = ()

    def digests(self, key: bytes, place: EntryPlace) -> dict[str, str]:
        """`table:primary key` -> digest, as the entry at this place has it."""
        deleted = {name: chain.deletion_digest(key, name, place) for name in self.gone}
        return dict(sorted({**dict(digest_of(key, row, place) for row in self.live), **deleted}.items()))


def record(
    session: Session, *, chain_name: str, actor: Actor, event_name: str, at: datetime, **body: object
) -> LedgerEntry:
    """Append one entry to a chain, with the digests of every row changed since the entry before it.

    `body` has ids, codes, counts and digests, and nothing personal.
    """
    _refuse_rows(body)
    session.flush()
    touched = _take_touched(session)
    head = _locked_head(session, chain_name)
    entry = _entry(session.info[KEY], head, body, touched, at=at, actor=actor, event=event_name)
    session.add(entry)
    session.flush()
    return entry


def begin(
    session: Session, *, chain_name: str, actor: Actor, event_name: str, at: datetime, **body: object
) -> LedgerEntry:
    """Write all pending rows of the session and the first entry of a new chain, in one statement.

    Only for a new chain: nobody else can have its end, so nothing is locked. A second one with the same name fails.
    """
    _refuse_rows(body)
    waiting = list(session.new)
    touched = _Touched(live=[row for row in waiting if row.ledgered])
    head = ChainHead(chain=chain_name, sequence=0, hash=chain.GENESIS)
    entry = _entry(session.info[KEY], head, body, touched, at=at, actor=actor, event=event_name)
    bulk_insert.write(session, [*waiting, head, entry])
    session.info.setdefault(_HELD, {})[chain_name] = head
    return entry


def record_many(
    session: Session,
    said: Mapping[str, Mapping[str, object]],
    *,
    actor: Actor,
    event_name: str,
    at: datetime,
    inserted: Sequence[Base] = (),
) -> None:
    """Append one entry to each of many chains. `said`: chain -> the body of its entry, about the rows of that reference.

    `inserted` are rows that were not written through the session. A thousand chains take no more statements than one.
    """
    session.flush()
    rows: dict[str, list[Base]] = {name: [] for name in said}
    for row in [*_take_live(session), *inserted]:
        rows[getattr(row, "reference", None) or chain.UNIT].append(row)
    heads = _locked_heads(session, sorted(said))
    for name, body in said.items():
        _refuse_rows(body)
        touched = _Touched(live=rows[name])
        session.add(_entry(session.info[KEY], heads[name], body, touched, at=at, actor=actor, event=event_name))
    session.flush()


def _refuse_rows(body: Mapping[str, object]) -> None:
    """Refuse a body with `rows`: only this module may write what `verify` reads as digests."""
    if "rows" in body:
        raise ReservedWord


def _entry(
    key: bytes,
    head: ChainHead,
    said: Mapping[str, object],
    touched: _Touched,
    *,
    at: datetime,
    actor: Actor,
    event: str,
) -> LedgerEntry:
    """Make the next entry of the chain; it becomes the end of the chain."""
    place = EntryPlace(head.chain, head.sequence + 1)
    rows = touched.digests(key, place)
    what: dict[str, Any] = {
        "chain": place.chain, "sequence": place.sequence, "at": at, "actor": actor.id, "event": event,
        "body": {**said, **({"rows": rows} if rows else {})}, "previous": head.hash, "origin": actor.origin.value,
        "token": actor.token,
    }  # fmt: skip
    hash_ = chain.entry_hash(**what)
    entry = LedgerEntry(**what, hash=hash_, mac=chain.entry_mac(key, hash_))
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


def digest_of(key: bytes, row: Base, place: EntryPlace | None = None) -> tuple[str, str]:
    """`table:primary key` and the keyed digest of a live row, as the entry at `place` has it."""
    values = values_of(row)
    return _name(row.__tablename__, values, columns_of(type(row))[1]), chain.row_digest(
        key, row.__tablename__, values, place
    )


def live_values(session: Session, table: type[Base], *, page: int) -> Iterator[tuple[str, dict[str, object] | None]]:
    """`table:primary key` and the values of every row of a table, in the order of its primary key, not as objects.

    None for the values of a row that cannot be read, such as a moment in the year 20000.
    """
    columns, primary = columns_of(table)
    names = [column for _, column in columns]
    order = [table.__table__.c[name] for name in primary]
    query = select(*(in_digests(table.__table__.c[name]) for name in names)).order_by(*order)
    told = 0
    try:
        for found in session.execute(query.execution_options(yield_per=page)):
            values = dict(zip(names, found, strict=True))
            yield _name(table.__tablename__, values, primary), values
            told += 1
    except (DataError, ValueError, OverflowError, RecursionError):
        yield from _one_by_one(session, table, query, order, told)


def _one_by_one(
    session: Session, table: type[Base], query: Select[Any], order: Sequence[ColumnElement[Any]], told: int
) -> Iterator[tuple[str, dict[str, object] | None]]:
    """The rows from the one that could not be read on, each by a question of its own."""
    ids = select(*(cast(column, Text) for column in order)).order_by(*order).offset(told)
    for found in session.execute(ids).all():
        this = [cast(column, Text) == value for column, value in zip(order, found, strict=True)]
        name = f"{table.__tablename__}:{':'.join(found)}"
        try:
            with session.begin_nested():
                yield name, dict(session.execute(query.where(*this)).mappings().one())
        except (DataError, ValueError, OverflowError, RecursionError):
            yield name, None


def name_of(row: Base) -> str:
    """`table:primary key` of a row."""
    columns, primary = columns_of(type(row))
    return _name(row.__tablename__, {column: getattr(row, name) for name, column in columns}, primary)


def _name(table: str, values: Mapping[str, object], primary: Sequence[str]) -> str:
    return f"{table}:{':'.join([str(values[name]) for name in primary])}"


def _take_touched(session: Session) -> _Touched:
    return _Touched(live=list(_take_live(session)), gone=session.info.pop(_GONE, ()))


def unrecorded(session: Session) -> list[Base]:
    """The rows that were changed since the last entry, and that the next one will record."""
    session.flush()
    return list(session.info.get(_TOUCHED, {}).values())


def _take_live(session: Session) -> Iterable[Base]:
    live: Iterable[Base] = session.info.pop(_TOUCHED, {}).values()
    return live


@event.listens_for(Session, "after_flush")
def _remember_touched(session: Session, _context: object) -> None:
    touched = session.info.setdefault(_TOUCHED, {})
    gone = session.info.setdefault(_GONE, set())
    for row in (*session.new, *session.dirty):
        if row.ledgered and (row in session.new or session.is_modified(row)):
            touched[id(row)] = row
    for row in session.deleted:
        if row.ledgered and not row.deletable:
            raise RowStays
        if row.ledgered:
            touched.pop(id(row), None)
            gone.add(name_of(row))


@event.listens_for(Session, "before_commit")
def _refuse_unspoken(session: Session) -> None:
    session.flush()
    if session.info.get(_TOUCHED) or session.info.get(_GONE):
        raise UnrecordedChange


@event.listens_for(Session, "after_transaction_end")
def _let_go(session: Session, _transaction: object) -> None:
    session.info.pop(_HELD, None)


@event.listens_for(Session, "after_rollback")
def _forget_touched(session: Session) -> None:
    session.info.pop(_TOUCHED, None)
    session.info.pop(_GONE, None)

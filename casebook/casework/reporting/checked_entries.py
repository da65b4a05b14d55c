"""Checks the entries of the ledger: their hashes, their codes, their chains, and the accounts they were made with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from casebook.casework.reporting.verification import Broken, Verification
from casebook.domain import chain
from casebook.domain.accounts import StaffAccounts, is_staff
from casebook.domain.chain import EntryPlace
from casebook.domain.seals import Head
from casebook.storage.tables import ChainHead, LedgerEntry

PAGE = 5_000
_MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'  # as the canonical JSON has it, also for a year that Python cannot hold


class Mention(NamedTuple):
    """The last digest of a row, and the entry it stands in; no place for entries of an earlier release."""

    digest: str
    place: EntryPlace | None


@dataclass(kw_only=True)
class LedgerState:
    """What the entries so far say: the end of each chain, the last digest of each row, and whose accounts stood."""

    key: bytes
    before: Mapping[str, int]  # chain -> the last entry that an earlier release wrote, without a code
    sealed: dict[EntryPlace, str]  # hashes that seals name, until they are found
    reached: Mapping[str, Head]  # how far every chain is sealed
    ends: dict[str, Head] = field(default_factory=dict)
    rows: dict[str, Mention] = field(default_factory=dict)
    accounts: StaffAccounts = field(default_factory=StaffAccounts)


class _Entry(NamedTuple):
    """An entry as it is stored. The moment and the body are text: a value that cannot be read is still told."""

    chain: str
    sequence: int
    at: str | None
    actor: str
    event: str
    body: str
    previous: str
    hash: str
    origin: str | None
    token: str | None
    mac: str | None


def entries(session: Session, state: LedgerState, verification: Verification) -> Iterator[Broken]:
    """Go through all entries in the order in which they were written. Fills `state` and counts."""
    t = LedgerEntry
    at = func.to_char(func.timezone("UTC", t.at), _MOMENT)
    query = select(
        t.chain, t.sequence, at, t.actor, t.event, cast(t.body, Text), t.previous, t.hash, t.origin, t.token, t.mac
    ).order_by(t.id)  # fmt: skip
    for row in session.execute(query.execution_options(yield_per=PAGE)):
        entry = _Entry(*row)
        verification.checked += 1
        where = f"ledger:{entry.chain}:{entry.sequence}"
        yield from _faults(state, entry, where)
        state.ends[entry.chain] = (entry.sequence, entry.hash)
        if entry.sequence > state.reached.get(entry.chain, (0, ""))[0]:
            verification.unsealed += 1
            verification.unsealed_since = min(filter(None, (verification.unsealed_since, entry.at)), default=None)


def _faults(state: LedgerState, entry: _Entry, where: str) -> Iterator[Broken]:
    """What is wrong with one entry. What it says of rows and accounts is taken in."""
    yield from _link(state, entry, where)
    place = EntryPlace(entry.chain, entry.sequence)
    body = _read(entry.body)
    if body is None or entry.hash != _hash(entry, body):
        yield Broken(code="entry_changed", what=where)
    of_before = entry.sequence <= state.before.get(entry.chain, 0)
    is_keyed = entry.mac is not None and chain.same(entry.mac, chain.entry_mac(state.key, entry.hash))
    if not of_before and not is_keyed:
        yield Broken(code="entry_forged", what=where)
    if state.sealed.pop(place, entry.hash) != entry.hash:
        yield Broken(code="differs_from_seal", what=where)
    if body is None:
        return
    for name, digest in body.get("rows", {}).items():
        state.rows[name] = Mention(str(digest), place if is_keyed else None)
    if (at := _moment(entry.at)) is None:
        return
    if entry.chain == chain.UNIT and (of_before or is_keyed):
        state.accounts.take_in(entry.event, at, body)
    if not of_before and is_staff(entry.actor):
        yield from _account(state.accounts, entry, at, where)


def _link(state: LedgerState, entry: _Entry, where: str) -> Iterator[Broken]:
    """Whether an entry follows the one before it."""
    before, expected = state.ends.get(entry.chain, (0, chain.GENESIS))
    if entry.sequence != before + 1:
        yield Broken(code="entry_missing", what=f"ledger:{entry.chain}:{before + 1}")
    elif entry.previous != expected:
        yield Broken(code="chain_broken", what=where)


def _account(accounts: StaffAccounts, entry: _Entry, at: datetime, where: str) -> Iterator[Broken]:
    """Whether the account and the token of a member of staff stood when they made an entry."""
    if entry.actor not in accounts.staff:
        yield Broken(code="actor_unknown", what=where)
    elif entry.token is None:
        yield Broken(code="no_token", what=where)
    elif not accounts.issued(entry.token, entry.actor):
        yield Broken(code="token_never_issued", what=where)
    elif accounts.had_ended(entry.token, at):
        yield Broken(code="token_had_ended", what=where)


def _hash(entry: _Entry, body: Mapping[str, Any]) -> str:
    return chain.entry_hash(
        chain=entry.chain, sequence=entry.sequence, at=entry.at or "", actor=entry.actor, event=entry.event, body=body,
        previous=entry.previous, origin=entry.origin, token=entry.token,
    )  # fmt: skip


def _read(body: str) -> dict[str, Any] | None:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) and isinstance(read.get("rows", {}), dict) else None


def _moment(at: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(at or "")
    except ValueError:
        return None


def ends(session: Session, state: LedgerState) -> Iterator[Broken]:
    """Chains whose stored end is not their last entry: entries were cut off, or a chain is gone."""
    query = select(ChainHead.chain, ChainHead.sequence, ChainHead.hash)
    heads: dict[str, Head] = {name: (sequence, hash_) for name, sequence, hash_ in session.execute(query)}
    for name in sorted(heads.keys() | state.ends.keys()):
        if heads.get(name) != state.ends.get(name):
            yield Broken(code="chain_end_differs", what=f"chain:{name}")


def sealed_but_gone(state: LedgerState) -> Iterator[Broken]:
    """Entries that a seal names and that are not in the ledger; a whole chain is named once."""
    for name, sequence in sorted(state.sealed):
        if name not in state.ends:
            yield Broken(code="sealed_chain_missing", what=f"chain:{name}")
        else:
            yield Broken(code="sealed_entry_missing", what=f"ledger:{name}:{sequence}")

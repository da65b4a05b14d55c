"""Verifies and seals the ledger. Verification recomputes every hash and names the first broken link."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.casework.core.acting import Act
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.documents import DocumentKind, digest_of
from casebook.storage import ledger
from casebook.storage.tables import Application, Base, ChainHead, LedgerEntry, PolicyDocument, Seal

_PAGE = 5_000


@dataclass(frozen=True, kw_only=True)
class Broken:
    """One broken link. `what` names a ledger entry, a row, the end of a chain or a seal."""

    code: str
    what: str


@dataclass(kw_only=True)
class Verification:
    """The result of a verification: what was recomputed, and what is broken."""

    checked: int = 0
    rows: int = 0
    broken: list[Broken] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        first = self.broken[0] if self.broken else None
        return {
            "ok": not self.broken,
            "checked": self.checked,
            "rows": self.rows,
            "broken": len(self.broken),
            "first_broken": {"code": first.code, "what": first.what} if first else None,
        }


@dataclass(kw_only=True)
class _LedgerState:
    """What the entries so far record: the end of each chain, and the last digest of each row."""

    ends: dict[str, tuple[int, str]] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)


def verify(act: Act) -> Verification:
    """Recompute every hash, every row digest from the live rows, every chain's end and every seal."""
    act.allowed(Command.VERIFY_LEDGER)
    verification, state = Verification(), _LedgerState()
    sealed = _sealed(act.session)
    for broken in _entries(act.session, state, verification, sealed):
        verification.broken.append(broken)
    verification.broken += [*_ends(act.session, state), *_seals(act.session, sealed)]
    verification.broken += [*_documents(act.session), *_live_rows(act.session, state, verification)]
    return verification


def _entries(
    session: Session, state: _LedgerState, verification: Verification, sealed: dict[tuple[str, int], str]
) -> Iterator[Broken]:
    t = LedgerEntry
    query = select(t.id, t.chain, t.sequence, t.at, t.actor, t.event, t.body, t.previous, t.hash).order_by(t.id)
    for row in session.execute(query.execution_options(yield_per=_PAGE)):
        _, name, sequence, at, actor, event, body, previous, stored = row
        verification.checked += 1
        before, expected = state.ends.get(name, (0, chain.GENESIS))
        where = f"ledger:{name}:{sequence}"
        if sequence != before + 1:
            yield Broken(code="entry_missing", what=f"ledger:{name}:{before + 1}")
        elif previous != expected:
            yield Broken(code="chain_broken", what=where)
        if stored != chain.entry_hash(
            chain=name, sequence=sequence, at=at, actor=actor, event=event, body=body, previous=previous
        ):
            yield Broken(code="entry_changed", what=where)
        if sealed.pop((name, sequence), stored) != stored:
            yield Broken(code="differs_from_seal", what=where)
        state.ends[name] = (sequence, stored)
        state.rows.update(body.get("rows", {}))


def _ends(session: Session, state: _LedgerState) -> list[Broken]:
    heads = {head.chain: (head.sequence, head.hash) for head in session.scalars(select(ChainHead))}
    return [
        Broken(code="chain_end_differs", what=f"chain:{name}")
        for name in sorted(heads.keys() | state.ends.keys())
        if heads.get(name) != state.ends.get(name)
    ]


def _documents(session: Session) -> Iterator[Broken]:
    """Documents of policy whose text is not the one their digest names, and applications under a document that is not there."""
    t = PolicyDocument
    for digest, body in session.execute(select(t.digest, t.body).order_by(t.digest)):
        if digest_of(body) != digest:
            yield Broken(code="document_changed", what=f"policy_document:{digest}")
    named = select(t.title).where(t.kind == DocumentKind.SCHEME, t.valid_from.is_not(None))
    under = select(Application.reference).where(Application.policy.not_in(named)).order_by(Application.reference)
    if session.scalar(select(t.digest).limit(1)) is not None:
        for reference in session.scalars(under):
            yield Broken(code="document_missing", what=f"application:{reference}")


def _sealed(session: Session) -> dict[tuple[str, int], str]:
    """Chain and sequence -> the hash in the seals. Entries are removed from it once they are found in the ledger."""
    return {
        (name, sequence): hash_
        for seal in session.scalars(select(Seal).order_by(Seal.id))
        for name, (sequence, hash_) in seal.sequences.items()
    }


def _seals(session: Session, unseen: dict[tuple[str, int], str]) -> list[Broken]:
    lost = [Broken(code="sealed_entry_missing", what=f"ledger:{name}:{sequence}") for name, sequence in sorted(unseen)]
    return lost + [
        Broken(code="seal_changed", what=f"seal:{seal.id}")
        for seal in session.scalars(select(Seal).order_by(Seal.id))
        if seal.root != _root(seal.sequences) or seal.heads != len(seal.sequences)
    ]


def _live_rows(session: Session, state: _LedgerState, verification: Verification) -> Iterator[Broken]:
    """Compare every live row with its last digest in the ledger, then name rows that the ledger records but are missing."""
    waiting = {name: digest for name, digest in state.rows.items() if digest != "deleted"}
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: str(mapper.local_table)):
        if not mapper.class_.ledgered:
            continue
        for name, digest in ledger.live_digests(session, mapper.class_, page=_PAGE):
            verification.rows += 1
            expected = waiting.pop(name, None)
            if expected is None:
                yield Broken(code="row_unspoken_of", what=name)
            elif expected != digest:
                yield Broken(code="row_changed", what=name)
    yield from (Broken(code="row_missing", what=name) for name in sorted(waiting))


def seal(act: Act, directory: Path) -> dict[str, object]:
    """Calculate a Merkle root over all chain heads, store it, and write it to a file that is to be kept elsewhere."""
    act.allowed(Command.SEAL_LEDGER)
    heads = {head.chain: [head.sequence, head.hash] for head in act.session.scalars(select(ChainHead))}
    row = Seal(sealed_at=act.now, heads=len(heads), root=_root(heads), sequences=heads)
    act.session.add(row)
    act.session.flush()
    act.record(None, "ledger_sealed", seal=row.id, root=row.root, heads=row.heads)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / f"seal-{act.now:%Y%m%dT%H%M%SZ}-{row.id}.json"
    content = {"seal": row.id, "sealed_at": act.now.isoformat(), "root": row.root, "heads": heads}
    with path.open("x", encoding="utf-8") as file:
        file.write(chain.canonical(content))
        file.flush()
        os.fsync(file.fileno())
    return {"ok": True, "seal": row.id, "root": row.root, "heads": row.heads, "file": str(path)}


def _root(heads: dict[str, list[object]]) -> str:
    return chain.merkle_root([f"{name}:{sequence}:{hash_}" for name, (sequence, hash_) in sorted(heads.items())])

"""Checks the seals: their signatures, that each follows the one before it, and that none is missing here or elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain as joined
from pathlib import Path

from sqlalchemy.orm import Session

from casebook.casework.reporting.verification import Broken
from casebook.domain import chain
from casebook.domain.chain import EntryPlace
from casebook.domain.seals import Head, SignedSeal, out_of_line, sealed_heads
from casebook.storage import keys, seals


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """The seals of the database and those that are kept elsewhere, and what they say together."""

    seals: Sequence[SignedSeal]
    kept: Mapping[str, Sequence[SignedSeal]]  # place -> its seals
    spoilt: Sequence[str]  # files that are no seal any more
    heads: Mapping[EntryPlace, str]  # every hash that any seal names
    before: Mapping[str, int]  # chain -> the last entry that an earlier release wrote
    reached: Mapping[str, Head] = field(default_factory=dict)  # how far every chain is sealed


def of(session: Session, places: Sequence[Path]) -> Sealed:
    """Read all seals: of the database, of earlier releases, and of the places."""
    own = seals.all_signed(session)
    kept, spoilt = dict[str, Sequence[SignedSeal]](), list[str]()
    for place in places:
        kept[place.name], unreadable = seals.kept_at(place)
        spoilt += [f"{place.name}/{name}" for name in unreadable]
    heads = {
        EntryPlace(name, sequence): hash_
        for seal in seals.unsigned(session)
        for name, (sequence, hash_) in seal.sequences.items()
    }
    everywhere = [*own, *joined.from_iterable(kept.values())]
    for seal in everywhere:
        heads |= {EntryPlace(name, head[0]): head[1] for name, head in seal.heads.items()}
    first = [seal for seal in everywhere if seal.before and seal.number == 1]
    return Sealed(
        seals=own, kept=kept, spoilt=spoilt, heads=heads, reached=sealed_heads(own),
        before={name: head[0] for name, head in first[0].heads.items()} if first else {},
    )  # fmt: skip


def faults(session: Session, sealed: Sealed, entry_key: bytes) -> Iterator[Broken]:
    """What is wrong with the seals themselves."""
    from casebook.storage import seal_keys  # noqa: PLC0415 - a tenth of a second

    anchor = seals.anchor(session, "seal_key")
    public, fingerprint = anchor.detail if anchor else None, keys.fingerprint(entry_key)
    for place, found in {"": sealed.seals, **sealed.kept}.items():
        wrong = set() if place else set(out_of_line(found))  # what is kept elsewhere is compared with these
        for seal in found:
            where = f"seal:{place}/{seal.number}" if place else f"seal:{seal.number}"
            is_signed = seal_keys.is_signed(seal.statement, seal.signature, seal.public_key)
            if not is_signed or (seal.before and seal.number != 1):
                yield Broken(code="seal_changed", what=where)
            if seal.public_key != (public or seal.public_key) or seal.entry_key != fingerprint:
                yield Broken(code="seal_of_another_key", what=where)
            if seal.number in wrong:
                yield Broken(code="seal_out_of_line", what=where)
    yield from _old(session)
    yield from (Broken(code="seal_unreadable", what=f"seal:{name}") for name in sealed.spoilt)
    if anchor is not None and not sealed.seals:
        yield Broken(code="seals_missing", what="seal:1")
    yield from _compared(sealed)


def _old(session: Session) -> Iterator[Broken]:
    """Seals of earlier releases whose root is not that of the heads in them."""
    for seal in seals.unsigned(session):
        leaves = [f"{name}:{sequence}:{hash_}" for name, (sequence, hash_) in sorted(seal.sequences.items())]
        if seal.root != chain.merkle_root(leaves) or seal.heads != len(seal.sequences):
            yield Broken(code="seal_changed", what=f"seal:earlier-{seal.id}")


def _compared(sealed: Sealed) -> Iterator[Broken]:
    """Seals elsewhere that the database does not have: it was restored from before them, or its seals were removed."""
    own = {seal.number: seal.digest for seal in sealed.seals}
    for place, kept in sealed.kept.items():
        for seal in kept:
            if seal.number not in own:
                yield Broken(code="seal_not_here", what=f"seal:{place}/{seal.number}")
            elif own[seal.number] != seal.digest:
                yield Broken(code="seal_differs", what=f"seal:{place}/{seal.number}")
        there = {seal.number for seal in kept}
        latest = max(there, default=0)
        yield from (
            Broken(code="seal_not_kept", what=f"seal:{place}/{number}")
            for number in sorted(own)
            if number < latest and number not in there
        )

"""Seals: signed statements of how far every chain of the ledger had come, each naming the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

from casebook.domain import chain

Head = tuple[int, str]  # sequence and hash of a chain's last entry


@dataclass(frozen=True, kw_only=True)
class SignedSeal:
    """One seal. `heads`: the chains that grew since the seal before; the counts are of the whole ledger."""

    number: int  # from 1
    sealed_at: datetime
    heads: Mapping[str, Head]
    entries: int
    chains: int
    previous: str  # digest of the seal before; the genesis hash for the first
    entry_key: str  # fingerprint of the key that the entries are written with
    public_key: str  # hex, of the seal key
    before: bool = False  # over what an earlier release wrote, without an entry key
    signature: str = field(default="", repr=False)

    @property
    def leaves(self) -> list[str]:
        """What the root is over, in order. The hash of a chain's last entry stands for all its entries."""
        return [leaf_of(name, head) for name, head in sorted(self.heads.items())]

    @property
    def root(self) -> str:
        return chain.merkle_root(self.leaves)

    @property
    def statement(self) -> str:
        """The text that is signed."""
        return statement_of(self.header)

    @property
    def header(self) -> dict[str, object]:
        """The seal without its heads and its signature: enough to check a proof against."""
        return {
            "number": self.number, "sealed_at": self.sealed_at.isoformat(timespec="microseconds"), "root": self.root,
            "entries": self.entries, "chains": self.chains, "previous": self.previous, "entry_key": self.entry_key,
            "public_key": self.public_key, "before": self.before,
        }  # fmt: skip

    @property
    def digest(self) -> str:
        """What the next seal names as `previous`."""
        return chain.digest([self.statement, self.signature])

    def signed(self, signature: str) -> SignedSeal:
        return replace(self, signature=signature)

    def as_json(self) -> dict[str, object]:
        return {
            **self.header,
            "heads": {name: list(head) for name, head in self.heads.items()},
            "signature": self.signature,
        }


def leaf_of(name: str, head: Head) -> str:
    return f"{name}:{head[0]}:{head[1]}"


def statement_of(header: Mapping[str, object]) -> str:
    """The text that is signed, from the header of a seal."""
    return f"casebook seal\n{chain.canonical(header)}"


def from_json(said: Mapping[str, object]) -> SignedSeal:
    """Read a seal as it was written. Raises ValueError, KeyError or TypeError if it is none."""
    heads = said["heads"]
    if not isinstance(heads, Mapping):
        raise TypeError
    seal = SignedSeal(
        number=_whole(said["number"]),
        sealed_at=datetime.fromisoformat(str(said["sealed_at"])),
        heads={str(name): (_whole(sequence), str(hash_)) for name, (sequence, hash_) in heads.items()},
        entries=_whole(said["entries"]),
        chains=_whole(said["chains"]),
        previous=str(said["previous"]),
        entry_key=str(said["entry_key"]),
        public_key=str(said["public_key"]),
        before=bool(said["before"]),
        signature=str(said["signature"]),
    )
    if said["root"] != seal.root:
        raise ValueError
    return seal


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError
    return value


def sealed_heads(seals: Iterable[SignedSeal]) -> dict[str, Head]:
    """How far every chain was sealed by these seals, in their order."""
    heads = dict[str, Head]()
    for seal in seals:
        heads |= seal.heads
    return heads


def out_of_line(seals: Sequence[SignedSeal]) -> list[int]:
    """Numbers of the seals that do not follow the one before them: a number or a digest that is not its own, or wrong counts."""
    broken = [seal.number for seal in seals[:1] if seal.number != 1 or seal.previous != chain.GENESIS]
    broken += [
        after.number
        for before, after in pairwise(seals)
        if after.number != before.number + 1 or after.previous != before.digest
    ]
    heads = dict[str, Head]()
    for seal in seals:
        shrunk = any(name in heads and head[0] <= heads[name][0] for name, head in seal.heads.items())
        heads |= seal.heads
        if shrunk or seal.chains != len(heads) or seal.entries != sum(sequence for sequence, _ in heads.values()):
            broken.append(seal.number)
    return sorted(set(broken))

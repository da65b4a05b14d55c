"""The hashes of the ledger: canonical JSON, entry hashes, keyed row digests and the Merkle root of a seal."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import NamedTuple

GENESIS = "0" * 64
BYTES = "sha256:"
UNIT = "house"  # the chain of what belongs to no application
DELETED = "deleted"  # earlier releases wrote this alone

_NAMESPACE = uuid.UUID("6f3a3c1e-6a1b-5d0e-9d57-3f6d2b0c9a11")


def identity(*parts: object) -> str:
    """A deterministic id: the same parts give the same id, so that a retry makes no duplicate."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts)))


def canonical(value: object) -> str:
    """JSON with sorted keys, no white space, and moments in UTC: equal values give equal text."""
    return _ENCODER.encode(value)


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case bytes():
            return stored_digest(value)
        case tuple() | set() | frozenset():
            return list(value) if isinstance(value, tuple) else sorted(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


def stored_digest(content: bytes) -> str:
    """What stands for bytes in JSON. The database can say it too, so that ten megabytes need not be read for a digest."""
    return f"{BYTES}{hashlib.sha256(content).hexdigest()}"


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def entry_hash(
    *,
    chain: str,
    sequence: int,
    at: datetime | str,
    actor: str,
    event: str,
    body: Mapping[str, object],
    previous: str,
    origin: str | None = None,
    token: str | None = None,
) -> str:
    """SHA-256, hex, of an entry's content and the hash of the entry before it. Anybody can recompute it.

    `origin` and `token` are left out if they are empty, as in the entries of earlier releases.
    """
    content = {
        "chain": chain, "sequence": sequence, "at": at, "actor": actor, "event": event, "body": body, "previous": previous,
        **({"origin": origin} if origin else {}), **({"token": token} if token else {}),
    }  # fmt: skip
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def entry_mac(key: bytes, entry: str) -> str:
    """HMAC-SHA-256, hex, of an entry's hash: only a holder of the entry key can write an entry."""
    return hmac.digest(key, f"entry\n{entry}".encode(), "sha256").hex()


def same(one: str, other: str) -> bool:
    """Compare two codes in a time that does not tell how much of them agrees."""
    return hmac.compare_digest(one, other)


class EntryPlace(NamedTuple):
    """The entry that a row's digest stands in: its chain and sequence."""

    chain: str
    sequence: int


def row_digest(key: bytes, table: str, values: Mapping[str, object], place: EntryPlace | None = None) -> str:
    """Keyed digest of one row. Empty values are left out, so that a new empty column changes no old digest.

    Keyed, because a birth date can be guessed from a bare hash. With `place`, the digest holds for that entry alone: the
    digest of an earlier entry, repeated later, is not the digest of the row. Earlier releases wrote digests without it.
    """
    present = {name: value for name, value in values.items() if value is not None}
    where = f"{place.chain}\n{place.sequence}\n" if place else ""
    return hmac.digest(key, f"{where}{table}\n{canonical(present)}".encode(), "sha256").hex()[:40]


def deletion_digest(key: bytes, row: str, place: EntryPlace) -> str:
    """What an entry has in place of a row's digest when the row (`table:primary key`) is deleted."""
    return (
        DELETED
        + ":"
        + hmac.digest(key, f"deleted\n{place.chain}\n{place.sequence}\n{row}".encode(), "sha256").hex()[:40]
    )


def digest(value: object) -> str:
    """SHA-256, hex, of a value's canonical JSON. For ids and codes only: use `row_digest` for personal values."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def merkle_root(leaves: Sequence[str]) -> str:
    """Merkle root of text leaves in the given order; an odd one moves up unpaired. No leaves: the genesis hash."""
    level = _lowest(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def merkle_path(leaves: Sequence[str], index: int) -> list[str]:
    """The proof that one leaf is under the root: from the lowest level up, the neighbour's hash with its side.

    `<` before a hash: the neighbour stands on the left. An odd one without a neighbour takes no step.
    """
    level, path = _lowest(leaves), list[str]()
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            path.append(("<" if neighbour < index else ">") + level[neighbour])
        level, index = _above(level), index // 2
    return path


def root_of_path(leaf: str, path: Sequence[str]) -> str:
    """The root to which a leaf and its path lead."""
    reached = hashlib.sha256(b"\x00" + leaf.encode()).hexdigest()
    for step in path:
        reached = _parent(step[1:], reached) if step.startswith("<") else _parent(reached, step[1:])
    return reached


def _lowest(leaves: Sequence[str]) -> list[str]:
    return [hashlib.sha256(b"\x00" + leaf.encode()).hexdigest() for leaf in leaves] or [GENESIS]


def _above(level: Sequence[str]) -> list[str]:
    pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
    return [_parent(*pair) if len(pair) > 1 else pair[0] for pair in pairs]


def _parent(left: str, right: str) -> str:
    return hashlib.sha256(b"\x01" + (left + right).encode()).hexdigest()

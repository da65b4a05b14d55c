"""The hashes of the ledger: canonical JSON, entry hashes, keyed row digests and the Merkle root of a seal."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum

GENESIS = "0" * 64
UNIT = "house"  # the chain of what belongs to no application

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
        case tuple() | set() | frozenset():
            return list(value) if isinstance(value, tuple) else sorted(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def entry_hash(
    *, chain: str, sequence: int, at: datetime, actor: str, event: str, body: Mapping[str, object], previous: str
) -> str:
    """SHA-256, hex, of an entry's content and the hash of the entry before it."""
    content = {
        "chain": chain, "sequence": sequence, "at": at, "actor": actor, "event": event, "body": body, "previous": previous,
    }  # fmt: skip
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def row_digest(key: bytes, table: str, values: Mapping[str, object]) -> str:
    """Keyed digest of one row. Empty values are left out, so that a new empty column changes no old digest.

    Keyed, because a birth date can be guessed from a bare hash.
    """
    present = {name: value for name, value in values.items() if value is not None}
    return hmac.digest(key, f"{table}\n{canonical(present)}".encode(), "sha256").hex()[:40]


def digest(value: object) -> str:
    """SHA-256, hex, of a value's canonical JSON. For ids and codes only: use `row_digest` for personal values."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def merkle_root(leaves: Sequence[str]) -> str:
    """Merkle root of hex leaves in the given order; an odd one moves up unpaired. No leaves: the genesis hash."""
    level = [hashlib.sha256(b"\x00" + leaf.encode()).hexdigest() for leaf in leaves] or [GENESIS]
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [
            hashlib.sha256(b"\x01" + (pair[0] + pair[1]).encode()).hexdigest() if len(pair) > 1 else pair[0]
            for pair in pairs
        ]
    return level[0]

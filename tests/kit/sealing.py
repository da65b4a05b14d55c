"""A seal key for tests, exports sealed with it, and homes whose entry key is that of the home of an earlier release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from casebook.casework.core.acting import Act
from casebook.casework.reporting import bundle, bundle_check
from casebook.storage import keys
from casebook.storage.seal_keys import SealKey

KEY = SealKey(private=Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
FINGERPRINT = keys.public_fingerprint(KEY.public)


def export(act: Act, reference: str) -> dict[str, Any]:
    return bundle.export(act, reference, KEY)[0]


def check(path: Path, seal_key: str | None = FINGERPRINT) -> list[str]:
    """The fault codes of an exported file."""
    return [broken.code for broken in bundle_check.check(path, seal_key).broken]


def with_entry_key(home: Path, key: bytes) -> Path:
    """Give a home this entry key."""
    path = keys.entry_file(home)
    path.parent.mkdir(mode=0o700, parents=True)
    path.touch(0o600)
    path.write_text(key.hex())
    return home

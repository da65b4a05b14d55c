"""The key that signs seals, and the check of a signature that needs the public key alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from casebook.storage import keys


@dataclass(frozen=True, kw_only=True)
class SealKey:
    """The private key. It is never shown."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        return self.private.public_key().public_bytes_raw().hex()

    def sign(self, statement: str) -> str:
        return self.private.sign(statement.encode()).hex()


def of_home(home: Path) -> SealKey:
    """The seal key of a home. Raises KeyUnusable as for the entry key."""
    return SealKey(private=Ed25519PrivateKey.from_private_bytes(keys.read(keys.seal_file(home))))


def first(home: Path) -> SealKey:
    """A seal key for a home that has none, or the one that another command has just made."""
    path = keys.seal_file(home)
    if not path.exists():
        keys.keep(Ed25519PrivateKey.generate().private_bytes_raw(), path)
    return of_home(home)


def is_signed(statement: str, signature: str, public_key: str) -> bool:
    """Whether the holder of the seal key signed this."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), statement.encode()
        )
    except (InvalidSignature, ValueError):
        return False
    return True

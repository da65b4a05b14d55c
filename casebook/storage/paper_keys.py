"""The key that seals papers, and the sealing itself: AES-256-GCM, each paper bound to the row that it stands in."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from casebook.domain import chain
from casebook.errors import Fault
from casebook.storage import keys
from casebook.storage.keys import KeyUnusable

_NONCE = 12  # bytes


class PaperDamaged(Fault):
    """This paper is not what was sealed in this row: it was changed, or moved from another row. Restore it from a backup."""

    code = "document_damaged"


@dataclass(frozen=True, kw_only=True)
class PaperKey:
    """The key. It is never shown."""

    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        return keys.fingerprint(self.secret)

    def seal(self, content: bytes, *, row: str, reference: str, digest: str) -> bytes:
        """Seal a content for one row."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - only who seals or opens pays

        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self.secret).encrypt(nonce, content, _bound_to(row, reference, digest))

    def opened(self, sealed: bytes, *, row: str, reference: str, digest: str) -> bytes:
        """The content that was sealed for this row. Raises PaperDamaged for any other."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        try:
            return AESGCM(self.secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound_to(row, reference, digest))
        except (InvalidTag, ValueError):
            raise PaperDamaged from None


def paper_key_file(home: Path) -> Path:
    return home / "secrets" / "papers.key"


def paper_key(home: Path, *, known: Collection[str]) -> PaperKey:
    """The key of a home. `known`: the fingerprints of the keys that papers are sealed with now; without any it is made.

    Raises KeyUnusable if it is missing, damaged, open to others, or not one of those.
    """
    path = paper_key_file(home)
    key = PaperKey(secret=keys.read(path) if known else keys.made_once(path))
    if known and key.fingerprint not in known:
        raise KeyUnusable(
            f"{path} is not the key that the papers of this casebook are sealed with: {keys.TRY}.", "key_foreign"
        )
    return key


def _bound_to(row: str, reference: str, digest: str) -> bytes:
    return chain.canonical({"row": row, "reference": reference, "digest": digest}).encode()

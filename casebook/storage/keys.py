"""The keys of the ledger, in files of the home: the entry key, which whatever writes holds, and the seal key."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from pathlib import Path
from typing import NamedTuple

from casebook.errors import Fault
from casebook.storage.libpq_address import for_libpq
from casebook.writing import write_once

LENGTH = 32  # bytes of either key
TRY = "bring back the folder `secrets` of this home from its backup"


class KeyUnusable(Fault):
    """A key of the ledger cannot be used."""

    code = "key_unusable"


def fingerprint(key: bytes) -> str:
    """What names a key without giving it away."""
    return hashlib.sha256(b"casebook key\n" + key).hexdigest()[:32]


def public_fingerprint(public_key: str) -> str:
    """The same for the public half of a seal key, in hex."""
    return fingerprint(bytes.fromhex(public_key))


class Known(NamedTuple):
    """What a database knows before anything is read from it with a key."""

    revision: str  # of its schema
    entry_key: str | None  # the fingerprint of the key that its ledger is written with
    schema: str | None  # the revision whose shape is in the ledger
    is_empty: bool  # nothing is in the ledger yet


def known(url: str) -> Known | None:
    """Ask the database at `url` before there is a store. One connection and one query, because every command asks this.

    None if it has no schema of this kind yet, or cannot be reached: migrating it tells which.
    """
    import psycopg  # noqa: PLC0415 - SQLAlchemy's engine needs the key first

    try:
        with psycopg.connect(for_libpq(url)) as connection:
            row = connection.execute(
                """SELECT version_num, (SELECT fingerprint FROM trust_anchor WHERE kind = 'entry_key'),
                    (SELECT detail FROM trust_anchor WHERE kind = 'schema'), NOT EXISTS (SELECT FROM ledger)
                FROM alembic_version"""
            ).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.OperationalError):
        return None
    return Known(*row) if row else None


def entry_file(home: Path) -> Path:
    return home / "secrets" / "ledger.key"


def seal_file(home: Path) -> Path:
    return home / "secrets" / "seal.key"


def entry_key(home: Path, *, known: str | None) -> bytes:
    """The entry key of a home. `known`: the fingerprint that its database knows.

    Raises KeyUnusable if the key is missing, damaged, open to others, or the key of another home.
    """
    key = read(entry_file(home))
    if known is not None and fingerprint(key) != known:
        raise KeyUnusable(f"{entry_file(home)} is the key of another home: {TRY}.", "key_foreign")
    return key


def first_entry_key(home: Path) -> bytes:
    """The entry key of a home whose ledger is empty: made if it is not there. The first of several commands wins."""
    return made_once(entry_file(home))


def made_once(path: Path) -> bytes:
    """The key in a file, made if it is not there. The first of several commands wins."""
    if not path.exists():
        keep(secrets.token_bytes(LENGTH), path)
    return read(path)


def read(path: Path) -> bytes:
    """The key in a file that its owner alone may read. Raises KeyUnusable."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            written = file.read(4 * LENGTH)
    except FileNotFoundError:
        raise KeyUnusable(f"The key {path} is missing: {TRY}.", "key_missing") from None
    except OSError as error:
        raise KeyUnusable(f"The key {path} cannot be read: {error.strerror}.", "key_unreadable") from None
    if not stat.S_ISREG(mode) or mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyUnusable(f"The key {path} is open to others: make it 0600, and ask who has read it.", "key_open")
    try:
        key = bytes.fromhex(written.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != LENGTH:
        raise KeyUnusable(f"The key {path} is empty or damaged: {TRY}.", "key_damaged")
    return key


def keep(key: bytes, path: Path) -> None:
    """Write a key whole and 0600; if another command was first, its key stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(path, key.hex().encode("ascii"))

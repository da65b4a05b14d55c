"""Reads and writes seals: in the database, and as files in a directory that stands for the world outside it."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from casebook import bounds, json_once
from casebook.domain import chain
from casebook.domain.seals import Head, SignedSeal, from_json
from casebook.errors import UnreadableFile
from casebook.storage.tables import ChainHead, Seal, TrustAnchor
from casebook.writing import write_once

_NUMBERED = re.compile(r"seal-[0-9]{6,}\.json")
_SPOILT = (UnreadableFile, ValueError, KeyError, TypeError)  # what a file that is no seal any more raises


def all_signed(session: Session) -> list[SignedSeal]:
    """The signed seals of the database, by number."""
    query = select(Seal).where(Seal.number.is_not(None)).order_by(Seal.number)
    return [_seal(row) for row in session.scalars(query)]


def last(session: Session) -> SignedSeal | None:
    """The newest signed seal of the database."""
    row = session.scalar(select(Seal).where(Seal.number.is_not(None)).order_by(Seal.number.desc()).limit(1))
    return _seal(row) if row else None


def unsigned(session: Session) -> list[Seal]:
    """The seals of earlier releases."""
    return list(session.scalars(select(Seal).where(Seal.number.is_(None)).order_by(Seal.id)))


def _seal(row: Seal) -> SignedSeal:
    return SignedSeal(
        number=row.number or 0, sealed_at=row.sealed_at, entries=row.entries or 0, chains=row.chains or 0,
        heads={name: (sequence, hash_) for name, (sequence, hash_) in row.sequences.items()},
        previous=row.previous or "", entry_key=row.entry_key or "", public_key=row.public_key or "",
        before=bool(row.before), signature=row.signature or "",
    )  # fmt: skip


def add(session: Session, seal: SignedSeal) -> None:
    session.add(
        Seal(
            sealed_at=seal.sealed_at, heads=len(seal.heads), root=seal.root, number=seal.number, entries=seal.entries,
            sequences={name: list(head) for name, head in seal.heads.items()}, chains=seal.chains,
            previous=seal.previous, entry_key=seal.entry_key, public_key=seal.public_key, before=seal.before,
            signature=seal.signature,
        )
    )  # fmt: skip


def live_heads(session: Session) -> dict[str, Head]:
    """How far every chain has come."""
    query = select(ChainHead.chain, ChainHead.sequence, ChainHead.hash)
    return {name: (sequence, hash_) for name, sequence, hash_ in session.execute(query)}


def heads_sealed(session: Session) -> dict[str, Head]:
    """How far the signed seals of the database go in every chain: what the newest of them says of it.

    The database reads them, since there is one for every five minutes in which anybody works.
    """
    query = text(
        "SELECT DISTINCT ON (chain) chain, head -> 0, head -> 1 FROM seal, jsonb_each(sequences) AS each (chain, head)"
        " WHERE number IS NOT NULL ORDER BY chain, number DESC"
    )
    return {name: (sequence, hash_) for name, sequence, hash_ in session.execute(query)}


def anchor(session: Session, kind: str) -> TrustAnchor | None:
    return session.get(TrustAnchor, kind)


def alone(session: Session) -> None:
    """Wait until nobody else makes a seal, or adopts keys, until the end of the transaction."""
    session.execute(select(func.pg_advisory_xact_lock(0x0CA5E5EA)))


def name_of(seal: SignedSeal) -> str:
    """The name of a seal's file."""
    return f"seal-{seal.number:06d}.json"


def write(seal: SignedSeal, directory: Path) -> Path:
    """Write a seal to its own file, 0600 and whole. One that is there already is the same seal, and stays."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / name_of(seal)
    write_once(path, chain.canonical(seal.as_json()).encode())
    return path


def kept_at(place: Path, *, after: int = 0) -> tuple[list[SignedSeal], list[str]]:
    """The signed seals in a directory or one file, by number, and the names of files that are no seal any more.

    `after`: only those with a higher number. Seals of earlier releases have other names and are left out. Raises
    UnreadableFile if there is no such place.
    """
    if not place.exists():
        raise UnreadableFile(f"there is no directory or file {place.name}", "no_such_file")
    found, spoilt = list[SignedSeal](), list[str]()
    for path in _files(place) if place.is_dir() else [place]:
        if after and _NUMBERED.fullmatch(path.name) and int(path.stem.partition("-")[2]) <= after:
            continue
        try:
            found += _read(path)
        except _SPOILT:
            spoilt.append(path.name)
    return sorted(found, key=lambda seal: seal.number), spoilt


def latest_kept(directory: Path) -> SignedSeal | None:
    """The newest signed seal in a directory, without reading the others; None if there is none, or no directory."""
    for path in reversed(_files(directory)):
        with contextlib.suppress(*_SPOILT):
            if read := _read(path):
                return read[0]
    return None


def _files(directory: Path) -> list[Path]:
    return sorted(directory.glob("seal-[0-9]*.json"), key=lambda path: (len(path.name), path.name))


def _read(path: Path) -> list[SignedSeal]:
    """The seal in a file; nothing if an earlier release wrote it."""
    said: Any = json_once.loads(bounds.content(path, bounds.EXPORT))
    return [from_json(said)] if "number" in said else []

"""A file that is refused as a whole leaves an entry in the ledger: digest, reason code and counts, never a value."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from casebook.casework.core.acting import Act, Acting
from casebook.domain import chain
from casebook.errors import UnreadableFile
from casebook.storage import ledger
from casebook.storage.tables import LedgerEntry

EVENT = "file_refused"


@contextmanager
def noted(acting: Acting, kind: str, *paths: Path | None) -> Iterator[None]:
    """Within this, a refusal of the files is recorded in a transaction of its own. `kind`: what they were given as."""
    try:
        yield
    except UnreadableFile as refusal:
        if contents := [content for path in paths if path is not None and (content := _content(path)) is not None]:
            with acting() as act:
                _note(act, kind, refusal.code, contents)
        raise


def _content(path: Path) -> bytes | None:
    """What a file has; None if there is no such file, or nobody can open it: the refusal says so already."""
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


def _note(act: Act, kind: str, reason: str, contents: Sequence[bytes]) -> None:
    """Record a refusal once: the same files refused again for the same reason change nothing."""
    hasher = hashlib.blake2b(key=act.session.info[ledger.KEY][:64], digest_size=20)
    for content in contents:
        hasher.update(hashlib.sha256(content).digest())
    body = {"kind": kind, "reason": reason, "digest": hasher.hexdigest()}
    earlier = select(LedgerEntry.id).where(LedgerEntry.chain == chain.UNIT, LedgerEntry.event == EVENT)
    if act.session.scalar(earlier.where(LedgerEntry.body.contains(body)).limit(1)) is not None:
        return
    counts = {"bytes": sum(map(len, contents)), "lines": sum(map(_lines, contents))}
    act.record(None, EVENT, **body, files=len(contents), **counts)


def _lines(content: bytes) -> int:
    return content.count(b"\n") + (not content.endswith(b"\n"))

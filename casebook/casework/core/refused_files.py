"""A file that is refused as a whole leaves an entry in the ledger: digest, reason code and counts, never a value."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from casebook import bounds
from casebook.bounds import FileBound
from casebook.casework.core.acting import Act, Acting
from casebook.domain import chain
from casebook.errors import UnreadableFile
from casebook.storage import ledger
from casebook.storage.tables import LedgerEntry

EVENT = "file_refused"
_ANY = FileBound(most_bytes=sys.maxsize)


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


@dataclass(frozen=True, kw_only=True)
class _Content:
    """What a file has."""

    digest: bytes
    size: int
    lines: int


def _content(path: Path) -> _Content | None:
    """None if there is no such file, or nobody can open it: the refusal says so already. Of a huge one, its beginning."""
    try:
        with bounds.opened(path, _ANY) as file:
            digest, size, lines, last = hashlib.sha256(), os.fstat(file.fileno()).st_size, 0, b""
            most = bounds.TABLE if size > bounds.EXTRACT.most_bytes else bounds.EXTRACT
            for _ in range(most.most_bytes // bounds.MIB):
                if not (block := file.read(bounds.MIB)):
                    break
                digest.update(block)
                lines, last = lines + block.count(b"\n"), block
    except (OSError, UnreadableFile):
        return None
    return _Content(digest=digest.digest(), size=size, lines=lines + (not last.endswith(b"\n")))


def _note(act: Act, kind: str, reason: str, contents: Sequence[_Content]) -> None:
    """Record a refusal once: the same files refused again for the same reason change nothing."""
    hasher = hashlib.blake2b(key=act.session.info[ledger.KEY][:64], digest_size=20)
    for content in contents:
        hasher.update(content.digest)
    body = {"kind": kind, "reason": reason, "digest": hasher.hexdigest()}
    earlier = select(LedgerEntry.id).where(LedgerEntry.chain == chain.UNIT, LedgerEntry.event == EVENT)
    if act.session.scalar(earlier.where(LedgerEntry.body.contains(body)).limit(1)) is not None:
        return
    counts = {"bytes": sum(content.size for content in contents), "lines": sum(content.lines for content in contents)}
    act.record(None, EVENT, **body, files=len(contents), **counts)

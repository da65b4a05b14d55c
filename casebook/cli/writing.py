"""Writes a file that a command was asked for, completely or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from casebook.errors import UnreadableFile


def refuse_unwritable(path: Path | None) -> None:
    """Refuse before long work if the file cannot be written: no directory to write into, or a directory of that name."""
    if path is not None and (path.is_dir() or not os.access(path.absolute().parent, os.W_OK)):
        raise UnreadableFile(f"{path.name} cannot be written to this directory", "unwritable_file")


def write_whole(path: Path, content: Iterable[str] | bytes) -> None:
    """Write bytes as they are, or lines with a newline after each."""
    data = content if isinstance(content, bytes) else "".join(f"{line}\n" for line in content).encode()
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UnreadableFile(f"{path.name} cannot be written: {error.strerror}", "unwritable_file") from None

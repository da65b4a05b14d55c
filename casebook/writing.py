"""Writes files: regular, mode 0600, complete or not at all, and never through a link or over anything but a file.

Every file that this product leaves for somebody is written here. Nothing is written to the file itself: a new one is
filled beside it and takes its name, so a reader sees the old one or the new one.
"""

from __future__ import annotations

import io
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from casebook.errors import UnreadableFile

PRIVATE = 0o600
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def refuse_unwritable(path: Path | None) -> None:
    """Refuse before long work what cannot be written: no directory to write into, or something that is not a file.

    Raises UnreadableFile: `unwritable_file`, `output_is_link` or `output_not_a_file`.
    """
    if path is None:
        return
    if path.is_dir() or not os.access(path.absolute().parent, os.W_OK):
        raise UnreadableFile(f"{path.name} cannot be written to this directory", "unwritable_file")
    _refuse_special(path)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to fill, which takes the place of `path` at the end of the block, or is removed if the block fails."""
    refuse_unwritable(path)
    part = _beside(path)
    try:
        with _opened(part) as file:
            yield file
            _settle(file)
        _refuse_special(path)
        part.replace(path)
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be written: {error.strerror}", "unwritable_file") from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def whole_text(path: Path) -> Iterator[TextIO]:
    """The same for text as UTF-8. New lines are written as they are given."""
    with whole_file(path) as file:
        text = io.TextIOWrapper(file, "utf-8", newline="")
        yield text
        text.detach()  # this flushes; the file itself is closed when it has its place


def write_whole(path: Path, content: Iterable[str] | bytes) -> None:
    """Write bytes as they are, or lines with a newline after each."""
    data = content if isinstance(content, bytes) else "".join(f"{line}\n" for line in content).encode()
    with whole_file(path) as file:
        file.write(data)


def write_once(path: Path, content: bytes) -> bool:
    """Write a file that nobody may replace. If anything of that name is there, it stays. Returns whether it was written.

    Raises OSError.
    """
    part = _beside(path)
    try:
        with _opened(part) as file:
            file.write(content)
            _settle(file)
        os.link(part, path)
    except FileExistsError:
        return False
    finally:
        part.unlink(missing_ok=True)
    return True


def _beside(path: Path) -> Path:
    return path.with_name(
        f".{secrets.token_hex(8)}.part"
    )  # short: the name of the file may be as long as a name can be


def _opened(part: Path) -> BinaryIO:
    file = os.fdopen(os.open(part, _NEW, PRIVATE), "wb")
    os.fchmod(file.fileno(), PRIVATE)  # whatever the umask says
    return file


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _refuse_special(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be written: {error.strerror}", "unwritable_file") from None
    if stat.S_ISLNK(mode):
        raise UnreadableFile(f"{path.name} is a link: name the file itself", "output_is_link")
    if not stat.S_ISREG(mode):
        raise UnreadableFile(f"{path.name} is not a file, and would be replaced by one", "output_not_a_file")

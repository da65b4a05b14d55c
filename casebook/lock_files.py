"""Opens lock files. Whoever can open a lock file can hold its lock, so nobody but the owner of the folder can."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from casebook.errors import HomeUnusable
from casebook.writing import PRIVATE

# not blocking: to open a FIFO that somebody put there would wait for ever
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def opened(path: Path) -> int:
    """The descriptor of a lock file, created if missing. One that an earlier release left open to others is closed to them.

    Raises HomeUnusable for a link, for anything that is not a file, and for a file that others keep open.
    """
    try:
        descriptor = os.open(path, _FLAGS, PRIVATE)
    except OSError as error:
        raise HomeUnusable(f"The file {path} of the home cannot be opened: {error.strerror}") from error
    try:
        _close_to_others(descriptor, path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _close_to_others(descriptor: int, path: Path) -> None:
    found, folder = os.fstat(descriptor), path.parent.stat()
    if not stat.S_ISREG(found.st_mode):
        raise HomeUnusable(f"The file {path} of the home is not a file. Remove it.", "lock_not_a_file")
    try:
        if os.geteuid() == 0 and found.st_uid != folder.st_uid:
            os.fchown(descriptor, folder.st_uid, folder.st_gid)  # root's own lock would lock the home's owner out
        if stat.S_IMODE(found.st_mode) != PRIVATE:
            os.fchmod(descriptor, PRIVATE)
    except OSError as error:
        raise HomeUnusable(
            f"The file {path} is open to others: {error.strerror}. Make it 0600.", "lock_open"
        ) from error

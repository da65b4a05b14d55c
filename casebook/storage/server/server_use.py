"""Who uses one home's server: counted by the kernel, so that a killed command counts no longer.

Each user holds a shared lock on `users`; starting, joining, leaving and stopping happen one at a time under `lock`.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from casebook.errors import DatabaseUnavailable, HomeUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 150.0  # seconds to wait while another command starts or stops the server
PAUSE = 0.004


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One command at a time."""
    opened = _open(folder / "lock")
    try:
        until = time.monotonic() + PATIENCE
        while not _lock(opened, fcntl.LOCK_EX):
            if time.monotonic() > until:
                raise DatabaseUnavailable("another command has been starting or stopping the database for minutes")
            time.sleep(PAUSE)
        yield
    finally:
        os.close(opened)


def join(folder: Path) -> int:
    """Become a user; the open file is the membership. Only under `alone`, where nobody holds more than a share."""
    opened = _open(folder / "users")
    _lock(opened, fcntl.LOCK_SH)
    return opened


def leave(membership: int) -> bool:
    """Stop being a user. True if that was the last one; only under `alone`, or a newcomer would be overlooked."""
    # asked of this open file, not of this process: a forked child that still has it open does not keep the server
    last = _lock(membership, fcntl.LOCK_EX)
    os.close(membership)
    return last


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise HomeUnusable(f"the home's file {path} cannot be opened: {error.strerror}") from error


def _lock(opened: int, kind: int) -> bool:
    try:
        fcntl.flock(opened, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

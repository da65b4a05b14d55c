"""Counts who uses a home's server. The kernel counts by locks, so a killed command no longer counts.

Each user holds a shared lock on `users`; starting, joining, leaving and stopping happen one at a time under `lock`.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from casebook import lock_files
from casebook.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 150.0  # seconds to wait while another command starts or stops the server
PAUSE = 0.004


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one command at a time start, join, leave or stop."""
    opened = lock_files.opened(folder / "lock")
    try:
        until = time.monotonic() + PATIENCE
        while not _lock(opened, fcntl.LOCK_EX):
            if time.monotonic() > until:
                raise DatabaseUnavailable(
                    "Another command has been starting or stopping the database for minutes. Try again later."
                )
            time.sleep(PAUSE)
        yield
    finally:
        os.close(opened)


def join(folder: Path) -> int:
    """Become a user of the server; the open file is the membership. Call this only under `alone`."""
    opened = lock_files.opened(folder / "users")
    _lock(opened, fcntl.LOCK_SH)
    return opened


def leave(membership: int) -> bool:
    """Stop being a user; True if that was the last one. Call this only under `alone`, or a new user could be missed."""
    # the lock belongs to this open file, not to this process: a forked child with it open does not keep the server
    last = _lock(membership, fcntl.LOCK_EX)
    os.close(membership)
    return last


def _lock(opened: int, kind: int) -> bool:
    try:
        fcntl.flock(opened, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""Whoever makes a run on this machine rings, and the worker looks at once instead of at its next round.

A datagram to a socket in Prefect's home. A worker elsewhere, or one that could not bind it, sees the run a moment later.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from prefect.settings import get_current_settings

log = logging.getLogger("casebook.doorbell")


def _address() -> Path:
    return get_current_settings().home / "worker.bell"


def ring() -> None:
    """Nobody need be there."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.settimeout(0)
        bell.sendto(b"!", str(_address()))


async def answer(called: Callable[[], Awaitable[object]]) -> None:
    """Call at every ring, until cancelled; the rings that come meanwhile are one more."""
    address = _address()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.settimeout(0)
        try:
            address.unlink(missing_ok=True)
            bell.bind(str(address))
        except OSError as error:
            log.warning("no bell at %s (%s): runs are seen at the next round", address, error.strerror)
            return
        while True:
            await asyncio.get_running_loop().sock_recv(bell, 1)
            with contextlib.suppress(BlockingIOError):
                while bell.recv(1):
                    pass
            try:
                await called()
            except Exception:  # the worker's own rounds go on, and see to what is wrong
                log.debug("the look after a ring failed", exc_info=True)

"""A signal to the worker that a run was created on this machine: the worker looks at once, not at its next poll.

The signal is a datagram to a socket in Prefect's home. A worker on another machine, or one that could not bind the socket,
sees the run at its next poll.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from prefect.settings import get_current_settings

log = logging.getLogger("casebook.run_signal")


def _address() -> Path:
    return get_current_settings().home / "worker.bell"


def send() -> None:
    """Signal that there may be a run to start. Nothing happens if no worker listens."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.settimeout(0)
        sender.sendto(b"!", str(_address()))


async def receive(look: Callable[[], Awaitable[object]]) -> None:
    """Call `look` at every signal until cancelled. Signals that arrive during a call lead to one more call."""
    address = _address()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(0)
        try:
            address.unlink(missing_ok=True)
            listener.bind(str(address))
        except OSError as error:
            log.warning(
                "No signals can be received at %s (%s). The worker sees new runs at its next poll.",
                address,
                error.strerror,
            )
            return
        while True:
            await asyncio.get_running_loop().sock_recv(listener, 1)
            with contextlib.suppress(BlockingIOError):
                while listener.recv(1):
                    pass
            try:
                await look()
            except Exception:  # the worker goes on polling and handles the error there
                log.debug("The look after a signal failed", exc_info=True)

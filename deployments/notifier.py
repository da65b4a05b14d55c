"""Sends queued notices to people within seconds. Runs beside the wake-ups and never delays them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from casebook.casework.core import notices
from casebook.casework.core.channels import NoticeChannel
from casebook.casework.core.notices import Delivered
from casebook.errors import CasebookError
from tasks.home import acting

PATIENCE = 30.0  # seconds after which it looks even without a signal: a failed notice is due again after five minutes

log = logging.getLogger("casebook.notifier")


async def run(
    ways: Sequence[NoticeChannel], wait_for_signal: Callable[[], Awaitable[None]], stop: asyncio.Event
) -> None:
    """Deliver notices at each signal until `stop` is set. A slow receiver or a fault here stops nothing else."""
    while ways and not stop.is_set():
        try:
            await asyncio.to_thread(deliver, ways)
        except CasebookError as fault:
            log.error("Notices were not delivered and will be tried again: %s", fault.code)  # noqa: TRY400 - its words are the database's
        await wait_for_signal()


def deliver(ways: Sequence[NoticeChannel]) -> Delivered:
    return notices.deliver(lambda: acting("dispatcher"), ways)

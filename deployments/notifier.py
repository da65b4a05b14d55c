"""Tells people at once: what is queued for them is sent within seconds, beside the wake-ups and never in their way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from casebook.casework.core import notices
from casebook.casework.core.channels import NoticeChannel
from casebook.casework.core.notices import Delivered
from casebook.errors import CasebookError
from tasks.home import acting

PATIENCE = 30.0  # seconds after which it looks even if nobody called: what failed is due again after five minutes

log = logging.getLogger("casebook.telling")


async def tell(ways: Sequence[NoticeChannel], called: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Deliver whenever called. A receiver that hangs holds a thread of its own, and a fault here ends nothing else."""
    while ways and not stop.is_set():
        try:
            await asyncio.to_thread(deliver, ways)
        except CasebookError as fault:
            log.error("notices were not delivered and are tried again: %s", fault.code)  # noqa: TRY400 - its words are the database's
        await called()


def deliver(ways: Sequence[NoticeChannel]) -> Delivered:
    return notices.deliver(lambda: acting("dispatcher"), ways)

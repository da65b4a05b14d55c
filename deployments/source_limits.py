"""Prefect's global limits for searches of remote sources, shared by all processes: `source-NAME`, with slot decay."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, GlobalConcurrencyLimitUpdate
from prefect.exceptions import ObjectNotFound

from casebook import settings
from casebook.sources import catalogue
from casebook.sources.http import HttpSource

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient


async def register(client: PrefectClient) -> None:
    """Set the limits from the file of record sources, if the environment names a home."""
    if not os.environ.get("CASEBOOK_HOME"):
        return
    catalogue.configure(settings.load().sources)
    for source, way in catalogue.remote().items():
        if isinstance(way, HttpSource):
            await _limit(client, f"source-{source}", way.throttle.per_second)


async def _limit(client: PrefectClient, name: str, per_second: float) -> None:
    at_once = math.ceil(per_second)
    try:
        await client.read_global_concurrency_limit_by_name(name)
    except ObjectNotFound:
        await client.create_global_concurrency_limit(
            GlobalConcurrencyLimitCreate(name=name, limit=at_once, slot_decay_per_second=per_second)
        )
    else:
        await client.update_global_concurrency_limit(
            name, GlobalConcurrencyLimitUpdate(limit=at_once, slot_decay_per_second=per_second)
        )

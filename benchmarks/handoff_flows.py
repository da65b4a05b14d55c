"""A flow of the lifecycle's shape that needs no casebook, and the deployments of it that the benchmark runs."""

from __future__ import annotations

import asyncio
import os

from prefect import flow, task

from deployments.catalogue_entry import Deployment


@task
async def step(number: int) -> int:
    return number + 1


@flow(name="handoff-sample")
async def sample(seconds: float = 0.0, memory: int = 0) -> int:
    """Three tasks; then wait, or take `memory` bytes, to be killed or cancelled meanwhile."""
    number = 0
    for _ in range(3):
        number = await step(number)
    held = bytearray(memory)
    await asyncio.sleep(seconds)
    return number + len(held) - memory + int(os.environ.get("HANDOFF_SAMPLE", "0"))


CATALOGUE = (
    Deployment(
        flow="benchmarks.handoff_flows.sample",
        name="sample",
        description="Three tasks and a pause.",
        accepts={"seconds": r"[0-9.]+", "memory": r"[0-9]+"},
    ),
)

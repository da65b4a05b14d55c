"""The deployments, the work pool and its queues, and the command that registers them with Prefect."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from deployments import automations, source_limits
from deployments.catalogue_entry import REASON, REFERENCE, Deployment
from deployments.warm_worker import WarmWorker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prefect.client.orchestration import PrefectClient

POOL = "casebook"
QUEUES = {"urgent": 1, "standard": 10, "sweep": 20}  # a lower number is served first
ZONE = "Europe/London"
# runs at the same time: more than there are cores make each run slower, and urgent runs wait behind them
AT_ONCE = max(3, os.cpu_count() or 1)


LIFECYCLE = "application_lifecycle/application"

CATALOGUE: tuple[Deployment, ...] = (
    Deployment(
        flow="flows.application_lifecycle.application_lifecycle",
        name="application",
        description="Move one application on as far as the facts allow. Safe to run by hand at any time: enter its reference.",
        accepts={"reference": REFERENCE},
    ),
    Deployment(
        flow="flows.urgent_case.urgent_case",
        name="urgent",
        description="Make one application urgent: enter its reference and the reason. A supervisor must confirm within the hour.",
        queue="urgent",
        tags=("urgent",),
        accepts={"reference": REFERENCE, "reason": REASON},
    ),
    Deployment(
        flow="flows.retrospective_review.retrospective_review",
        name="review",
        description="Rank every past application on today's facts. Safe to run by hand; continues where it stopped.",
        queue="sweep",
        tags=("review",),
    ),
    Deployment(
        flow="flows.look_back.look_back",
        name="look-back",
        description="Review closed cases, and warn of suspected decisions before they are told. Safe to run by hand.",
        queue="sweep",
        tags=("review",),
        cron="10 1 * * *",
    ),
    Deployment(
        flow="flows.sla_sweep.sla_sweep",
        name="sweep",
        description="Find applications that are overdue, stalled or forgotten, and start them again. Safe to run by hand.",
        queue="sweep",
        tags=("sweep",),
        cron="*/15 * * * *",
    ),
    Deployment(
        flow="flows.gate_drift.gate_drift",
        name="gate-drift",
        description="Check every open application again at the gates it passed. Changes nothing. Safe to run by hand.",
        queue="sweep",
        tags=("sweep",),
        cron="30 2 * * *",
    ),
    Deployment(
        flow="flows.decision_monitor.decision_monitor",
        name="monitor",
        description="Chart decisions and research for the week, and draw decisions to be made a second time. Safe to run by hand.",
        queue="sweep",
        tags=("monitor",),
        cron="10 4 * * 1",
    ),
    Deployment(
        flow="flows.watch.watch",
        name="watch",
        description="Compare new records with the subjects of closed applications. Safe to run by hand.",
        queue="sweep",
        tags=("watch",),
        cron="20 3 * * *",
    ),
    Deployment(
        flow="flows.retention.retention",
        name="retention",
        description="List what has been kept as long as the policy requires. Disposes of nothing. Safe to run by hand.",
        queue="sweep",
        tags=("retention",),
        cron="50 3 * * *",
    ),
)


async def register(entries: Sequence[Deployment], *, pool: str = POOL, worker_type: str = WarmWorker.type) -> None:
    """Create or update the pool, queues, automations, limits and deployments on the server. Safe to repeat."""
    async with get_client() as client:
        await _pool(client, pool, worker_type)
        await _queues(client, pool)
        await automations.register(client)
        await source_limits.register(client)
    for entry in entries:
        await _deploy(entry, pool)


async def _pool(client: PrefectClient, pool: str, worker_type: str) -> None:
    template = WarmWorker.get_default_base_job_template() if worker_type == WarmWorker.type else None
    try:
        await client.create_work_pool(
            WorkPoolCreate(name=pool, type=worker_type, base_job_template=template or {}, concurrency_limit=AT_ONCE)
        )
    except ObjectAlreadyExists:
        if template:
            await client.update_work_pool(pool, WorkPoolUpdate(base_job_template=template, concurrency_limit=AT_ONCE))


async def _queues(client: PrefectClient, pool: str) -> None:
    for name, priority in QUEUES.items():
        try:
            queue = await client.read_work_queue_by_name(name, work_pool_name=pool)
        except ObjectNotFound:
            await client.create_work_queue(name=name, priority=priority, work_pool_name=pool)
        else:
            if queue.priority != priority:
                await client.update_work_queue(queue.id, priority=priority)


async def _deploy(entry: Deployment, pool: str) -> None:
    deployment = await load(entry.flow).ato_deployment(
        name=entry.name,
        description=entry.description,
        tags=list(entry.tags),
        parameters=dict(entry.parameters),
        schedule=Cron(entry.cron, timezone=ZONE) if entry.cron else None,
        work_pool_name=pool,
        work_queue_name=entry.queue,
        entrypoint_type=EntrypointType.MODULE_PATH,
        enforce_parameter_schema=True,  # so that free text is refused before Prefect keeps it
    )
    await deployment.aapply()


def load(entrypoint: str) -> Flow[..., Any]:
    module, _, name = entrypoint.rpartition(".")
    flow = getattr(importlib.import_module(module), name)
    if not isinstance(flow, Flow):
        raise TypeError(f"{entrypoint} is not a flow")
    return flow


def main(arguments: Sequence[str]) -> None:
    """`python -m deployments.catalogue MODULE WORKER_TYPE`: register the CATALOGUE of that module."""
    module, worker_type = arguments
    asyncio.run(register(importlib.import_module(module).CATALOGUE, worker_type=worker_type))


if __name__ == "__main__":
    main(sys.argv[1:])

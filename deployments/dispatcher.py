"""Turns committed wake-ups into flow runs, one for each application, the most dangerous first.

If a run is already working on the application, the wake-up goes to that run, which then goes through the stages again.
If a run for the application has not started yet, no other run is created.

Several dispatchers may run at the same time. After a crash between the creation of a run and the marking of its rows, no
second run is created: both have the same key. The dispatcher also sends notices to people at once, so that danger does not
wait for the next sweep.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from typing import LiteralString
from uuid import UUID

import psycopg
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType

from casebook import clock, settings
from casebook.casework.core import channels
from casebook.domain.vocabulary import Priority
from casebook.storage import heartbeats, outbox
from casebook.storage.case import notices
from casebook.storage.libpq_address import for_libpq
from casebook.storage.outbox import WakeUp
from deployments import metrics_endpoint, notifier, run_signal
from deployments.catalogue import LIFECYCLE
from tasks.home import store

BATCH = 20  # small, so that an urgent application waits behind few others
PATIENCE = 5.0  # seconds after which it looks even without a signal


async def dispatch_once(client: PrefectClient) -> int:
    """Deliver one batch and return how many applications were woken. Rows are marked in the transaction that locked them."""
    casebook = store()
    with casebook.session() as session:
        handed_over = outbox.hand_over(session, BATCH, at=clock.now())
        session.commit()  # without delay: a run that is ending waits for this
    with casebook.session() as session:
        wake_ups = outbox.claim(session, BATCH)
        coming = await _still_coming(client, outbox.coming(session, wake_ups)) if wake_ups else {}
        for wake_up in wake_ups:
            run_id = coming.get(wake_up.reference) or await _create_run(client, wake_up)
            outbox.mark(session, wake_up, run_id=run_id, at=clock.now())
        heartbeats.beat(session, "dispatcher", casebook.key)
        session.commit()
    if wake_ups:
        run_signal.send()
    return handed_over + len(wake_ups)


async def _still_coming(client: PrefectClient, runs: Mapping[str, str]) -> dict[str, str]:
    """The runs that Prefect has not started yet, by application. A cancelled or lost run will not see the wake-up."""
    if not runs:
        return {}
    flow_runs = await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            id=FlowRunFilterId(any_=[UUID(run) for run in runs.values()]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED, StateType.PENDING])),
        )
    )
    waiting = {str(run.id) for run in flow_runs}
    return {reference: run for reference, run in runs.items() if run in waiting}


async def _create_run(client: PrefectClient, wake_up: WakeUp) -> str:
    deployment = await client.read_deployment_by_name(LIFECYCLE)
    run = await client.create_flow_run_from_deployment(
        deployment.id,
        parameters={"reference": wake_up.reference},
        name=f"{wake_up.reference} {wake_up.stage}",
        tags=[wake_up.stage, wake_up.route, wake_up.priority, wake_up.reference],
        idempotency_key=wake_up.key,
        work_queue_name="urgent" if Priority(wake_up.priority).is_danger else "standard",
    )
    return str(run.id)


async def run(stop: asyncio.Event) -> None:
    """Deliver wake-ups and notices until `stop` is set."""
    configured = settings.load()
    if configured.metrics_port and (credentials := os.environ.get("PREFECT_API_AUTH_STRING")):
        metrics_endpoint.serve(configured.metrics_port, credentials)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_wake(stop))
        tasks.create_task(_tell(stop))


async def _wake(stop: asyncio.Event) -> None:
    async with get_client() as client, await _listening(outbox.CHANNEL) as connection:
        while not stop.is_set():
            while await dispatch_once(client) and not stop.is_set():
                pass
            await _wait_for_signal(connection, stop, PATIENCE)


async def _tell(stop: asyncio.Event) -> None:
    ways = channels.read(settings.load().notify_urls)
    async with await _listening(notices.CHANNEL) as connection:
        await notifier.run(ways, lambda: _wait_for_signal(connection, stop, notifier.PATIENCE), stop)


async def _listening(channel: LiteralString) -> psycopg.AsyncConnection[tuple[object, ...]]:
    connection = await psycopg.AsyncConnection.connect(for_libpq(store().engine.url), autocommit=True)
    await connection.execute(f"LISTEN {channel}")
    return connection


async def _wait_for_signal(
    connection: psycopg.AsyncConnection[tuple[object, ...]], stop: asyncio.Event, patience: float
) -> None:
    """Wait until something is committed, `stop` is set, or `patience` seconds have passed."""

    async def receive() -> None:
        async for _ in connection.notifies(timeout=patience, stop_after=1):
            return

    waits = [asyncio.create_task(receive()), asyncio.create_task(stop.wait())]
    done, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for waiting in pending:
        waiting.cancel()
    for finished in done:
        finished.result()


async def main() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run(stop)


if __name__ == "__main__":
    asyncio.run(main())

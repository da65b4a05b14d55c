"""Prefect's own second net: a silent run is marked Crashed; failed runs, an unhealthy pool and a missed sweep ring an alarm."""

from __future__ import annotations

import base64
import os
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from prefect.automations import AutomationCore
from prefect.blocks.webhook import Webhook
from prefect.client.schemas.objects import StateType
from prefect.events import EventTrigger, Posture
from prefect.events.actions import CallWebhook, ChangeFlowRunState
from prefect.events.schemas.events import ResourceSpecification
from prefect.types import SecretDict
from pydantic import SecretStr

from casebook.casework.sweep.alarms import POOL_UNHEALTHY, RUN_CRASHED, RUN_FAILED, SWEEP_MISSED
from casebook.domain.words.operations import ALARM

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient

HEARTBEAT = timedelta(seconds=180)  # Prefect's default, PREFECT_FLOWS_HEARTBEAT_FREQUENCY
WINDOW = 3 * HEARTBEAT  # a shorter one crashes healthy runs that are only busy
SWEEPS_WITHIN = timedelta(minutes=35)  # two rounds, and a little
RUNS = "prefect.flow-run.*"

ZOMBIES = AutomationCore(
    name="casebook: runs without a heartbeat",
    description=f"Marks a run Crashed when nothing was heard of it for {WINDOW.total_seconds():.0f} seconds.",
    trigger=EventTrigger(
        after={"prefect.flow-run.Running", "prefect.flow-run.heartbeat"},  # it may die before its first heartbeat
        expect={"prefect.flow-run.heartbeat", RUNS},
        match=ResourceSpecification({"prefect.resource.id": [RUNS]}),
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=WINDOW,
    ),
    actions=[
        ChangeFlowRunState(
            name=None, state=StateType.CRASHED, message="Nothing was heard of this run for too long.", force=False
        )
    ],
)


def _each_run(event: str) -> EventTrigger:
    return EventTrigger(
        expect={event},
        match=ResourceSpecification({"prefect.resource.id": [RUNS]}),
        for_each={"prefect.resource.id"},
        posture=Posture.Reactive,
        threshold=1,
        within=timedelta(0),
    )


# what is rung, when, and what is said beside it: the run's name holds a reference and a stage, nothing else
ALARMS: dict[str, tuple[str, EventTrigger, str]] = {
    RUN_FAILED: ("casebook: a run failed", _each_run("prefect.flow-run.Failed"), "{{ flow_run.name }}"),
    RUN_CRASHED: ("casebook: a run crashed", _each_run("prefect.flow-run.Crashed"), "{{ flow_run.name }}"),
    POOL_UNHEALTHY: (
        "casebook: the work pool is not ready",
        EventTrigger(
            expect={"prefect.work-pool.not-ready"},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.work-pool.*"]}),
            for_each={"prefect.resource.id"},
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(0),
        ),
        "",
    ),
    SWEEP_MISSED: (
        "casebook: no sweep was completed",
        EventTrigger(
            expect={"prefect.flow-run.Completed"},
            match=ResourceSpecification({"prefect.resource.id": [RUNS]}),
            match_related=ResourceSpecification(
                {"prefect.resource.role": ["flow"], "prefect.resource.name": ["sla_sweep"]}
            ),
            posture=Posture.Proactive,
            threshold=1,
            within=SWEEPS_WITHIN,
        ),
        "",
    ),
}


async def register(client: PrefectClient) -> None:
    """Bring the server in line. The alarms need somebody who hears them: without the dispatcher's door there are none."""
    await _put(client, ZOMBIES)
    if port := os.environ.get("CASEBOOK_METRICS_PORT"):
        for what, (name, trigger, about) in ALARMS.items():
            block = await _bell(what, int(port))
            words = f"Tells the operator over the casebook's own channels: {ALARM.of(what)}."
            action = CallWebhook(block_document_id=block, payload=about)
            await _put(client, AutomationCore(name=name, description=words, trigger=trigger, actions=[action]))


async def _put(client: PrefectClient, automation: AutomationCore) -> None:
    if known := await client.read_automations_by_name(automation.name):
        await client.update_automation(known[0].id, automation)
    else:
        await client.create_automation(automation)


async def _bell(what: str, port: int) -> UUID:
    """The block that rings one alarm at the dispatcher's door."""
    word = base64.b64encode(os.environ["PREFECT_API_AUTH_STRING"].encode()).decode()
    block = Webhook(
        url=SecretStr(f"http://127.0.0.1:{port}/alarm/{what}"), headers=SecretDict({"Authorization": f"Basic {word}"})
    )
    saved = await block.asave(f"casebook-{what.replace('_', '-')}", overwrite=True)
    return UUID(str(saved))

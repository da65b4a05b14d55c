"""Prefect automations: mark a run without a heartbeat as Crashed, and raise an alarm for four kinds of trouble.

The alarms: a failed run, a crashed run, a work pool that is not ready, a sweep that was not completed.
"""

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
WINDOW = 3 * HEARTBEAT  # a shorter window would mark healthy runs that are only busy
SWEEPS_WITHIN = timedelta(minutes=35)  # two sweeps, and five minutes
RUNS = "prefect.flow-run.*"

ZOMBIES = AutomationCore(
    name="casebook: runs without a heartbeat",
    description=f"Marks a run as Crashed when it has sent no heartbeat for {WINDOW.total_seconds():.0f} seconds.",
    trigger=EventTrigger(
        after={"prefect.flow-run.Running", "prefect.flow-run.heartbeat"},  # a run may die before its first heartbeat
        expect={"prefect.flow-run.heartbeat", RUNS},
        match=ResourceSpecification({"prefect.resource.id": [RUNS]}),
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=WINDOW,
    ),
    actions=[
        ChangeFlowRunState(
            name=None, state=StateType.CRASHED, message="This run stopped sending heartbeats.", force=False
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


# the alarm, its name and trigger, and the text it sends: a run's name has a reference and a stage, nothing else
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
    """Create or update the automations. The alarms need the metrics endpoint that receives them: without its port, none."""
    await _put(client, ZOMBIES)
    if port := os.environ.get("CASEBOOK_METRICS_PORT"):
        for alarm, (name, trigger, text) in ALARMS.items():
            block = await _alarm_block(alarm, int(port))
            description = f"Notifies the operator over the casebook's own channels: {ALARM.of(alarm)}."
            action = CallWebhook(block_document_id=block, payload=text)
            await _put(client, AutomationCore(name=name, description=description, trigger=trigger, actions=[action]))


async def _put(client: PrefectClient, automation: AutomationCore) -> None:
    if existing := await client.read_automations_by_name(automation.name):
        await client.update_automation(existing[0].id, automation)
    else:
        await client.create_automation(automation)


async def _alarm_block(alarm: str, port: int) -> UUID:
    """Save the block that sends one alarm to the metrics endpoint."""
    credentials = base64.b64encode(os.environ["PREFECT_API_AUTH_STRING"].encode()).decode()
    block = Webhook(
        url=SecretStr(f"http://127.0.0.1:{port}/alarm/{alarm}"),
        headers=SecretDict({"Authorization": f"Basic {credentials}"}),
    )
    saved = await block.asave(f"casebook-{alarm.replace('_', '-')}", overwrite=True)
    return UUID(str(saved))

"""A run that stops sending heartbeats is marked Crashed. Prefect has no such rule of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from prefect.automations import AutomationCore
from prefect.client.schemas.objects import StateType
from prefect.events import EventTrigger, Posture
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.events import ResourceSpecification

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient

HEARTBEAT = timedelta(seconds=180)  # Prefect's default, PREFECT_FLOWS_HEARTBEAT_FREQUENCY
WINDOW = 3 * HEARTBEAT  # a shorter one crashes healthy runs that are only busy

ZOMBIES = AutomationCore(
    name="casebook: runs without a heartbeat",
    description=f"Marks a run Crashed when nothing was heard of it for {WINDOW.total_seconds():.0f} seconds.",
    trigger=EventTrigger(
        after={"prefect.flow-run.heartbeat"},
        expect={"prefect.flow-run.heartbeat", "prefect.flow-run.*"},
        match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
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


async def register(client: PrefectClient) -> None:
    known = await client.read_automations_by_name(ZOMBIES.name)
    if known:
        await client.update_automation(known[0].id, ZOMBIES)
    else:
        await client.create_automation(ZOMBIES)

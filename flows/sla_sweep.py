"""The sweep: finds applications that are forgotten or stalled, and starts them again. Two sweeps at once are safe."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.names import what_and_when
from tasks.board import show_board
from tasks.wakes import sweep
from tasks.without_text import without_text


@flow(name="sla_sweep", flow_run_name=what_and_when)
@without_text
async def sla_sweep() -> State[None]:
    """Find what is overdue, stalled or forgotten. Wake what a run can move on; raise the rest to a person."""
    swept = sweep()
    await show_board()
    return Completed(
        message=f"{swept.checked} open, {len(swept.woken)} woken, {len(swept.retried)} whose sources are asked again,"
        f" {len(swept.raised)} raised, {len(swept.escalated)} escalated, {len(swept.reconciled)} leases freed"
    )

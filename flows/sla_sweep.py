"""The sweep: finds what is forgotten or stalled, and sets it going again. Two at once do nothing twice."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.names import what_and_when
from tasks.board import show_board
from tasks.wakes import sweep


@flow(name="sla_sweep", flow_run_name=what_and_when)
async def sla_sweep() -> State[None]:
    """Find what is overdue, stalled or forgotten; wake what a machine can help, tell a person of the rest."""
    swept = sweep()
    await show_board()
    return Completed(
        message=f"{swept.checked} open, {len(swept.woken)} woken, {len(swept.retried)} asked their sources again,"
        f" {len(swept.raised)} raised, {len(swept.escalated)} escalated, {len(swept.reconciled)} leases freed"
    )

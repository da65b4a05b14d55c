"""Every night: what has been kept for as long as the policy says. Disposes of nothing; two people do."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.names import what_and_when
from tasks.retention import propose_disposals


@flow(name="retention", flow_run_name=what_and_when)
async def retention() -> State[None]:
    """Name the closed applications whose time is over, for two people to dispose of."""
    return Completed(message=f"{await propose_disposals()} can be disposed of")

"""Each night: lists what has been kept as long as the policy requires. It disposes of nothing; that takes two people."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.names import what_and_when
from tasks.retention import propose_disposals
from tasks.without_text import without_text


@flow(name="retention", flow_run_name=what_and_when)
@without_text
async def retention() -> State[None]:
    """List the closed applications whose retention period is over, so that two people can dispose of them."""
    return Completed(message=f"{await propose_disposals()} applications can be disposed of")

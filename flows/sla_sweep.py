"""The sweep: finds what is forgotten or stalled, and sets it going again. Two at once do nothing twice."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks.wakes import wake_neglected


@flow(name="sla_sweep")
async def sla_sweep() -> State[None]:
    """Free the leases of dead runs and wake every open application that waits for nobody."""
    woken = wake_neglected()
    return Completed(message=f"{woken.checked} open, {len(woken.woken)} woken, {len(woken.freed)} leases freed")

"""The watch: compares new records with the subjects of closed applications each night."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.names import what_and_when
from tasks.watch import look_again


@flow(name="watch", flow_run_name=what_and_when)
async def watch() -> State[None]:
    """Open a Right to Know proposal for each closed application whose subject has a new record."""
    result = look_again()
    return Completed(
        message=f"{result.watched} applications watched, {len(result.proposed)} Right to Know proposals opened"
    )

"""The watch: compares new records with the subjects of closed applications each night."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.names import what_and_when
from tasks.watch import look_again, look_for_partners
from tasks.without_text import without_text


@flow(name="watch", flow_run_name=what_and_when)
@without_text
async def watch() -> State[None]:
    """Open Right to Know proposals: for closed applications whose subject has a new record, and for partners without one."""
    result = look_again()
    uncovered = look_for_partners()
    return Completed(
        message=f"{result.watched} applications watched, {len(result.proposed)} Right to Know proposals opened, "
        f"{uncovered} more for partners without an application"
    )

"""Every night: the gates asked again about every open application that passed them. Changes nothing; tells people."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from casebook.domain.vocabulary import Stage
from flows.names import what_and_when
from tasks.drift import ask_again, open_past, show_drift


@flow(name="gate_drift", flow_run_name=what_and_when)
async def gate_drift() -> State[None]:
    """Find what passed a gate and would not pass it today."""
    found = {}
    for stage in Stage:
        if stage is not Stage.CLOSED and (references := open_past(stage)):
            found[str(stage)] = ask_again(stage, references)
    await show_drift(found)
    return Completed(message=f"{sum(map(len, found.values()))} would not pass a gate they passed")

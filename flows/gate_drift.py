"""Each night: checks every open application again at the gates it passed. Changes no application; notifies people."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from casebook.domain.vocabulary import Stage
from flows.names import what_and_when
from tasks.drift import ask_again, open_past, show_drift
from tasks.without_text import without_text


@flow(name="gate_drift", flow_run_name=what_and_when)
@without_text
async def gate_drift() -> State[None]:
    """Find applications that passed a gate and would not pass it today."""
    held_by_stage = {}
    for stage in Stage:
        if stage is not Stage.CLOSED and (references := open_past(stage)):
            held_by_stage[str(stage)] = ask_again(stage, references)
    await show_drift(held_by_stage)
    return Completed(
        message=f"{sum(map(len, held_by_stage.values()))} applications would not pass a gate again that they passed"
    )

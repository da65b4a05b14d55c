"""Moves one application on as far as the facts allow, then ends in a state named after what it waits for.

An application that waits is a row in the database, not a run that stays open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed

from casebook.domain.standing import Standing
from casebook.domain.vocabulary import Stage
from flows.disclosure import disclosure
from flows.follow_up import follow_up
from flows.intake import intake
from flows.names import Reference
from flows.panel_decision import panel_decision
from flows.record_checks import record_checks
from flows.risk_scoring import risk_scoring
from tasks.cards import show_card
from tasks.leases import drop_lease, give_back_lease, take_lease
from tasks.stages import look
from tasks.without_text import without_text

STAGES: dict[Stage, Callable[..., Awaitable[Standing]]] = {
    Stage.INTAKE: intake,
    Stage.RECORD_CHECKS: record_checks,
    Stage.RISK_SCORING: risk_scoring,
    Stage.PANEL_DECISION: panel_decision,
    Stage.DISCLOSURE: disclosure,
    Stage.FOLLOW_UP: follow_up,
}


def run_name() -> str:
    """The name that the dispatcher gave (reference and stage), otherwise the reference."""
    reference, name = str(runtime.flow_run.parameters["reference"]), str(runtime.flow_run.name)
    return name if name.startswith(reference) else reference


@flow(name="application_lifecycle", flow_run_name=run_name)
@without_text
async def application_lifecycle(reference: Reference) -> State[None]:
    """Move one application on as far as the facts allow.

    Safe to run at any time and as often as you like. If another run is working on the application, this run ends as
    Skipped. If there is nothing to do, it changes nothing.

    Args:
        reference: For example CL-2026-000123.

    """
    holder = str(runtime.flow_run.id)
    wake = take_lease(reference, holder)
    if wake is None:
        return Completed(
            name="Skipped",
            message="Another run is working on this application and will look at it again before it ends.",
        )
    try:
        while wake is not None:
            standing = await walk(reference, holder)
            wake = give_back_lease(reference, holder, wake)
    except BaseException:
        drop_lease(reference, holder)  # a failed or cancelled run must not block the next run
        raise
    await show_card(reference)
    return Completed(name=standing.name, message=standing.message)


async def walk(reference: str, holder: str) -> Standing:
    """Run the stage flows in turn until a stage waits for somebody."""
    standing = look(reference)
    while standing.stage is not Stage.CLOSED:
        standing = await STAGES[standing.stage](reference, holder)
        if not standing.moved:
            break
    return standing

"""The look-back of each night, over closed cases of the casebook and decisions that nobody has been told yet."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.names import what_and_when
from tasks.retrospective_review import look_back_at_closed_cases, show_overview
from tasks.without_text import without_text


@flow(name="look_back", flow_run_name=what_and_when)
@without_text
async def look_back() -> State[None]:
    """Take in what has closed, rank all, ask named people about restricted ones, and warn supervisors before delivery."""
    result = look_back_at_closed_cases()
    await show_overview()
    return Completed(
        message=f"{result.ranked} applications ranked, {result.taken_in} of them new; {result.untold} decisions not told yet,"
        f" {result.warned} new warnings"
    )

"""The weekly monitor of decisions and research. It raises questions; they are not findings."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.names import what_and_when
from tasks.decision_monitor import draw_samples, look_at_everybody, show_charts
from tasks.without_text import without_text


@flow(name="decision_monitor", flow_run_name=what_and_when)
@without_text
async def decision_monitor() -> State[None]:
    """Chart every channel since each person's last restart, open questions, and draw decisions to be made a second time."""
    watched = look_at_everybody()
    await show_charts(watched.reports)
    drawn = draw_samples()
    recorded = watched.recorded
    return Completed(
        message=f"{recorded.cases} decisions looked at; {recorded.opened} questions opened; {drawn} decisions to be made again"
    )

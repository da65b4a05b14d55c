"""The monitor: each week a look at the pattern of decisions and of research. What it finds are questions, not findings."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.names import what_and_when
from tasks.decision_monitor import draw_samples, look_at_everybody, show_charts


@flow(name="decision_monitor", flow_run_name=what_and_when)
async def decision_monitor() -> State[None]:
    """Chart every channel since each person's last restart, ask what is to be asked, draw decisions to be made again."""
    watched = look_at_everybody()
    await show_charts(watched.reports)
    drawn = draw_samples()
    told = watched.recorded
    return Completed(
        message=f"{told.cases} decisions, {told.opened} questions opened, {drawn} decisions to be made again"
    )

"""The review of past applications: ranks every one on today's facts. Safe to run again at any time."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.names import what_and_when
from tasks.retrospective_review import show_overview, triage_past_applications
from tasks.without_text import without_text


@flow(name="retrospective_review", flow_run_name=what_and_when)
@without_text
async def retrospective_review() -> State[None]:
    """Reconcile the registers, assess what has not been assessed on today's facts, and rank all."""
    triaged = triage_past_applications()
    await show_overview()
    return Completed(message=f"{triaged.applications} applications ranked, {triaged.assessed} assessed in this run")

"""Panel decision: waits for the originators, the members, the chair and the approver. Every outcome takes two people."""

from __future__ import annotations

from prefect import flow

from casebook.domain.standing import Standing
from casebook.domain.vocabulary import Stage
from tasks.stages import finish
from tasks.without_text import without_text


@flow(name="panel_decision", flow_run_name="{reference} panel_decision")
@without_text
async def panel_decision(reference: str, holder: str | None = None) -> Standing:
    return finish(reference, Stage.PANEL_DECISION, holder)

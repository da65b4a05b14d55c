"""Risk scoring: the machine scores; a person confirms the band or raises it. Lowering takes a second person."""

from __future__ import annotations

from prefect import flow

from casebook.domain.standing import Standing
from casebook.domain.vocabulary import Stage
from tasks.stages import finish
from tasks.without_text import without_text


@flow(name="risk_scoring", flow_run_name="{reference} risk_scoring")
@without_text
async def risk_scoring(reference: str, holder: str | None = None) -> Standing:
    return finish(reference, Stage.RISK_SCORING, holder)

"""Intake: the minimum information, safe contact, repeats, danger; until the intake gate passes."""

from __future__ import annotations

from prefect import flow

from casebook.domain.standing import Standing
from casebook.domain.vocabulary import Stage
from tasks.stages import finish


@flow(name="intake", flow_run_name="{reference} intake")
async def intake(reference: str, holder: str | None = None) -> Standing:
    return finish(reference, Stage.INTAKE, holder)

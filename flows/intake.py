"""Intake: runs the initial checks at once, then waits for the minimum information, safe contact and repeats."""

from __future__ import annotations

from prefect import flow

from casebook.domain.standing import Standing
from casebook.domain.vocabulary import Stage
from tasks.record_checks import due_elsewhere, search_automatic_sources, search_remote_sources
from tasks.stages import finish
from tasks.without_text import without_text


@flow(name="intake", flow_run_name="{reference} intake")
@without_text
async def intake(reference: str, holder: str | None = None) -> Standing:
    search_automatic_sources(reference)
    if due_elsewhere(reference):
        search_remote_sources(
            reference, return_state=True
        )  # the flow continues without an answer: the sweep asks again
    return finish(reference, Stage.INTAKE, holder)

"""Record checks: searches the automatic sources, then waits for what people return, review and sign."""

from __future__ import annotations

from prefect import flow

from casebook.domain.standing import Standing
from casebook.domain.vocabulary import Stage
from tasks.record_checks import due_elsewhere, search_automatic_sources, search_remote_sources
from tasks.stages import finish
from tasks.without_text import without_text


@flow(name="record_checks", flow_run_name="{reference} record_checks")
@without_text
async def record_checks(reference: str, holder: str | None = None) -> Standing:
    search_automatic_sources(reference)
    if due_elsewhere(reference):
        search_remote_sources(
            reference, return_state=True
        )  # the flow continues without an answer: the sweep asks again
    return finish(reference, Stage.RECORD_CHECKS, holder)

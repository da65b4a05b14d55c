"""Follow-up: staff contact A at the times A chose, until contact is made, declined or exhausted; then it closes."""

from __future__ import annotations

from prefect import flow

from casebook.domain.standing import Standing
from casebook.domain.vocabulary import Stage
from tasks.stages import finish
from tasks.without_text import without_text


@flow(name="follow_up", flow_run_name="{reference} follow_up")
@without_text
async def follow_up(reference: str, holder: str | None = None) -> Standing:
    return finish(reference, Stage.FOLLOW_UP, holder)

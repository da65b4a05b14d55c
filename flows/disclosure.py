"""Disclosure: staff deliver the approved outcome, whatever it is, within the safe window."""

from __future__ import annotations

from prefect import flow

from casebook.domain.standing import Standing
from casebook.domain.vocabulary import Stage
from tasks.stages import finish
from tasks.without_text import without_text


@flow(name="disclosure", flow_run_name="{reference} disclosure")
@without_text
async def disclosure(reference: str, holder: str | None = None) -> Standing:
    return finish(reference, Stage.DISCLOSURE, holder)

"""Checks many applications at a time at the gates they passed: would they pass today?"""

from __future__ import annotations

from prefect import task
from prefect.artifacts import acreate_markdown_artifact

from casebook.casework.sweep import drift
from casebook.domain.vocabulary import Stage
from casebook.storage.frames.builders import BUILDERS
from expectations.gates import gate_of
from tasks.home import acting
from tasks.stages import tables
from tasks.without_text import without_text

PAGE = 200  # applications whose rows are in memory at once


@task
@without_text
def open_past(stage: Stage) -> list[str]:
    """The open applications that have left the stage."""
    with acting("gate-drift") as act:
        return drift.open_past(act, stage)


@task(task_run_name="ask the {stage} gate again")
@without_text
def ask_again(stage: Stage, references: list[str]) -> dict[str, list[str]]:
    """Ask the gate of one stage about these applications, and notify whoever can correct them.

    Returns the codes that hold each application.
    """
    from expectations.gate import ask_many  # noqa: PLC0415 - seconds of Great Expectations

    codes: dict[str, list[str]] = {}
    gate, frames = gate_of(stage), BUILDERS[stage]
    for start in range(0, len(references), PAGE):
        page = references[start : start + PAGE]
        with acting("gate-drift") as act:
            waived = drift.waived(act, stage, page)
            verdicts = ask_many(gate, tables(gate, frames(act.session, page)), page, waived=waived)
            codes |= drift.tell(act, stage, verdicts)
    return codes


@task
@without_text
async def show_drift(held_by_stage: dict[str, dict[str, list[str]]]) -> None:
    """Write the page of the applications that would not pass today."""
    await acreate_markdown_artifact(
        key="gate-drift", markdown=drift.page(held_by_stage), description="Applications that would not pass today"
    )

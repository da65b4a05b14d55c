"""Gates asked again, many applications at a time: whether what was passed would pass today."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import acreate_markdown_artifact

from casebook.casework.sweep import drift
from casebook.domain.vocabulary import Stage
from casebook.storage.frames.builders import BUILDERS
from expectations.gates import gate_of
from tasks.home import acting
from tasks.stages import tables

PAGE = 200  # applications whose rows are in memory at once


@task
def open_past(stage: Stage) -> list[str]:
    """The open applications that have left the stage."""
    with acting("gate-drift") as act:
        return drift.open_past(act, stage)


@task(task_run_name="ask the {stage} gate again")
def ask_again(stage: Stage, references: list[str]) -> dict[str, list[str]]:
    """Ask the gate of one stage about these; returns the codes that hold, by application. Who can mend them is told."""
    from expectations.gate import ask_many  # noqa: PLC0415 - seconds of Great Expectations

    held: dict[str, list[str]] = {}
    gate, frames = gate_of(stage), BUILDERS[stage]
    for start in range(0, len(references), PAGE):
        page = references[start : start + PAGE]
        with acting("gate-drift") as act:
            waived = drift.waived(act, stage, page)
            verdicts = ask_many(gate, tables(gate, frames(act.session, page)), page, waived=waived)
            held |= drift.tell(act, stage, verdicts)
    return held


@task
async def show_drift(found: dict[str, dict[str, list[str]]]) -> None:
    """Write the page of what would not pass today."""
    await acreate_markdown_artifact(
        key="gate-drift", markdown=drift.page(found), description="What would not pass today"
    )

"""The end of every stage: open the work for people; if the stage waits for nobody, ask the gate and move on."""

from __future__ import annotations

import pandas as pd
from prefect import task

from casebook.casework.core import lifecycle, work_items
from casebook.casework.core.acting import Act
from casebook.casework.record_checks import remote_searches
from casebook.domain.gates import Verdict
from casebook.domain.standing import Standing
from casebook.domain.vocabulary import Stage
from casebook.storage import leases
from casebook.storage.frames.builders import BUILDERS
from casebook.storage.tables import Application
from expectations.gates import gate_of
from expectations.suite import Gate
from tasks.home import acting
from tasks.without_text import without_text


def look(reference: str) -> Standing:
    """The stage of the application and whom it waits for. A plain function, because it only reads."""
    with acting() as act:
        return _standing(act, act.application(reference, lock=False))


@task(task_run_name="{reference}: {stage}")
@without_text
def finish(reference: str, stage: Stage, holder: str | None = None) -> Standing:
    """Open the stage's work; if nothing blocks, ask its gate and move the application.

    All in one transaction, so that the verdict is about these facts. Does nothing if the application has left the stage.
    """
    with acting() as act:
        application = act.application(reference)
        if holder is not None:
            leases.renew(act.session, reference, holder)
        if application.stage != stage:
            return _standing(act, application)
        lifecycle.refresh(act, application, because="stage_run")
        if work_items.blocking(act.session, application) or _awaits_source(act, application):
            return _standing(act, application)
        verdict = ask_gate(act, application, stage)
        lifecycle.leave(act, application, verdict)
        return _standing(act, application, gate=verdict.outcome, moved=application.stage != stage)


def ask_gate(act: Act, application: Application, stage: Stage) -> Verdict:
    """Build the frames of the stage for one application and ask its expectation suite."""
    from expectations.gate import ask  # noqa: PLC0415 - 2-7 s of Great Expectations that a look does not need

    gate = gate_of(stage)
    act.session.flush()
    rows = BUILDERS[stage](act.session, [application.reference])
    return ask(gate, tables(gate, rows), waived=lifecycle.waived(act.session, application))


def tables(gate: Gate, rows: dict[str, list[dict[str, object]]]) -> dict[str, pd.DataFrame]:
    """Make frames of plain rows. A frame without rows keeps its columns; a missing frame stays out and breaks the gate."""
    return {
        frame.name: pd.DataFrame(rows[frame.name], columns=None if rows[frame.name] else ["reference", *frame.columns])
        for frame in gate.frames
        if frame.name in rows
    }


def _standing(act: Act, application: Application, *, gate: str | None = None, moved: bool = False) -> Standing:
    waiting = () if application.stage == Stage.CLOSED else work_items.blocking(act.session, application)
    return Standing(
        reference=application.reference,
        stage=Stage(application.stage),
        waiting_for=tuple(sorted({item.kind for item in waiting})),
        gate=gate,
        awaits_source=not waiting and _awaits_source(act, application),
        moved=moved,
    )


def _awaits_source(act: Act, application: Application) -> bool:
    """Whether a source has still to answer. The stage waits for it; that is nobody's open work."""
    return application.stage == Stage.RECORD_CHECKS and remote_searches.awaited(act.session, application.reference)

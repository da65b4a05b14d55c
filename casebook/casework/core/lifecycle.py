"""Moves an application through its stages: opens the work that is needed, cancels what is not, moves when the gate passes.

The work needed is derived from the facts each time, so a lost wake-up loses no work.
"""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.casework.core import clocks, quality
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.work_items import asked_again, blocking, open_items, open_work, why_danger_first
from casebook.domain import chain, stages
from casebook.domain.gates import GateOutcome, Verdict
from casebook.domain.vocabulary import Stage
from casebook.domain.work import SPECS, Need
from casebook.errors import AlreadyDecided, Refused
from casebook.storage.tables import Application, GateOverride, GateResult, LedgerEntry


def refuse_stale(application: Application, version: int | None) -> None:
    """Refuse an answer made on an earlier decision round: the first decision counts."""
    if version is not None and version != application.version:
        raise AlreadyDecided(
            f"this answer is about round {version}, but the application is in round {application.version}: look at it again",
            "stale_version",
        )


def needs(act: Act, application: Application) -> list[Need]:
    """The work items that this stage needs, given the present facts, whether done, open or not yet opened."""
    if application.stage == Stage.CLOSED:
        return []
    return asked_again(act, application, act.playbook.stage(Stage(application.stage)).needs(act, application))


def prepare(act: Act, application: Application) -> None:
    """Do the automatic part of the stage: score, plan, assemble. It needs nothing from outside.

    After record checks it first makes sure that their results still match the sources and are recent enough.
    """
    if act.playbook.keep_up(act, application):
        return  # the move back has prepared the stage
    if application.stage != Stage.CLOSED:
        act.playbook.stage(Stage(application.stage)).prepare(act, application)


def carry_on(act: Act, application: Application, *, because: str) -> None:
    """After any act: open needed work, cancel the rest, and wake the engine if no blocking item is open."""
    refresh(act, application, because=because)
    if application.stage != Stage.CLOSED and not blocking(act.session, application):
        act.wake(application, because)


def refresh(act: Act, application: Application, *, because: str) -> None:
    """Bring the open work items in line with the facts. A frozen application is left as it is."""
    if application.frozen_at is not None:
        return
    prepare(act, application)
    needed = needs(act, application)
    needed_ids = {need.id(application.reference) for need in needed}
    cancelled = [
        item
        for item in open_work(act.session, application)
        if item.id not in needed_ids and (SPECS[item.kind].stage is not None)  # type: ignore[index]
    ]
    for item in cancelled:
        item.cancelled_at, item.cancelled_why = act.now, because
    if cancelled:
        act.record(application, "work_cancelled", because=because, kinds=sorted(item.kind for item in cancelled))
    open_items(act, application, needed, because)


def waived(session: Session, application: Application) -> frozenset[str]:
    """The expectations of the current stage that two people have overridden."""
    query = select(GateOverride.expectation).where(
        GateOverride.reference == application.reference,
        GateOverride.stage == application.stage,
        GateOverride.second_by.is_not(None),
    )
    return frozenset(session.scalars(query))


def record_verdict(act: Act, application: Application, verdict: Verdict) -> GateResult:
    """Store the verdict of the gate, and write the ledger entry."""
    asked = len(act.session.scalars(select(GateResult.id).where(GateResult.reference == application.reference)).all())
    row = GateResult(
        id=chain.identity("gate_result", application.reference, application.stage, asked),
        reference=application.reference,
        stage=application.stage,
        asked_at=act.now,
        outcome=verdict.outcome,
        results=[asdict(result) for result in verdict.results if not result.success],
    )
    act.session.add(row)
    act.record(application, "gate_asked", stage=application.stage, outcome=verdict.outcome, failed=_failed(verdict))
    return row


def _failed(verdict: Verdict) -> list[str]:
    return sorted(result.code for result in verdict.results if not result.success)


def leave(act: Act, application: Application, verdict: Verdict) -> Stage:
    """Record the verdict. If it passes, move to the next stage; if not, ask people to correct the data. Returns the stage.

    Refused while a blocking item is open.
    """
    row = record_verdict(act, application, verdict)
    if application.frozen_at is not None:
        return Stage(application.stage)
    if verdict.outcome is GateOutcome.PASSES:
        if blocking(act.session, application):
            refuse_because("work_open", "the stage cannot be left: a blocking work item is still open", Refused)
        move(act, application, stages.next_stage(Stage(application.stage)), because="gate_passed")
    else:
        quality.open_mending(act, application, verdict, row)
    return Stage(application.stage)


def move(act: Act, application: Application, to: Stage, *, because: str) -> None:
    """Make one of the declared moves and open the work of the new stage."""
    origin = Stage(application.stage)
    refuse(stages.why_not_move(origin, to, because))
    if to is Stage.CLOSED:
        refuse(why_danger_first(act.session, application))
    if (limit := clocks.LIMIT_OF.get(origin)) and because == "gate_passed":
        clocks.meet(act, application, limit)
    application.stage = to
    if to is Stage.CLOSED and because != "merged":
        act.playbook.close(act, application)
    act.record(application, "stage_changed", origin=origin, to=to, because=because)
    if because in stages.GOES_BACK:
        clocks.restart_steps(act, application)
    refresh(act, application, because=because)


def closed_from(act: Act, application: Application) -> Stage:
    """The stage that a closed application was in when it was closed, by the ledger."""
    query = select(LedgerEntry.body["origin"].astext).where(
        LedgerEntry.chain == application.reference, LedgerEntry.event == "stage_changed"
    )
    return Stage(act.session.scalars(query.order_by(LedgerEntry.sequence.desc()).limit(1)).one())

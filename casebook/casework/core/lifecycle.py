"""Carries an application along its stages: opens what people must do, drops what nobody needs, moves it when its gate passes.

What must be done is derived from the facts each time, so nothing is lost when a wake-up is.
"""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.casework.core import clocks, quality
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.work_items import blocking, open_items, open_work
from casebook.domain import chain, stages
from casebook.domain.gates import GateOutcome, Verdict
from casebook.domain.vocabulary import Limit, Stage
from casebook.domain.work import SPECS, Need
from casebook.errors import AlreadyDecided, Refused
from casebook.storage.tables import Application, GateOverride, GateResult

# what is met by leaving a stage
LIMIT_OF = {
    Stage.RECORD_CHECKS: Limit.RECORD_CHECKS,
    Stage.RISK_SCORING: Limit.RISK_SCORING,
    Stage.PANEL_DECISION: Limit.PANEL_DECISION,
    Stage.DISCLOSURE: Limit.DISCLOSURE,
}


def refuse_stale(application: Application, version: int | None) -> None:
    """The first decision wins: an answer made on an earlier round is told so."""
    if version is not None and version != application.version:
        raise AlreadyDecided(
            f"this was answered on round {version}, the application is in round {application.version}", "stale_version"
        )


def needs(act: Act, application: Application) -> list[Need]:
    """What people must do at this stage, as the facts stand; done or not yet opened makes no difference."""
    if application.stage == Stage.CLOSED:
        return []
    return act.playbook.stage(Stage(application.stage)).needs(act, application)


def prepare(act: Act, application: Application) -> None:
    """The machine's part of the stage that needs nothing from outside: score, plan, assemble.

    First of all, past record checks: whether what was found there is still what the sources say, and fresh enough.
    """
    if act.playbook.keep_up(act, application):
        return  # the move back prepared the stage it is in now
    if application.stage != Stage.CLOSED:
        act.playbook.stage(Stage(application.stage)).prepare(act, application)


def carry_on(act: Act, application: Application, *, because: str) -> None:
    """After any act: open what is needed now, cancel what no longer is, and wake the engine if nobody is waited for."""
    refresh(act, application, because=because)
    if application.stage != Stage.CLOSED and not blocking(act.session, application):
        act.wake(application, because)


def refresh(act: Act, application: Application, *, because: str) -> None:
    """Bring the open items in line with what the facts call for; nothing is brought anywhere while it is frozen."""
    if application.frozen_at is not None:
        return
    prepare(act, application)
    wanted = needs(act, application)
    ids = {need.id(application.reference) for need in wanted}
    cancelled = [
        item
        for item in open_work(act.session, application)
        if item.id not in ids and (SPECS[item.kind].stage is not None)  # type: ignore[index]
    ]
    for item in cancelled:
        item.cancelled_at, item.cancelled_why = act.now, because
    if cancelled:
        act.record(application, "work_cancelled", because=because, kinds=sorted(item.kind for item in cancelled))
    open_items(act, application, wanted, because)


def waived(session: Session, application: Application) -> frozenset[str]:
    """The expectations of its stage that two people let be failed."""
    query = select(GateOverride.expectation).where(
        GateOverride.reference == application.reference,
        GateOverride.stage == application.stage,
        GateOverride.second_by.is_not(None),
    )
    return frozenset(session.scalars(query))


def record_verdict(act: Act, application: Application, verdict: Verdict) -> GateResult:
    """Keep what the gate said; a held application gets an item for whoever can mend each fault, a broken gate a page."""
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
    """Record the verdict and, if it passes and nobody is waited for, move to the next stage; returns where it is now."""
    row = record_verdict(act, application, verdict)
    if application.frozen_at is not None:
        return Stage(application.stage)
    if verdict.outcome is GateOutcome.PASSES:
        if blocking(act.session, application):
            refuse_because("work_open", "a blocking item is still open", Refused)
        move(act, application, stages.next_stage(Stage(application.stage)), because="gate_passed")
    else:
        quality.open_mending(act, application, verdict, row)
    return Stage(application.stage)


def move(act: Act, application: Application, to: Stage, *, because: str) -> None:
    """Make one declared move and start the work of the new stage."""
    origin = Stage(application.stage)
    refuse(stages.why_not_move(origin, to, because))
    if (limit := LIMIT_OF.get(origin)) and because == "gate_passed":
        clocks.meet(act, application, limit)
    application.stage = to
    if to is Stage.CLOSED:
        act.playbook.close(act, application)
    act.record(application, "stage_changed", origin=origin, to=to, because=because)
    refresh(act, application, because=because)

"""When a gate holds an application or is broken: the right people correct the data, and two people may override a fault."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from casebook.casework.core import two_people, work_items
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, Doing
from casebook.casework.core.notices import notify
from casebook.casework.core.work_items import open_items
from casebook.domain import authority, chain, freezing
from casebook.domain.authority import Command
from casebook.domain.gates import GateOutcome, Verdict
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import Need
from casebook.storage.people import stands
from casebook.storage.tables import Application, GateOverride, GateResult


class Mended(Answer):
    """What was done about the fault for which a gate holds the application."""

    done: Literal["mended", "not_a_fault"] = Field(description="The gate is asked again after either answer.")
    explanation: str = Field(min_length=1, description="What was wrong and what was changed.")


def open_mending(act: Act, application: Application, verdict: Verdict, result: GateResult) -> None:
    """Open a work item for each critical failure, for the role that can correct it. If the gate is broken, notify the operator."""
    if verdict.outcome is GateOutcome.BROKEN:
        notify(act, application, role=Role.OPERATOR, reason=f"gate_broken:{application.stage}", key=result.id)
        act.record(application, "gate_broken", stage=application.stage, faults=sorted({r.code for r in verdict.faults}))
        return
    needs = [
        Need(
            kind=WorkKind.MEND_QUALITY,
            key=f"{result.id}:{failed.code}",
            role=failed.mend_role,
            subject={"stage": application.stage, "expectation": failed.code, "says": failed.sentence},
        )
        for failed in verdict.holding
    ]
    open_items(act, application, needs, because=f"gate_held:{application.stage}")


def override(act: Act, reference: str, *, expectation: str, reason: str) -> dict[str, object]:
    """Override one expectation of the current stage. The first call proposes, the second, by somebody else, agrees."""
    application = act.application(reference)
    proposed = act.session.get(GateOverride, chain.identity("gate_override", reference, application.stage, expectation))
    if proposed is None or not stands(act.session, proposed.proposed_by):
        row = propose_override(act, reference, expectation, reason)
        return {"reference": reference, "expectation": expectation, "proposed_by": row.proposed_by}
    row = second_override(act, proposed.id)
    return {"reference": reference, "expectation": expectation, "overridden_by": [row.proposed_by, row.second_by]}


def propose_override(act: Act, reference: str, expectation: str, reason: str) -> GateOverride:
    """The first of two people proposes to override one expectation of the current stage."""
    act.allowed(Command.OVERRIDE_GATE, works_on=reference)
    application = act.application(reference)
    refuse(freezing.why_not_edit(application.frozen_at))
    row_id = chain.identity("gate_override", reference, application.stage, expectation)
    standing = act.session.get(GateOverride, row_id)
    if standing is not None and (standing.second_by is not None or stands(act.session, standing.proposed_by)):
        refuse_because("already_proposed", "this override was proposed already: a second person must agree to it")
    row = act.session.merge(
        GateOverride(
            id=row_id, reference=reference, stage=application.stage, expectation=expectation, reason=reason,
            proposed_by=act.actor.id, proposed_at=act.now, second_by=None, second_at=None,
        )
    )  # fmt: skip
    act.record(application, "override_proposed", stage=application.stage, expectation=expectation)
    return row


def second_override(act: Act, override_id: str) -> GateOverride:
    """The second of two people agrees. The engine is woken to ask the gate again."""
    act.allowed(Command.OVERRIDE_GATE)
    row = act.session.get(GateOverride, override_id)
    if row is None or row.second_by is not None:
        refuse_because("not_found", "no override waits for a second person")
    act.free_to_work(row.reference)
    application = act.application(row.reference)
    refuse(freezing.why_not_edit(application.frozen_at))
    refuse(authority.why_not_second(act.actor, [row.proposed_by]))
    refuse(two_people.why_not_agree(act, row.proposed_by))
    row.second_by, row.second_at = act.actor.id, act.now
    for item in work_items.open_work(act.session, application):
        if item.kind == WorkKind.MEND_QUALITY and item.subject.get("expectation") == row.expectation:
            item.cancelled_at, item.cancelled_why = act.now, "overridden by two people"
    act.record(application, "override_seconded", stage=row.stage, expectation=row.expectation)
    act.wake(application, "override_seconded")
    return row


def _mended(doing: Doing) -> None:
    """Do nothing: the work item keeps the explanation, and the gate is asked again."""


ANSWERS: Answers = {WorkKind.MEND_QUALITY: Answering(schema=Mended, handler=_mended)}

"""What passed its gate and would not pass today: told to a supervisor, changed by nobody but people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from casebook.casework.core.acting import Act
from casebook.casework.core.notices import notify
from casebook.domain.gates import GateOutcome, Verdict
from casebook.domain.vocabulary import Role, Stage
from casebook.storage.tables import Application, GateOverride

ORDER = tuple(Stage)


def open_past(act: Act, stage: Stage) -> list[str]:
    """The open applications in a later stage than this."""
    later = [each for each in ORDER[ORDER.index(stage) + 1 :] if each is not Stage.CLOSED]
    query = select(Application.reference).where(Application.stage.in_(later)).order_by(Application.reference)
    return list(act.session.scalars(query))


def waived(act: Act, stage: Stage, references: Sequence[str]) -> dict[str, list[str]]:
    """The expectations of a stage that two people let each application fail."""
    found = defaultdict[str, list[str]](list)
    query = select(GateOverride).where(
        GateOverride.reference.in_(references), GateOverride.stage == stage, GateOverride.second_by.is_not(None)
    )
    for override in act.session.scalars(query):
        found[override.reference].append(override.expectation)
    return found


def tell(act: Act, stage: Stage, verdicts: Mapping[str, Verdict]) -> dict[str, list[str]]:
    """Tell of each fault once; returns the codes by application."""
    held: dict[str, list[str]] = {}
    for reference, verdict in verdicts.items():
        if verdict.outcome is GateOutcome.PASSES:
            continue
        broken = verdict.outcome is GateOutcome.BROKEN
        held[reference] = sorted({each.code for each in (verdict.faults if broken else verdict.holding)})
        application = act.session.get(Application, reference)
        role = Role.OPERATOR if broken else Role.SUPERVISOR
        for code in held[reference]:
            notify(act, application, role=role, reason=f"gate_drift:{stage}:{code}", key=verdict.outcome)
    return held


def page(found: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    """The findings by gate."""
    lines = ["# What would not pass its gate today", ""]
    for stage, held in found.items():
        lines += [f"## {stage}: {len(held)}", "", *(f"* {ref}: {', '.join(codes)}" for ref, codes in held.items()), ""]
    return "\n".join(lines)

"""Gate drift: applications that passed a gate and would fail it today. A supervisor is notified; nothing is changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from casebook.casework.core.acting import Act
from casebook.casework.core.notices import notify
from casebook.domain import words
from casebook.domain.gates import GateOutcome, Verdict
from casebook.domain.vocabulary import Role, Stage
from casebook.outside_text import markdown_text
from casebook.storage.tables import Application, GateOverride

ORDER = tuple(Stage)


def open_past(act: Act, stage: Stage) -> list[str]:
    """The open applications in a later stage than this one."""
    later = [after for after in ORDER[ORDER.index(stage) + 1 :] if after is not Stage.CLOSED]
    query = select(Application.reference).where(Application.stage.in_(later)).order_by(Application.reference)
    return list(act.session.scalars(query))


def waived(act: Act, stage: Stage, references: Sequence[str]) -> dict[str, list[str]]:
    """The expectations of a stage that two people have overridden, by application."""
    overridden = defaultdict[str, list[str]](list)
    query = select(GateOverride).where(
        GateOverride.reference.in_(references), GateOverride.stage == stage, GateOverride.second_by.is_not(None)
    )
    for override in act.session.scalars(query):
        overridden[override.reference].append(override.expectation)
    return overridden


def tell(act: Act, stage: Stage, verdicts: Mapping[str, Verdict]) -> dict[str, list[str]]:
    """Notify of each fault once. Returns the codes of the faults by application."""
    failed: dict[str, list[str]] = {}
    for reference, verdict in verdicts.items():
        if verdict.outcome is GateOutcome.PASSES:
            continue
        broken = verdict.outcome is GateOutcome.BROKEN
        failed[reference] = sorted({result.code for result in (verdict.faults if broken else verdict.holding)})
        application = act.session.get(Application, reference)
        role = Role.OPERATOR if broken else Role.SUPERVISOR
        for code in failed[reference]:
            notify(act, application, role=role, reason=f"gate_drift:{stage}:{code}", key=verdict.outcome)
    return failed


def page(drift: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    """The applications that would fail, by gate, as a page."""
    lines = ["# Applications that would fail a gate today", ""]
    for stage, failed in drift.items():
        rows = (
            f"* {reference}: {markdown_text(', '.join(map(words.spelled, codes)))}"
            for reference, codes in failed.items()
        )
        lines += [f"## {words.STAGE.of(stage)}: {len(failed)}", "", *rows, ""]
    return "\n".join(lines)

"""Which gate each stage ends with. A gate is imported when it is first asked for."""

from __future__ import annotations

from typing import assert_never

from casebook.domain.vocabulary import Stage
from casebook.errors import Refused
from expectations.suite import Gate


def gate_of(stage: Stage) -> Gate:
    """The gate of an open stage."""
    match stage:
        case Stage.INTAKE:
            from expectations import intake

            return intake.GATE
        case Stage.RECORD_CHECKS:
            from expectations import record_checks

            return record_checks.GATE
        case Stage.RISK_SCORING:
            from expectations import risk_scoring

            return risk_scoring.GATE
        case Stage.PANEL_DECISION:
            from expectations import panel_decision

            return panel_decision.GATE
        case Stage.DISCLOSURE:
            from expectations import disclosure

            return disclosure.GATE
        case Stage.FOLLOW_UP:
            from expectations import follow_up

            return follow_up.GATE
        case Stage.CLOSED:
            raise Refused("a closed application has no gate", "closed")
        case _:
            assert_never(stage)

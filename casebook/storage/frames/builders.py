"""The module that builds the frames for each stage's gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy.orm import Session

from casebook.domain.vocabulary import Stage
from casebook.storage.frames import (
    FrameRows,
    disclosure,
    follow_up,
    intake,
    panel_decision,
    record_checks,
    risk_scoring,
)

Builder = Callable[[Session, Sequence[str]], dict[str, FrameRows]]  # session, references -> frame name -> rows

BUILDERS: Mapping[Stage, Builder] = MappingProxyType({
    Stage.INTAKE: intake.frames,
    Stage.RECORD_CHECKS: record_checks.frames,
    Stage.RISK_SCORING: risk_scoring.frames,
    Stage.PANEL_DECISION: panel_decision.frames,
    Stage.DISCLOSURE: disclosure.frames,
    Stage.FOLLOW_UP: follow_up.frames,
})  # fmt: skip

"""The verdict of a gate, and the rule that decides whether a stage may end.

Great Expectations only reports which rows break which rule. Whether that holds an application is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from casebook.domain.vocabulary import Role, WorkKind


class Severity(StrEnum):
    CRITICAL = "critical"  # holds the application
    WARNING = "warning"  # lets it pass and goes on the supervisor's list
    INFO = "info"  # kept


class GateOutcome(StrEnum):
    PASSES = "passes"
    HELD = "held"
    BROKEN = (
        "broken"  # the gate itself is at fault: operations are paged, the application neither passes nor is rejected
    )


class GateFault(StrEnum):
    """Why an expectation has no answer."""

    MISSING_FRAME = "missing_frame"
    MISSING_COLUMN = "missing_column"
    STRAY_ROW = "stray_row"  # a row that belongs to no application that was asked about
    RAISED = "raised"
    NOT_EVALUATED = "not_evaluated"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that a gate requires, in words for people, and who can correct it."""

    code: str  # stable: overrides, fixtures and reports refer to it
    sentence: str
    severity: Severity = Severity.CRITICAL
    mend_kind: WorkKind | None = None
    mend_role: Role | None = None
    unwaivable: bool = False

    def __post_init__(self) -> None:
        if self.severity is Severity.CRITICAL and (self.mend_kind is None or self.mend_role is None):
            raise ValueError(f"{self.code} would hold an application, but nobody is asked to correct it")


@dataclass(frozen=True, kw_only=True)
class ExpectationResult:
    """A rule's answer for one application. It never contains a value that was examined."""

    code: str
    frame: str
    severity: Severity
    success: bool
    unexpected_count: int  # rows that break the rule; for a rule on the number of rows, 1
    sentence: str
    mend_kind: WorkKind | None = None
    mend_role: Role | None = None
    unwaivable: bool = False
    fault: GateFault | None = None  # set: there is no answer, and `success` is False


@dataclass(frozen=True, kw_only=True)
class Verdict:
    gate: str
    outcome: GateOutcome
    results: tuple[ExpectationResult, ...]

    @property
    def holding(self) -> tuple[ExpectationResult, ...]:
        return tuple(r for r in self.results if not r.success and not r.fault and r.severity is Severity.CRITICAL)

    @property
    def warnings(self) -> tuple[ExpectationResult, ...]:
        return tuple(r for r in self.results if not r.success and not r.fault and r.severity is Severity.WARNING)

    @property
    def faults(self) -> tuple[ExpectationResult, ...]:
        return tuple(r for r in self.results if r.fault)


def outcome(results: Sequence[ExpectationResult], waived: Collection[str] = ()) -> GateOutcome:
    """The gate's outcome. A rule without an answer, or no rules at all: broken. A critical failure not waived: held."""
    if not results or any(r.fault for r in results):
        return GateOutcome.BROKEN
    return GateOutcome.HELD if any(holds(r, waived) for r in results) else GateOutcome.PASSES


def holds(result: ExpectationResult, waived: Collection[str] = ()) -> bool:
    """Marks waived results. `waived`: the codes of recorded overrides; an unwaivable rule cannot have one."""
    if result.success or result.severity is not Severity.CRITICAL:
        return False
    return result.unwaivable or result.code not in waived


def judged(gate: str, results: Sequence[ExpectationResult], waived: Collection[str] = ()) -> Verdict:
    return Verdict(gate=gate, outcome=outcome(results, waived), results=tuple(results))


def result_of(
    rule: Rule, *, frame: str, unexpected_count: int = 0, fault: GateFault | None = None
) -> ExpectationResult:
    return ExpectationResult(
        code=rule.code,
        frame=frame,
        severity=rule.severity,
        success=unexpected_count == 0 and fault is None,
        unexpected_count=unexpected_count,
        sentence=rule.sentence,
        mend_kind=rule.mend_kind,
        mend_role=rule.mend_role,
        unwaivable=rule.unwaivable,
        fault=fault,
    )

"""What reviewers find moves the odds of each suspicion: of those looked at, more or fewer were failures than its odds say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from casebook.domain.review.weights import Learning


@dataclass(frozen=True, kw_only=True)
class ExaminedSuspicion:
    """One examined application: what led its ranking, with the chance by the stated odds, and whether it was a failure."""

    suspicion: str
    chance: float
    failure: bool


@dataclass(frozen=True, kw_only=True)
class LearntOdds:
    suspicion: str
    looked_at: int
    failures: int
    expected: float  # share of failures by the stated odds
    factor: float  # of the odds

    def to_dict(self) -> dict[str, object]:
        return {
            "looked_at": self.looked_at,
            "failures": self.failures,
            "expected": round(self.expected, 4),
            "factor": self.factor,
        }


def learnt_odds(findings: Iterable[ExaminedSuspicion], rules: Learning) -> tuple[LearntOdds, ...]:
    """The factor of each suspicion that somebody has examined. Bounded, so that one wrong finding sinks nothing."""
    by_kind: dict[str, list[ExaminedSuspicion]] = {}
    for finding in findings:
        by_kind.setdefault(finding.suspicion, []).append(finding)
    return tuple(_learnt(kind, by_kind[kind], rules) for kind in sorted(by_kind))


def _learnt(kind: str, findings: list[ExaminedSuspicion], rules: Learning) -> LearntOdds:
    expected = sum(finding.chance for finding in findings) / len(findings)
    failures, counts_as = sum(finding.failure for finding in findings), rules.counts_as.value
    share = (failures + counts_as * expected) / (len(findings) + counts_as)
    factor = _odds(share) / _odds(expected) if 0 < expected < 1 and share < 1 else 1.0
    return LearntOdds(
        suspicion=kind, looked_at=len(findings), failures=failures, expected=expected,
        factor=round(min(rules.most.value, max(rules.least.value, factor)), 4),
    )  # fmt: skip


def _odds(chance: float) -> float:
    return chance / (1 - chance)

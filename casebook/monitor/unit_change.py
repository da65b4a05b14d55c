"""Separates a change of the whole unit (new guidance, a new kind of case) from a change of one person.

When most deciders move together, each is compared with the others since that change, so that nobody is flagged for
what everybody does. Only one change is looked for; it starts with a calendar month.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from statistics import median

from casebook.domain.monitor.decision_monitor import MonitoredCase

FEWEST_DECIDERS = 5  # with fewer, one failing person is too large a part of "everybody"
FEWEST_CASES = 10  # of a decider since a change, for their move to count
# the median move in standard errors, the largest over all months: chance alone exceeds this in about 1 file in 1,000
CERTAIN = 4.0
MEDIAN_ERROR = math.sqrt(math.pi / 2)  # standard error of a median, in units of that of a mean
MAD_TO_SD = 1.4826
PRIOR_VARIANCE = 1.0  # of a log-odds shift: keeps it finite where all outcomes are equal
NEWTON_STEPS = 30

ByDecider = Mapping[str, Sequence[MonitoredCase]]


@dataclass(frozen=True, kw_only=True)
class UnitChange:
    since: date
    log_odds: float  # the median decider's shift


def find_change(cases: ByDecider) -> UnitChange | None:
    """The month since which the median decider differs most from the expectation, if that is more than chance."""
    moves = common_moves([z_since_each_month(decisions) for decisions in cases.values()])
    if not moves or abs(moves[best := max(moves, key=lambda month: abs(moves[month]))]) < CERTAIN:
        return None
    return UnitChange(since=best, log_odds=median(shifts_since(cases, best).values()))


def common_moves(scores: Sequence[Mapping[date, float]]) -> dict[date, float]:
    """By month, the median decider's z score since then, in robust standard errors of that median."""
    moves = dict[date, float]()
    for month in sorted({month for decider_scores in scores for month in decider_scores}):
        # a decider who made no decision in that month counts from the next in which they did
        since = [
            z
            for decider_scores in scores
            if (z := next((decider_scores[m] for m in sorted(decider_scores) if m >= month), None)) is not None
        ]
        if len(since) >= FEWEST_DECIDERS:
            middle = median(since)
            spread = max(1.0, MAD_TO_SD * median(abs(z - middle) for z in since))
            moves[month] = middle * math.sqrt(len(since)) / (MEDIAN_ERROR * spread)
    return moves


def z_since_each_month(cases: Sequence[MonitoredCase]) -> dict[date, float]:
    """For each month with enough cases from it on: the z score of all of them."""
    count, excess, variance, scores = 0, 0.0, 0.0, dict[date, float]()
    for month, group in groupby(reversed(cases), key=lambda case: case.on.replace(day=1)):
        for case in group:
            count, excess = count + 1, excess + case.happened - case.expected
            variance += case.expected * (1 - case.expected)
        if count >= FEWEST_CASES and variance > 0:
            scores[month] = excess / math.sqrt(variance)
    return scores


def shifts_since(cases: ByDecider, since: date) -> dict[str, float]:
    later = {name: [case for case in decisions if case.on >= since] for name, decisions in cases.items()}
    return {name: log_odds_shift(decisions) for name, decisions in later.items() if len(decisions) >= FEWEST_CASES}


def rebase(cases: ByDecider, change: UnitChange) -> dict[str, tuple[MonitoredCase, ...]]:
    """Every decider's expected values since the change, shifted by the median shift of the *others*."""
    shifts = shifts_since(cases, change.since)
    return {
        name: tuple(moved(case, others_shift(shifts, name)) if case.on >= change.since else case for case in decisions)
        for name, decisions in cases.items()
    }


def others_shift(shifts: Mapping[str, float], name: str) -> float:
    return median([shift for other, shift in shifts.items() if other != name] or [0.0])


def moved(case: MonitoredCase, log_odds: float) -> MonitoredCase:
    p = case.expected
    return replace(case, expected=p * math.exp(log_odds) / (1 - p + p * math.exp(log_odds)))


def log_odds_shift(cases: Sequence[MonitoredCase]) -> float:
    """The common shift of log odds that explains the outcomes best, drawn a little towards none (Newton's method)."""
    shift, happened = 0.0, sum(case.happened for case in cases)
    for _ in range(NEWTON_STEPS):
        expected = [moved(case, shift).expected for case in cases]
        slope = math.fsum(p * (1 - p) for p in expected) + 1 / PRIOR_VARIANCE
        step = (happened - math.fsum(expected) - shift / PRIOR_VARIANCE) / slope
        shift += max(-1.0, min(1.0, step))
        if abs(step) < 1e-9:  # noqa: PLR2004 - converged
            break
    return shift

"""Analyses a set of decisions: each decider's two charts and place in the funnel plot."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from casebook.domain.monitor.decision_monitor import (
    FunnelPlace,
    MonitoredCase,
    Path,
    chart,
    funnel_place,
    pooled_rate,
    reason_not_to_name,
)
from casebook.errors import WrongUsage
from casebook.files import Rejection
from casebook.monitor import funnel
from casebook.monitor.decisions_file import DecisionRow
from casebook.monitor.thresholds import threshold_for
from casebook.monitor.unit_change import UnitChange, find_change, rebase

ExpectedFrom = Literal["given", "others_rate", "mixed"]


@dataclass(frozen=True, kw_only=True)
class ChartThresholds:
    """The odds ratio, run length and thresholds of the charts. A threshold is None if no expected value can vary."""

    odds_ratio: float  # above 1; the low chart uses its inverse
    arl0: float  # decisions of one decider until a false signal of either chart; each chart has twice that
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class JudgedDecider:
    decider: str
    cases: int
    observed: int
    expected: float  # as given or estimated, before a change of the whole unit is allowed for
    expected_from: ExpectedFrom
    low: Path
    high: Path
    tails: funnel.Tails
    place: FunnelPlace
    unnamed_because: str | None
    q: float | None = None  # false discovery rate among those who may be named; None for the others


@dataclass(frozen=True, kw_only=True)
class MonitorReport:
    deciders: tuple[JudgedDecider, ...]
    watch: ChartThresholds
    change: UnitChange | None  # of the whole unit; since then every decider is judged against the others
    dispersion: float
    not_decisions: int
    rejected: tuple[Rejection, ...]

    @property
    def false_signals_expected(self) -> float:
        return sum(decider.cases for decider in self.deciders) / self.watch.arl0


def analyse(rows: Sequence[DecisionRow], *, odds_ratio: float, arl0: float) -> MonitorReport:
    """Analyse the decisions. `rows` must be in the order in which they were made."""
    decisions = [row for row in rows if row.outcome is not None]
    cases, rejected = with_expected(decisions)
    watch = watch_for([case.expected for entry in cases.values() for case in entry], odds_ratio=odds_ratio, arl0=arl0)
    change = find_change(cases)
    compared = rebase(cases, change) if change else cases
    dispersion = funnel.over_dispersion(comparable_scores(compared))
    estimated = Counter(row.decider for row in decisions if row.expected is None)
    judged = [judge(name, compared[name], watch=watch, dispersion=dispersion) for name in sorted(compared)]
    judged = [
        replace(
            entry,
            expected=math.fsum(case.expected for case in cases[entry.decider]),
            expected_from=expected_from(estimated[entry.decider], entry.cases),
        )
        for entry in judged
    ]
    return MonitorReport(
        deciders=with_discovery_rates(judged),
        watch=watch,
        change=change,
        dispersion=dispersion,
        not_decisions=len(rows) - len(decisions),
        rejected=tuple(rejected),
    )


def with_expected(decisions: Sequence[DecisionRow]) -> tuple[dict[str, tuple[MonitoredCase, ...]], list[Rejection]]:
    """Each decider's cases. A missing expected value is the rate at which the *others* disclosed."""
    others = {name: others_rate(name, decisions) for name in {row.decider for row in decisions if row.expected is None}}
    cases, rejected = dict[str, list[MonitoredCase]](), list[Rejection]()
    for row in decisions:
        expected = row.expected if row.expected is not None else others[row.decider]
        if expected is None:
            message = "There is no expected value, and no other decider's decisions to take one from."
            rejected.append(Rejection(line=row.line, column="expected", code="no_expected", message=message))
        else:
            case = MonitoredCase(on=row.decided_on, happened=bool(row.outcome), expected=expected)
            cases.setdefault(row.decider, []).append(case)
    return {name: tuple(each) for name, each in cases.items()}, rejected


def others_rate(decider: str, decisions: Sequence[DecisionRow]) -> float | None:
    return pooled_rate(bool(row.outcome) for row in decisions if row.decider != decider)


def expected_from(estimated: int, cases: int) -> ExpectedFrom:
    if estimated == 0:
        return "given"
    return "others_rate" if estimated == cases else "mixed"


def watch_for(expected: Sequence[float], *, odds_ratio: float, arl0: float) -> ChartThresholds:
    if not (odds_ratio > 0 and math.isfinite(odds_ratio)) or odds_ratio == 1:
        raise WrongUsage("The odds ratio must be a positive number other than 1.", "odds_ratio")
    if not (arl0 >= 1 and math.isfinite(arl0)):
        raise WrongUsage("The run length must be a number of at least 1.", "arl0")
    upward = max(odds_ratio, 1 / odds_ratio)
    low = high = None
    if any(0 < p < 1 for p in expected):
        high = threshold_for(expected, odds_ratio=upward, arl0=2 * arl0).threshold
        low = threshold_for(expected, odds_ratio=1 / upward, arl0=2 * arl0).threshold
    return ChartThresholds(odds_ratio=upward, arl0=arl0, low=low, high=high)


def comparable_scores(cases: Mapping[str, Sequence[MonitoredCase]]) -> list[float]:
    """The z scores of deciders with enough decisions: a few decisions do not show how much deciders differ."""
    named = [decisions for decisions in cases.values() if reason_not_to_name(len(decisions)) is None]
    scores = [
        funnel.z_score(sum(case.happened for case in decisions), [case.expected for case in decisions])
        for decisions in named
    ]
    return [score for score in scores if score is not None]


def judge(decider: str, cases: Sequence[MonitoredCase], *, watch: ChartThresholds, dispersion: float) -> JudgedDecider:
    observed, expected = sum(case.happened for case in cases), [case.expected for case in cases]
    tails = funnel.tails(observed, expected)
    return JudgedDecider(
        decider=decider,
        cases=len(cases),
        observed=observed,
        expected=math.fsum(expected),
        expected_from="given",
        low=chart(cases, odds_ratio=1 / watch.odds_ratio, threshold=watch.low),
        high=chart(cases, odds_ratio=watch.odds_ratio, threshold=watch.high),
        tails=tails,
        place=funnel_place(len(cases), funnel.place(tails, dispersion=dispersion)),
        unnamed_because=reason_not_to_name(len(cases)),
    )


def with_discovery_rates(judged: Sequence[JudgedDecider]) -> tuple[JudgedDecider, ...]:
    named = [decider.decider for decider in judged if decider.unnamed_because is None]
    rates = funnel.false_discovery_rates([decider.tails.p for decider in judged if decider.decider in set(named)])
    q = dict(zip(named, rates, strict=True))
    return tuple(replace(decider, q=q.get(decider.decider)) for decider in judged)

"""Monitoring of decisions: risk-adjusted scores, the charts that add them up, and which deciders may be named.

A signal is a question to ask, never a finding. Thresholds and limits are calculated in `casebook.monitor`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casebook.domain.vocabulary import Outcome

# with fewer decisions than this nobody is named, and nobody is shown outside the funnel
DECISIONS_BEFORE_NAMING = 20

# float sums of the same scores in another order differ in the last digits, so a chart this near to its threshold signals
REACHED = 1e-9

DISCLOSED = {Outcome.DISCLOSED_TO_A, Outcome.DISCLOSED_TO_PROTECTOR}
NOT_DISCLOSED = {Outcome.NOTHING_TO_DISCLOSE, Outcome.NOT_DISCLOSED}

# a word that registers and decisions.csv also use
ALSO_SAID = {"disclosed": Outcome.DISCLOSED_TO_A}


class ChartKind(StrEnum):
    """What a chart counts. The comment says when the event happens for one application."""

    DECISION = "decision"  # disclosed, given findings, band and route
    YIELD = "yield"  # a qualifying finding came of the research, given facts fixed before it began
    SKIPPED_SOURCE = "skipped_source"  # a required source was not searched
    UNCOVERED_VARIANT = "uncovered_variant"  # an identity variant was left without a search
    REJECTED_CANDIDATE = "rejected_candidate"  # a proposed match was rejected, given its weight
    HURRIED = "hurried"  # took less time than nine in ten of the others' comparable checks
    DISAGREEMENT = "disagreement"  # a blind re-decision came out differently
    FOUND_AT_CHECK = "found_at_check"  # a supervisor found something wrong at a dip-check of an open case


class Side(StrEnum):
    LOW = "low"  # fewer events than expected
    HIGH = "high"  # more events than expected


class FunnelPlace(StrEnum):
    INSIDE = "inside"
    OUTSIDE_95 = "outside_95"
    OUTSIDE_998 = "outside_998"


# the side that means worse service: `decision` is charted on both; the other side of the rest is good news or noise
SIDES_WATCHED: dict[ChartKind, tuple[Side, ...]] = {
    ChartKind.DECISION: (Side.LOW, Side.HIGH),
    ChartKind.YIELD: (Side.LOW,),
    ChartKind.SKIPPED_SOURCE: (Side.HIGH,),
    ChartKind.UNCOVERED_VARIANT: (Side.HIGH,),
    ChartKind.REJECTED_CANDIDATE: (Side.HIGH,),
    ChartKind.HURRIED: (Side.HIGH,),
    ChartKind.DISAGREEMENT: (Side.HIGH,),
    ChartKind.FOUND_AT_CHECK: (Side.HIGH,),
}


@dataclass(frozen=True, kw_only=True)
class MonitoredCase:
    """One application as one chart counts it."""

    on: date
    happened: bool
    expected: float  # the probability of the event, 0..1, from a model fitted without this decider

    def __post_init__(self) -> None:
        if not 0 <= self.expected <= 1:
            raise ValueError("an expected probability must be between 0 and 1")


@dataclass(frozen=True, kw_only=True)
class Signal:
    """A signal: the chart reached its threshold and was restarted at 0."""

    on: date
    case: int  # counted from 1 over all the decider's cases
    since_restart: int  # cases since the chart last started


@dataclass(frozen=True, kw_only=True)
class Path:
    """One side's chart; values are negative on the low side."""

    side: Side
    values: tuple[
        float, ...
    ]  # after each case; the value that reached the threshold is kept, and the next case starts from 0
    current: float  # where the next case starts from: 0 right after a signal
    signals: tuple[Signal, ...]


def judgement(word: str) -> bool | None:
    """True: disclosed. False: not disclosed. None: the outcome is not a decision. Raises ValueError for other words."""
    outcome = ALSO_SAID.get(word) or Outcome(word)
    if outcome in DISCLOSED:
        return True
    return False if outcome in NOT_DISCLOSED else None


def score(*, happened: bool, expected: float, odds_ratio: float) -> float:
    """Log-likelihood ratio: the odds are `odds_ratio` times as expected, against the odds are as expected.

    Steiner, Cook, Farewell and Treasure 2000, Biostatistics 1:441-452.
    """
    return (math.log(odds_ratio) if happened else 0.0) - math.log1p((odds_ratio - 1) * expected)


def side_of(odds_ratio: float) -> Side:
    return Side.HIGH if odds_ratio > 1 else Side.LOW


def chart(cases: Sequence[MonitoredCase], *, odds_ratio: float, threshold: float | None) -> Path:
    """Add up the scores, never below 0; restart at each signal. Without a threshold the chart never signals."""
    side = side_of(odds_ratio)
    sign = 1.0 if side is Side.HIGH else -1.0
    value, started, values, signals = 0.0, 0, list[float](), list[Signal]()
    for number, case in enumerate(cases, start=1):
        value = max(0.0, value + score(happened=case.happened, expected=case.expected, odds_ratio=odds_ratio))
        values.append(sign * value if value else 0.0)
        if threshold is not None and value >= threshold - REACHED:
            signals.append(Signal(on=case.on, case=number, since_restart=number - started))
            value, started = 0.0, number
    return Path(side=side, values=tuple(values), current=sign * value if value else 0.0, signals=tuple(signals))


def reason_not_to_name(cases: int) -> str | None:
    """Why a decider may not be named yet, or None."""
    if cases < DECISIONS_BEFORE_NAMING:
        return f"fewer than {DECISIONS_BEFORE_NAMING} decisions"
    return None


def funnel_place(cases: int, outside: FunnelPlace) -> FunnelPlace:
    """The place in the funnel that may be shown."""
    return FunnelPlace.INSIDE if reason_not_to_name(cases) else outside


def pooled_rate(happened: Iterable[bool]) -> float | None:
    """The rate of a group, with half an event added either way so that it is never 0 or 1; None for an empty group."""
    events = list(happened)
    return (sum(events) + 0.5) / (len(events) + 1) if events else None

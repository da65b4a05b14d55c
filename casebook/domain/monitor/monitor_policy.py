"""The numbers of the monitor: charts, samples, and required training. Loaded from `casebook/policies`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from casebook.domain.monitor.decision_monitor import ChartKind
from casebook.domain.policy import Fact
from casebook.domain.vocabulary import Band, Source, WorkKind


@dataclass(frozen=True, kw_only=True)
class Charts:
    unit_years_per_false_alarm: Fact[int]  # of each chart
    fewest_cases_per_false_alarm: Fact[int]
    answer_days: Fact[int]
    odds_ratio: Fact[Mapping[ChartKind, float]]
    rate_assurance: Fact[
        Mapping[ChartKind, float]
    ]  # of a channel with few events: the others' rate is not above this, so surely

    def answer_by(self, asked_at: datetime) -> datetime:
        """When a signal that was raised at a moment is to be answered."""
        return asked_at + timedelta(days=self.answer_days.value)


@dataclass(frozen=True, kw_only=True)
class Sampling:
    window_days: Fact[int]
    worst_rate: Fact[float]
    assurance: Fact[float]
    random_part: Fact[float]
    suspicion: Fact[float]
    negative: Fact[float]
    answer_days: Fact[int]
    risk: Fact[Mapping[Band, float]]

    def begins(self, now: datetime) -> datetime:
        """From when on closed decisions are sampled."""
        return now - timedelta(days=self.window_days.value)

    def answer_by(self, drawn_at: datetime) -> datetime:
        """When a decision that was drawn at a moment is to be made again."""
        return drawn_at + timedelta(days=self.answer_days.value)

    def weight(self, band: Band, *, negative: bool, in_question: bool) -> float:
        """How much a decision weighs in the draw. `negative`: not to tell; `in_question`: of somebody whose work is asked about."""
        weight = self.risk.value[band] * (self.negative.value if negative else 1.0)
        return weight * (self.suspicion.value if in_question else 1.0)


@dataclass(frozen=True, kw_only=True)
class CompetenceRules:
    sources: Fact[tuple[Source, ...]]  # to search one of these, somebody must be trained for it
    work: Fact[Mapping[WorkKind, str]]  # kind of work -> the training it needs


@dataclass(frozen=True, kw_only=True)
class MonitorPolicy:
    name: str
    version: str
    charts: Charts
    sampling: Sampling
    competence: CompetenceRules

"""The numbers of the monitor: charts, samples, and required training. Loaded from `casebook/policies`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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

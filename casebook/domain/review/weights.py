"""The numbers of the review that a force may set. They are in `casebook/policies/review-*.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from casebook.domain.policy import Fact


@dataclass(frozen=True, kw_only=True)
class ReviewWeights:
    """Odds, factors and points; the file says what each is for."""

    odds: Fact[Mapping[str, float]]  # suspicion -> odds of a failure, where nothing else is known
    signs: Fact[Mapping[str, float]]  # sign -> factor of the odds
    reasoned_most: Fact[float]
    near_name: Fact[Mapping[str, float]]  # how near -> the least chance that this person is the subject
    near_years: Fact[int]
    consequence: Fact[Mapping[str, float]]  # suspicion -> points, where no history of B says more
    serious: Fact[float]
    apart: Fact[float]
    most_points: Fact[float]
    supporting: Fact[float]
    supporting_from: Fact[float]
    supporting_each: Fact[float]
    told_to_harm: Fact[float]
    high_points: Fact[float]

    def __post_init__(self) -> None:
        if self.supporting_each.value <= 0:
            raise ValueError("supporting_each must be greater than nothing")


@dataclass(frozen=True, kw_only=True)
class Learning:
    """How the reviewers' own findings move the odds."""

    counts_as: Fact[int]
    least: Fact[float]
    most: Fact[float]


@dataclass(frozen=True, kw_only=True)
class ContactUrgency:
    against_a: Fact[float]
    told_unsafe: Fact[float]
    untold_chance: Fact[float]
    now_from: Fact[float]
    now_percent: Fact[float]
    now_fewest: Fact[int]


@dataclass(frozen=True, kw_only=True)
class Allocation:
    top_percent: Fact[int]
    sampled_percent: Fact[int]
    beside_percent: Fact[int]
    beside_every: Fact[int]
    hours_each: Fact[float]
    open_per_reviewer: Fact[int]
    review_days: Fact[int]
    urgent_days: Fact[int]
    proposal_hours: Fact[int]

    def is_top(self, place: int, *, of: int) -> bool:
        """Whether every finding of no failure at this place of a ranking is looked at by a second reviewer."""
        return place * 100 <= of * self.top_percent.value

    def is_sampled(self, lot: float) -> bool:
        """Whether a finding whose lot is drawn, at least 0 and below 1, is looked at by a second reviewer."""
        return lot * 100 < self.sampled_percent.value

    def is_beside(self, lot: float) -> bool:
        """Whether an application whose lot is drawn, at least 0 and below 1, is in the sample beside the ranking."""
        return lot * 100 < self.beside_percent.value

    def examine_by(self, opened_at: datetime, *, urgent: bool) -> datetime:
        """When somebody is to have examined an application. `urgent`: somebody may be in danger now."""
        return opened_at + timedelta(days=(self.urgent_days if urgent else self.review_days).value)

    def has_room(self, open_items: int) -> bool:
        """Whether a reviewer who holds so many items gets one more."""
        return open_items < self.open_per_reviewer.value

    def decide_by(self, proposed_at: datetime) -> datetime:
        """When somebody is to have decided whether an urgent one becomes a live application."""
        return proposed_at + timedelta(hours=self.proposal_hours.value)


@dataclass(frozen=True, kw_only=True)
class ContactSettings:
    look_again_days: Fact[int]

    def look_again_on(self, day: date) -> date:
        """When somebody who could not be contacted safely on a day is looked at again."""
        return day + timedelta(days=self.look_again_days.value)


@dataclass(frozen=True, kw_only=True)
class BeforeTelling:
    """The warning about a decision that nobody has been told yet."""

    least_chance: Fact[float]
    answer_hours: Fact[int]

    def answer_by(self, warned_at: datetime) -> datetime:
        """When a supervisor is to have looked at a warning."""
        return warned_at + timedelta(hours=self.answer_hours.value)


@dataclass(frozen=True, kw_only=True)
class Publishing:
    fewer_than: Fact[int]
    forecast_needs: Fact[int]


@dataclass(frozen=True, kw_only=True)
class ReviewPolicy:
    name: str
    version: str
    weights: ReviewWeights
    learning: Learning
    urgency: ContactUrgency
    allocation: Allocation
    contact: ContactSettings
    before_telling: BeforeTelling
    publishing: Publishing

"""The numbers of the review that a force may set. They are in `casebook/policies/review-*.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    high_points: Fact[float]


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


@dataclass(frozen=True, kw_only=True)
class ContactSettings:
    look_again_days: Fact[int]


@dataclass(frozen=True, kw_only=True)
class BeforeTelling:
    """The warning about a decision that nobody has been told yet."""

    least_chance: Fact[float]
    answer_hours: Fact[int]


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

"""The numbers of the review that a force may set. They are in `casebook/policies/review-*.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casebook.domain.policy import Fact
from casebook.domain.vocabulary import Outcome


@dataclass(frozen=True, kw_only=True)
class ReviewWeights:
    """Points; the file says what each is for."""

    serious: Fact[float]
    apart: Fact[float]
    most_points: Fact[float]
    supporting: Fact[float]
    unsafe: Fact[float]
    unsafe_untold: Fact[float]
    wrong_person_told: Fact[float]
    repeat: Fact[float]
    repeat_more: Fact[float]
    recipient_unclear: Fact[float]
    groundless: Fact[float]
    one_person: Fact[float]
    one_person_told: Fact[float]
    no_outcome: Fact[float]
    research_with_history: Fact[float]
    research_alone: Fact[float]
    research_step: Fact[float]
    research_most: Fact[float]
    research_told: Fact[float]
    uncertain_step: Fact[float]
    uncertain_most: Fact[float]
    since: Fact[float]
    danger_then: Fact[float]
    high_points: Fact[float]
    outcome: Fact[Mapping[Outcome, float]]  # the chance that it hides something that should have been disclosed
    outcome_unknown: Fact[float]
    outcome_unlisted: Fact[float]


@dataclass(frozen=True, kw_only=True)
class Allocation:
    top_percent: Fact[int]
    sampled_percent: Fact[int]
    open_per_reviewer: Fact[int]
    review_days: Fact[int]
    urgent_days: Fact[int]
    proposal_hours: Fact[int]


@dataclass(frozen=True, kw_only=True)
class ContactSettings:
    look_again_days: Fact[int]


@dataclass(frozen=True, kw_only=True)
class Publishing:
    fewer_than: Fact[int]
    forecast_needs: Fact[int]


@dataclass(frozen=True, kw_only=True)
class ReviewPolicy:
    name: str
    version: str
    weights: ReviewWeights
    allocation: Allocation
    contact: ContactSettings
    publishing: Publishing

"""Dip sampling: how many closed decisions to decide again blind, which ones, and what the answers show.

A draw is reproducible from its seed, and keeps each case's chance of being drawn, so that rates can be weighted back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtrc, betaincinv

from casebook.errors import WrongUsage


@dataclass(frozen=True, kw_only=True)
class Drawn:
    reference: str
    chance: float  # of being drawn; at most 1


@dataclass(frozen=True, kw_only=True)
class SampleAgreement:
    """How often blind second decisions agreed with the first, with the exact interval at the wanted confidence."""

    sampled: int
    agreed: int
    rate: float | None  # None without a sample: agreement is not known
    low: float
    high: float


def sample_size_to_find(*, worst_rate: float, assurance: float, population: int | None = None) -> int:
    """The fewest cases of which at least one is wrong with probability `assurance`, if `worst_rate` of all are wrong.

    Exact: binomial, or hypergeometric in a finite `population` (of which the wrong ones are rounded up).
    """
    check_probabilities(worst_rate=worst_rate, assurance=assurance)
    if population is None:
        return math.ceil(math.log1p(-assurance) / math.log1p(-worst_rate) - 1e-9)
    wrong, missed = math.ceil(worst_rate * population - 1e-9), 1.0
    for drawn in range(population):
        if missed <= 1 - assurance + 1e-12:
            return drawn
        missed *= max(0, population - drawn - wrong) / (population - drawn)
    return population


def sample_size_to_assure(*, worst_rate: float, usual_rate: float, assurance: float, power: float) -> int:
    """The fewest cases in which few enough disagreements show, at `assurance`, that the rate lies below `worst_rate`.

    `power` is the chance that work which is wrong at the `usual_rate` shows it. Exact binomial.
    """
    check_probabilities(worst_rate=worst_rate, usual_rate=usual_rate, assurance=assurance, power=power)
    if usual_rate >= worst_rate:
        raise WrongUsage("The usual rate must be below the worst tolerable rate.", "rates")
    size, allowed = 1, -1
    while True:
        while bdtr_of(allowed + 1, size, worst_rate) <= 1 - assurance:
            allowed += 1
        if allowed >= 0 and bdtr_of(allowed, size, usual_rate) >= power:
            return size
        size += 1


def bdtr_of(most: int, size: int, p: float) -> float:
    """P(at most `most` of `size`)."""
    return 1.0 if most >= size else float(1 - bdtrc(most, size, p))


def agreement(agreed: int, sampled: int, *, confidence: float = 0.95) -> SampleAgreement:
    """Clopper and Pearson's exact interval."""
    check_probabilities(confidence=confidence)
    if not 0 <= agreed <= sampled:
        raise WrongUsage("There cannot be more agreements than cases in the sample.", "agreed")
    if sampled == 0:
        return SampleAgreement(sampled=0, agreed=0, rate=None, low=0.0, high=1.0)
    tail = (1 - confidence) / 2
    low = 0.0 if agreed == 0 else float(betaincinv(agreed, sampled - agreed + 1, tail))
    high = 1.0 if agreed == sampled else float(betaincinv(agreed + 1, sampled - agreed, 1 - tail))
    return SampleAgreement(sampled=sampled, agreed=agreed, rate=agreed / sampled, low=low, high=high)


def draw(weights: Mapping[str, float], *, size: int, seed: int, random_part: float = 0.5) -> list[Drawn]:
    """Draw `size` references: `random_part` of the chance is spread evenly, the rest by weight (risk, suspicion).

    Systematic sampling in a random order: exactly `size` are drawn, each with exactly its recorded chance. The even
    part keeps every decision in reach of being looked at, so that rates can be estimated for all.
    """
    if size < 0 or not 0 < random_part <= 1 or any(not (w >= 0 and math.isfinite(w)) for w in weights.values()):
        raise WrongUsage("Give a size, a random part above 0, and weights that are not negative.", "draw")
    references = sorted(weights)
    generator = np.random.default_rng(seed)
    generator.shuffle(references)
    chances = inclusion_chances([weights[reference] for reference in references], size=size, random_part=random_part)
    ticks = np.floor(np.cumsum([0.0, *chances]) + generator.random() + 1e-9)
    chosen = np.diff(ticks) > 0
    return sorted(
        (Drawn(reference=r, chance=c) for r, c, taken in zip(references, chances, chosen, strict=True) if taken),
        key=lambda sample: sample.reference,
    )


def inclusion_chances(weights: Sequence[float], *, size: int, random_part: float) -> list[float]:
    """Proportional to the mixed weights, summing to `size`; what would exceed 1 is capped and the rest shared again."""
    if not weights or size >= len(weights):
        return [1.0] * len(weights)
    total = math.fsum(weights)
    by_weight = [weight / total if total else 1 / len(weights) for weight in weights]
    shares = random_part / len(weights) + (1 - random_part) * np.array(by_weight)
    chances, free = np.zeros(len(weights)), np.ones(len(weights), dtype=bool)
    while True:
        chances[free] = shares[free] / shares[free].sum() * (size - (~free).sum())
        if not np.any(over := free & (chances > 1)):
            return [float(weight) for weight in chances]
        chances[over], free[over] = 1.0, False


def estimated_rate(disagreed: Mapping[str, bool], drawn: Sequence[Drawn]) -> float | None:
    """The rate of disagreement among all decisions, weighting the drawn back by their chances (Hajek)."""
    answered = [sample for sample in drawn if sample.reference in disagreed]
    weight = math.fsum(1 / sample.chance for sample in answered)
    return math.fsum(disagreed[sample.reference] / sample.chance for sample in answered) / weight if weight else None


def check_probabilities(**given: float) -> None:
    for name, value in given.items():
        if not 0 < value < 1:
            raise WrongUsage(f"{name} must be between 0 and 1.", name)

"""Funnel limits: how far a decider's (or an area's) total may be from the expected total.

Totals of cases with unequal probabilities are Poisson-binomial; its tails are exact by convolution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.special import bdtr, chdtri

from casebook.domain.monitor.decision_monitor import FunnelPlace

ALPHA_95, ALPHA_998 = 0.05, 0.002
WINSORISED = 0.1  # this share of deciders at each end is treated as no more extreme than the next
FEWEST_FOR_DISPERSION = 10  # with fewer deciders, one who fails would widen the funnel around themselves
NORMAL = NormalDist()


@dataclass(frozen=True, kw_only=True)
class Tails:
    """The probabilities of a total as low, and as high, as the observed one, if the expectations are right."""

    low: float
    high: float

    @property
    def p(self) -> float:
        return min(1.0, 2 * min(self.low, self.high))


def poisson_limits(expected: float, *, alpha: float, dispersion: float = 1.0) -> tuple[float, float]:
    """Exact limits of observed/expected for counts. Over-dispersion moves both away from 1."""
    low = chdtri(2 * expected, 1 - alpha / 2) / (2 * expected)
    high = chdtri(2 * expected + 2, alpha / 2) / (2 * expected)
    stretch = math.sqrt(max(dispersion, 1.0))
    return max(0.0, 1 - (1 - float(low)) * stretch), 1 + (float(high) - 1) * stretch


def binomial_limits(n: int, p: float, *, alpha: float, dispersion: float = 1.0) -> tuple[float, float]:
    """The lowest and highest rates inside the funnel of `n` cases with one probability; exact binomial tails."""
    if n == 0:
        return 0.0, 1.0
    below = bdtr(np.arange(n + 1), n, p)  # P(total <= k)
    low, high = np.searchsorted(below, [alpha / 2, 1 - alpha / 2])
    stretch = math.sqrt(max(dispersion, 1.0))
    return max(0.0, p - (p - low / n) * stretch), min(1.0, p + (high / n - p) * stretch)


def tails(observed: int, expected: Sequence[float]) -> Tails:
    """The exact tails. Both include the observed total itself."""
    chances = np.ones(1)
    for p in expected:
        grown = np.zeros(len(chances) + 1)
        grown[:-1] = chances * (1 - p)
        grown[1:] += chances * p
        chances = grown
    low, high = math.fsum(chances[: observed + 1]), math.fsum(chances[observed:])
    return Tails(low=min(low, 1.0), high=min(high, 1.0))


def place(tail: Tails, *, dispersion: float = 1.0) -> FunnelPlace:
    """The place in the funnel: outside if the exact tail is below half of alpha. Over-dispersion shrinks the z score."""
    one_sided = min(tail.low, tail.high)
    if one_sided > 0:
        z = NORMAL.inv_cdf(min(one_sided, 0.5)) / math.sqrt(max(dispersion, 1.0))
        one_sided = NORMAL.cdf(z) if dispersion > 1 else one_sided
    if one_sided < ALPHA_998 / 2:
        return FunnelPlace.OUTSIDE_998
    return FunnelPlace.OUTSIDE_95 if one_sided < ALPHA_95 / 2 else FunnelPlace.INSIDE


def z_score(observed: int, expected: Sequence[float]) -> float | None:
    """The z score, or None if every expected value is 0 or 1, because then nothing can vary."""
    variance = math.fsum(p * (1 - p) for p in expected)
    return (observed - math.fsum(expected)) / math.sqrt(variance) if variance > 0 else None


def over_dispersion(scores: Sequence[float]) -> float:
    """How much more deciders differ than chance allows: the mean square of their Winsorised z scores, at least 1.

    1 also where there are too few deciders, or the excess is itself within chance (chi-squared, 95 %).
    Spiegelhalter 2005, Statistics in Medicine 24:1185-1202.
    """
    if len(scores) < FEWEST_FOR_DISPERSION:
        return 1.0
    ordered = np.sort(np.asarray(scores))
    cut = max(1, int(len(ordered) * WINSORISED))
    clipped = np.clip(ordered, ordered[cut], ordered[-1 - cut])
    ratio = float(np.mean(clipped**2))
    return ratio if ratio * len(scores) > chdtri(len(scores), ALPHA_95) else 1.0


def false_discovery_rates(p_values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's q for each p, in the order given: the part of false ones if all up to it are called."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)[::-1]
    q = np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1)) if len(p) else p
    result = np.empty_like(p)
    result[order] = np.minimum(q, 1)
    return [float(rate) for rate in result]

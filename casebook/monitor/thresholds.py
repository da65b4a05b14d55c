"""Average run lengths of one-sided risk-adjusted CUSUM charts, and the threshold for a wanted run length.

A run is a chain of excursions from 0, so ARL = E[length of an excursion] / P(it ends in a signal). With one expected
value every excursion is followed exactly; for a mixture of values the same two numbers come from a fine grid.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_toeplitz

from casebook.domain.monitor.decision_monitor import REACHED, SIDES_WATCHED, ChartKind, Side, score
from casebook.errors import Refused, WrongUsage

Floats = NDArray[np.float64]

FORGOTTEN = 1e-13  # mass of excursions not worth following further
MOST_ROWS = 10_000  # of the exact method; more would be needed only for odds ratios near 1, where a grid is faster
FEWEST_CELLS, MOST_CELLS, COARSE_CELLS = 2048, 6000, 1024
CELLS_PER_SCORE = 40  # a cell is at most this part of the mean absolute score; coarser ones bias small scores
EXACT_STEP, GRID_STEP = 1e-6, 1e-5  # how finely a threshold is sought
LONGEST_RUN = 1e12  # beyond it the probability of a signal is lost in rounding
LONGEST_SEQUENCE = 20


class NoVariation(Refused):
    """Every expected value is 0 or 1: a chart in control never moves, so no threshold has a finite run length."""

    code = "no_variation"


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """The smallest threshold whose in-control run length is at least the wanted one."""

    threshold: float
    arl0: float  # reached; above the wanted where the run length, a step function of the threshold, jumps
    method: Literal["exact", "grid"]
    relative_error: float  # of `arl0`: 0 when exact, else what halving the grid changes


@dataclass(frozen=True)
class Mix:
    """The in-control distribution of expected values, and the scores it gives on one chart."""

    expected: Floats  # distinct, ascending
    weights: Floats  # sum to 1
    odds_ratio: float

    @property
    def scores(self) -> tuple[Floats, Floats]:
        """Scores and their probabilities: first those of events, then those of no event."""
        base = -np.log1p((self.odds_ratio - 1) * self.expected)
        values = np.concatenate([base + math.log(self.odds_ratio), base])
        return values, np.concatenate([self.weights * self.expected, self.weights * (1 - self.expected)])

    @property
    def moves(self) -> bool:
        return bool(np.any((self.expected > 0) & (self.expected < 1)))

    @property
    def moves_by_size(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Of one expected value: probability and score, the larger score first."""
        (event, none), (p_event, p_none) = (each.tolist() for each in self.scores)
        found = ((p_event, event), (p_none, none))
        return found if abs(event) >= abs(none) else (found[1], found[0])

    @property
    def exact(self) -> bool:
        if len(self.expected) > 1:
            return False
        # the moment generating function at 1/2 bounds what is left of an excursion after each case (Chernoff)
        values, masses = self.scores
        (p_large, _), _ = self.moves_by_size
        lost = float(1 - np.exp(values / 2) @ masses)
        return lost > 0 and p_large * -math.log(FORGOTTEN) / lost <= MOST_ROWS

    def cells(self, threshold: float) -> int:
        values, masses = self.scores
        wanted = CELLS_PER_SCORE * threshold / float(np.abs(values) @ masses)
        return int(min(max(wanted, FEWEST_CELLS), MOST_CELLS))


def mix_of(expected: Sequence[float] | Floats, odds_ratio: float) -> Mix:
    sample = np.asarray(expected, dtype=np.float64)
    if not (odds_ratio > 0 and math.isfinite(odds_ratio)) or odds_ratio == 1:
        raise WrongUsage("The odds ratio must be a positive number other than 1.", "odds_ratio")
    if not sample.size or not np.all((sample >= 0) & (sample <= 1)):
        raise WrongUsage("Give at least one expected value; each must be a probability.", "expected")
    values, counts = np.unique(sample, return_counts=True)
    return Mix(values, counts / sample.size, odds_ratio)


def threshold_for(expected: Sequence[float] | Floats, *, odds_ratio: float, arl0: float) -> Threshold:
    """`expected` is a sample of the in-control distribution (or one value); `arl0` counts cases of this one chart."""
    mix = mix_of(expected, odds_ratio)
    if not 1 <= arl0 <= LONGEST_RUN:
        raise WrongUsage("The run length must be between 1 and 1e12.", "arl0")
    if not mix.moves:
        raise NoVariation
    # scores are log-likelihood ratios, so a threshold h has a run length of at least exp(h) (Lorden 1971)
    highest = math.log(arl0) + 0.01
    coarse = smallest(lambda h: arl_on_grid(mix, h, COARSE_CELLS), arl0, within=(0.0, highest), step=1e-3)
    near = (coarse - 0.01, coarse + 0.01)
    if mix.exact:
        threshold = smallest(lambda h: arl_exactly(mix, h), arl0, within=near, step=EXACT_STEP)
        return Threshold(threshold=threshold, arl0=arl_exactly(mix, threshold), method="exact", relative_error=0.0)
    cells = mix.cells(coarse)
    threshold = smallest(lambda h: arl_on_grid(mix, h, cells), arl0, within=near, step=GRID_STEP)
    fine = arl_on_grid(mix, threshold, cells)
    error = abs(arl_on_grid(mix, threshold, cells // 2) / fine - 1)
    return Threshold(threshold=threshold, arl0=fine, method="grid", relative_error=error)


def thresholds_for(
    channel: ChartKind, expected: Sequence[float], odds_ratio: float, arl0: float
) -> dict[Side, float | None]:
    """The threshold of each side that is watched. Each side gets the run length times the number of sides."""
    sides = SIDES_WATCHED[channel]
    return {side: _of_side(expected, side, odds_ratio, arl0 * len(sides)) for side in sides}


def _of_side(expected: Sequence[float], side: Side, odds_ratio: float, arl0: float) -> float | None:
    """The threshold of one side, or None if a chart in control never moves."""
    try:
        if any(0 < p < 1 for p in expected):
            ratio = odds_ratio if side is Side.HIGH else 1 / odds_ratio
            return threshold_for(expected, odds_ratio=ratio, arl0=arl0).threshold
    except Refused:
        return None
    return None


def average_run_length(expected: Sequence[float] | Floats, *, odds_ratio: float, threshold: float) -> float:
    """In-control cases from a start at 0 to the first signal of the one-sided chart; infinite if it never moves."""
    mix = mix_of(expected, odds_ratio)
    if not (threshold > 0 and math.isfinite(threshold)):
        raise WrongUsage("The threshold must be a positive number.", "threshold")
    if not mix.moves:
        return math.inf
    return arl_exactly(mix, threshold) if mix.exact else arl_on_grid(mix, threshold, mix.cells(threshold))


def smallest(run_length: Callable[[float], float], wanted: float, *, within: tuple[float, float], step: float) -> float:
    """By bisection, rounded up to a multiple of `step`; bisection because a run length may be a step function."""
    low, high = max(within[0], 0.0), within[1]
    while low > 0 and run_length(low) >= wanted:
        low, high = max(0.0, low - 4 * (high - low)), low
    while run_length(high) < wanted:
        low, high = high, high + 4 * (high - low)
    while high - low > step / 2:
        middle = (low + high) / 2
        low, high = (low, middle) if run_length(middle) >= wanted else (middle, high)
    return round(math.ceil(round(high / step, 3)) * step, 6)


def arl_exactly(mix: Mix, threshold: float) -> float:
    """Follow every excursion from 0 of a chart with one expected value.

    After i large and k small scores (they have opposite signs) the chart stands at a known value, so the masses on all
    k follow for each i from those of i - 1. The larger score is the rarer one, so there are few rows.
    """
    (p_large, large), (p_small, small) = mix.moves_by_size
    rising, below = large > 0, threshold - REACHED
    visits, places = np.array([1.0]), np.array([0])  # the start, at 0
    signalled = p_small if small >= below else 0.0
    if not rising and small < below:
        places = np.arange(math.ceil(below / small))
        visits = p_small ** places.astype(np.float64)
        signalled = float(visits[-1]) * p_small
    length, row = float(visits.sum()), 0
    while visits.size and (entering := p_large * visits).sum() > FORGOTTEN:
        row += 1
        values = row * large + places * small
        signalled += float(entering[values >= below].sum())
        alive = (values > REACHED) & (values < below)
        if not alive.any():
            break
        first = int(places[alive][0])
        last = (row * large - REACHED) / -small if rising else (below - row * large) / small
        places, entering = np.arange(first, max(math.ceil(last), first + 1)), entering[alive]
        visits = np.pad(entering, (0, max(0, len(places) - len(entering))))
        fading = p_small ** np.arange(len(visits), dtype=np.float64)
        visits = fading * np.cumsum(visits / fading)
        signalled += 0.0 if rising else float(visits[-1]) * p_small
        length += float(visits.sum())
    return length / signalled if signalled else math.inf


def arl_on_grid(mix: Mix, threshold: float, cells: int) -> float:
    """Each score is split between its two neighbours on the grid so that its mean stays: no rounding bias.

    The places strictly between 0 and the threshold form a Toeplitz system, solved in O(cells^2).
    """
    jumps = jump_masses(mix, threshold / cells, cells)  # jumps[cells + d] is the probability of moving d cells
    at_least = np.cumsum(jumps[::-1])[::-1]  # the same of moving d cells or more
    itself = np.eye(1, cells - 1)[0]
    column, row = itself - jumps[cells:1:-1], itself - jumps[cells : 2 * cells - 1]
    signal_from = at_least[2 * cells - np.arange(cells)]  # from place i it takes cells - i
    right = np.column_stack([np.ones(cells - 1), signal_from[1:]])
    solved = solve_toeplitz((column, row), right)
    start = jumps[cells + 1 : 2 * cells]
    length, signalled = 1 + start @ solved[:, 0], signal_from[0] + start @ solved[:, 1]
    return float(length / signalled) if signalled > 0 else math.inf


def jump_masses(mix: Mix, cell: float, cells: int) -> Floats:
    values, masses = mix.scores
    places = values / cell
    below = np.floor(places)
    part = places - below
    jumps = np.zeros(2 * cells + 1)
    for offset, share in ((below, masses * (1 - part)), (below + 1, masses * part)):
        np.add.at(jumps, np.clip(offset, -cells, cells).astype(np.int64) + cells, share)
    return jumps


def shared_arl0(arl0: float, charts: int) -> float:
    """What each of many charts needs for the first false signal of any to take as long as `arl0` on one."""
    return arl0 * max(charts, 1)


def limit_for_sequence(expected: Sequence[float], *, odds_ratio: float, alpha: float) -> float:
    """The smallest limit that the chart's maximum exceeds with probability at most `alpha`.

    For a short, known run of cases; exact by looking at all 2^n outcomes, so at most 20 cases.
    """
    mix_of(expected, odds_ratio)
    if len(expected) > LONGEST_SEQUENCE or not 0 < alpha < 1:
        raise WrongUsage(f"Give at most {LONGEST_SEQUENCE} cases, and an alpha between 0 and 1.", "sequence")
    chances: dict[float, float] = {}
    for outcomes in product((False, True), repeat=len(expected)):
        chance, value, highest = 1.0, 0.0, 0.0
        for happened, p in zip(outcomes, expected, strict=True):
            chance *= p if happened else 1 - p
            value = max(0.0, value + score(happened=happened, expected=p, odds_ratio=odds_ratio))
            highest = max(highest, value)
        chances[highest] = chances.get(highest, 0.0) + chance
    exceeding, smallest_limit = 0.0, math.inf
    for limit in sorted(chances, reverse=True):
        if exceeding > alpha:
            break
        smallest_limit, exceeding = limit, exceeding + chances[limit]
    return smallest_limit

"""The unit of the monitor's study: twelve deciders, one of whom may fail, and how charts and funnels see them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casebook.monitor.expected import logistic, ridge
from casebook.monitor.funnel import ALPHA_998
from casebook.monitor.thresholds import Floats

DECIDERS, A_MONTH, YEARS, HISTORY = 12, 160, 10, 24
MONTHS = 12 * YEARS
UNIT_DECADE = A_MONTH * MONTHS  # decisions of the unit in ten years: one false alarm in that many is the aim
MEAN, SPREAD = 0.38, 1.0  # of the expected probabilities: logit-normal; the spread is ours to choose


@dataclass(frozen=True, kw_only=True)
class Sound:
    happened: Floats
    expected: Floats
    mix: Floats  # the in-control distribution of expected values
    decades: int


def centre(mean: float, spread: float) -> float:
    """The mean log odds that gives the wanted mean probability."""
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    low, high = -10.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        got = float(logistic(middle + spread * points) @ weights) / float(weights.sum())
        low, high = (middle, high) if got < mean else (low, middle)
    return low


def drawn_features(rng: np.random.Generator, count: int) -> Floats:
    """An intercept and two facts of the case, which together carry the whole spread."""
    return np.column_stack([np.ones(count), rng.normal(size=(count, 2))])


def truth() -> Floats:
    return np.array([centre(MEAN, SPREAD), SPREAD * 0.8, SPREAD * 0.6])


def first_signal(scores: Floats, threshold: float) -> Floats:
    """Per row the number of cases to the first signal, infinite without one."""
    value, found = np.zeros(len(scores)), np.full(len(scores), math.inf)
    for number in range(scores.shape[1]):
        value = np.maximum(0, value + scores[:, number])
        found[(value >= threshold) & np.isinf(found)] = number + 1
    return found


def count_signals(scores: Floats, threshold: float) -> int:
    """Over all rows, with restarts."""
    value, total = np.zeros(len(scores)), 0
    for number in range(scores.shape[1]):
        value = np.maximum(0, value + scores[:, number])
        reached = value >= threshold
        total += int(reached.sum())
        value[reached] = 0
    return total


def scores_of(happened: Floats, expected: Floats, odds_ratio: float) -> Floats:
    return happened * math.log(odds_ratio) - np.log1p((odds_ratio - 1) * expected)


def summary(found: Floats) -> dict[str, float | None]:
    quantiles = {"median": 0.5, "tenth": 0.1, "ninetieth": 0.9}
    told = {name: float(np.quantile(found, q, method="higher")) for name, q in quantiles.items()}
    seen = {name: value if math.isfinite(value) else None for name, value in told.items()}
    return {**seen, "seen": float(np.mean(np.isfinite(found)))}


@dataclass(frozen=True, kw_only=True)
class Unit:
    """Many runs of one unit: features, who decided, what happened; runs x cases, in order of time."""

    features: Floats
    decider: NDArray[np.int64]
    happened: Floats


def unit(rng: np.random.Generator, *, cases: int, failing: str | None) -> Unit:
    """Decider 0 fails in the named way, all along; the other eleven do as expected."""
    features = drawn_features(rng, cases)
    decider, log_odds = rng.integers(DECIDERS, size=cases), features @ truth()
    chance = np.where(decider == 0, failed(log_odds, failing), logistic(log_odds))
    return Unit(features=features, decider=decider, happened=(rng.random(cases) < chance).astype(np.float64))


def failed(log_odds: Floats, failing: str | None) -> Floats:
    match failing:
        case "third_of_odds":
            return logistic(log_odds - math.log(3))
        case "never":
            return np.zeros_like(log_odds)
        case "misses_findings":
            return 0.6 * logistic(log_odds)
        case _:
            return logistic(log_odds)


def expected_for(left_out: list[int], seen: Unit, until: int, features: Floats) -> Floats:
    """Refitted on the last two years before case `until`, without the decisions of those left out."""
    window = slice(max(0, until - HISTORY * A_MONTH), until)
    use = ~np.isin(seen.decider[window], left_out)
    return logistic(features @ ridge(seen.features[window][use], seen.happened[window][use]))


def detection(rng: np.random.Generator, *, failing: str, runs: int, own_too: bool) -> tuple[Floats, Floats, Floats]:
    """Decider 0's outcomes, refitted expectations and true ones, runs x 700 of their decisions."""
    rows = 700
    happened, expected, true = (np.zeros((runs, rows)) for _ in range(3))
    for run in range(runs):
        seen = unit(rng, cases=HISTORY * A_MONTH + rows * (DECIDERS + 2), failing=failing)
        own = np.flatnonzero(seen.decider == 0)
        own = own[own >= HISTORY * A_MONTH][:rows]
        year = 12 * A_MONTH
        for start in range(HISTORY * A_MONTH, int(own[-1]) + 1, year):
            part = (own >= start) & (own < start + year)
            expected[run, part] = expected_for([] if own_too else [0], seen, start, seen.features[own[part]])
        happened[run], true[run] = seen.happened[own], logistic(seen.features[own] @ truth())
    return happened, expected, true


def sound_decades(
    rng: np.random.Generator, runs: int, *, failing: str | None = None, in_question: bool = False
) -> Sound:
    """Ten years of every sound decider: outcomes and refitted expectations, one row per decider and run.

    `in_question`: decider 0 has signalled, and teaches nobody's model any more.
    """
    happened, expected = list[Floats](), list[Floats]()
    sound = range(1 if failing else 0, DECIDERS)
    for _ in range(runs):
        seen = unit(rng, cases=HISTORY * A_MONTH + UNIT_DECADE, failing=failing)
        judged = np.zeros(len(seen.happened))
        for start in range(HISTORY * A_MONTH, len(judged), 12 * A_MONTH):
            for who in sound:
                own = start + np.flatnonzero(seen.decider[start : start + 12 * A_MONTH] == who)
                judged[own] = expected_for([who, 0] if in_question else [who], seen, start, seen.features[own])
        for who in sound:
            own = HISTORY * A_MONTH + np.flatnonzero(seen.decider[HISTORY * A_MONTH :] == who)
            happened.append(seen.happened[own])
            expected.append(judged[own])
    mix = logistic(drawn_features(rng, 6000) @ truth())
    return Sound(happened=padded(happened), expected=padded(expected), mix=mix, decades=runs)


def padded(rows: list[Floats]) -> Floats:
    """Of equal length; what is missing scores nothing because nothing was expected and nothing happened."""
    longest = max(map(len, rows))
    return np.array([np.pad(row, (0, longest - len(row))) for row in rows])


def quarterly_funnel(happened: Floats, expected: Floats, *, size: int = A_MONTH * 3 // DECIDERS) -> Floats:
    """Cases until a quarter's total lies outside the exact 99.8 % limits; rows x cases, `size` a quarter."""
    found = np.full(len(happened), math.inf)
    for quarter in range(happened.shape[1] // size):
        part = slice(quarter * size, (quarter + 1) * size)
        found[outside(happened[:, part], expected[:, part]) & np.isinf(found)] = (quarter + 1) * size
    return found


def outside(happened: Floats, expected: Floats) -> NDArray[np.bool_]:
    """Whole blocks at once: the exact Poisson-binomial tails, as in casebook.monitor.funnel.tails."""
    chances = np.zeros((len(expected), expected.shape[1] + 1))
    chances[:, 0] = 1
    for p in expected.T:
        moved = chances * p[:, None]
        chances *= 1 - p[:, None]
        chances[:, 1:] += moved[:, :-1]
    below, rows = np.cumsum(chances, axis=1), np.arange(len(expected))
    total = happened.sum(axis=1).astype(int)
    low, high = below[rows, total], 1 - below[rows, total] + chances[rows, total]
    return np.asarray(np.minimum(low, high) < ALPHA_998 / 2)

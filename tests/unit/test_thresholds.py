"""Run lengths and thresholds against published figures and against brute force."""

import math

import numpy as np
import pytest

from casebook.domain.monitor.decision_monitor import score
from casebook.errors import WrongUsage
from casebook.monitor.thresholds import (
    NoVariation,
    arl_exactly,
    arl_on_grid,
    average_run_length,
    limit_for_sequence,
    mix_of,
    shared_arl0,
    threshold_for,
)


@pytest.fixture(scope="module")
def surgical():
    """Steiner's population as published: 71 x with x from Beta(1, 3), by its quantiles."""
    quantiles = (np.arange(10_000) + 0.5) / 10_000
    points = 71 * (1 - (1 - quantiles) ** (1 / 3))
    return 1 / (1 + np.exp(3.6798 - 0.0768 * points))


@pytest.mark.parametrize(("odds_ratio", "threshold", "published"), [(2, 4.5, 4485), (0.5, 4.5, 5732), (2, 2.518, 500)])
def test_run_lengths_of_a_mixture_are_within_one_percent_of_the_published(surgical, odds_ratio, threshold, published):
    found = average_run_length(surgical, odds_ratio=odds_ratio, threshold=threshold)
    assert found == pytest.approx(published, rel=0.01)


@pytest.mark.parametrize(("p", "published"), [(0.4, 206), (0.1, 462)])
def test_run_lengths_of_one_probability_are_the_published(p, published):
    assert round(average_run_length([p], odds_ratio=2, threshold=2.5)) == published


def test_the_exact_limit_over_all_sequences_is_the_published():
    assert limit_for_sequence([0.1] * 10, odds_ratio=2, alpha=0.05) == pytest.approx(1.41227, abs=5e-6)


def test_the_threshold_of_the_published_population_is_found(surgical):
    assert threshold_for(surgical, odds_ratio=2, arl0=500).threshold == pytest.approx(2.518, abs=0.003)


@pytest.mark.parametrize("p", [0.05, 0.38, 0.9])
@pytest.mark.parametrize("odds_ratio", [0.5, 2, 8])
def test_the_threshold_is_the_smallest_that_lasts_as_long_as_wanted(p, odds_ratio):
    found = threshold_for([p], odds_ratio=odds_ratio, arl0=2000)
    mix = mix_of([p], odds_ratio)
    assert found.method == "exact"
    assert found.arl0 >= 2000 > arl_exactly(mix, found.threshold - 2e-6)


@pytest.mark.parametrize(("p", "odds_ratio", "threshold"), [(0.4, 2, 3.1), (0.15, 0.5, 2.2), (0.38, 3, 5.03)])
def test_the_grid_agrees_with_following_every_excursion(p, odds_ratio, threshold):
    mix = mix_of([p], odds_ratio)
    assert arl_on_grid(mix, threshold, 4096) == pytest.approx(arl_exactly(mix, threshold), rel=0.01)


@pytest.mark.parametrize("p", [0.001, 0.02, 0.5, 0.99])
@pytest.mark.parametrize(("odds_ratio", "threshold"), [(2, 1.0), (0.5, 1.7), (10, 3.0)])
def test_excursions_are_followed_as_a_plain_enumeration_of_places_does(p, odds_ratio, threshold):
    found = average_run_length([p], odds_ratio=odds_ratio, threshold=threshold)
    assert found == pytest.approx(enumerated(p, odds_ratio, threshold), rel=1e-6)


def enumerated(p: float, odds_ratio: float, threshold: float) -> float:
    """The same by a walk over dictionaries, one case at a time."""
    event, none = (score(happened=happened, expected=p, odds_ratio=odds_ratio) for happened in (True, False))
    alive, length, signalled, cases = {0: 1.0}, 0.0, 0.0, 0
    while (mass := sum(alive.values())) > 1e-9:
        length, cases, after = length + mass, cases + 1, {}
        for events, here in alive.items():
            for now, share in ((events + 1, here * p), (events, here * (1 - p))):
                value = now * event + (cases - now) * none
                if value >= threshold:
                    signalled += share
                elif value > 0:
                    after[now] = after.get(now, 0.0) + share
        alive = after
    return length / signalled


def test_a_mixture_lasts_as_long_as_simulation_says():
    expected, odds_ratio, threshold = np.array([0.1, 0.3, 0.35, 0.8]), 0.5, 2.0
    dice = np.random.default_rng(8)
    value, alive, lengths = np.zeros(20_000), np.ones(20_000, dtype=bool), np.zeros(20_000)
    while alive.any():
        lengths[alive] += 1
        p = dice.choice(expected, size=len(value))
        happened = dice.random(len(value)) < p
        value = np.maximum(0, value + happened * math.log(odds_ratio) - np.log1p((odds_ratio - 1) * p))
        alive &= value < threshold
    found = average_run_length(expected, odds_ratio=odds_ratio, threshold=threshold)
    assert found == pytest.approx(lengths.mean(), abs=4 * lengths.std() / math.sqrt(len(lengths)))


def test_where_nothing_can_vary_there_is_no_threshold():
    with pytest.raises(NoVariation):
        threshold_for([0.0, 1.0], odds_ratio=2, arl0=100)
    assert average_run_length([1.0], odds_ratio=2, threshold=3) == math.inf


def test_impossible_wishes_are_refused():
    for wish in ({"odds_ratio": 1, "arl0": 100}, {"odds_ratio": 2, "arl0": 0.5}, {"odds_ratio": 2, "arl0": math.inf}):
        with pytest.raises(WrongUsage):
            threshold_for([0.3], **wish)
    with pytest.raises(WrongUsage):
        threshold_for([], odds_ratio=2, arl0=100)


def test_many_charts_need_longer_runs():
    assert shared_arl0(5000, 12) == 60_000
    assert shared_arl0(5000, 0) == 5000

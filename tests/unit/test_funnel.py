"""Funnel limits against published figures and against the distributions' own arithmetic."""

import pytest
from scipy.stats import binom

from casebook.domain.monitor.decision_monitor import FunnelPlace
from casebook.monitor.funnel import (
    Tails,
    binomial_limits,
    false_discovery_rates,
    over_dispersion,
    place,
    poisson_limits,
    tails,
    z_score,
)


@pytest.mark.parametrize(
    ("expected", "alpha", "low", "high"),
    [
        (15, 0.05, 0.5597, 1.6493),
        (20, 0.05, 0.6108, 1.5444),
        (30, 0.05, 0.6747, 1.4276),
        (15, 0.002, 0.3863, 2.0829),
        (20, 0.002, 0.4479, 1.9021),
        (30, 0.002, 0.5290, 1.7028),
    ],
)
def test_poisson_limits_are_the_published_and_widen_with_over_dispersion(expected, alpha, low, high):
    assert poisson_limits(expected, alpha=alpha) == pytest.approx((low, high), abs=5e-5)
    wider = poisson_limits(expected, alpha=alpha, dispersion=2)
    assert wider[0] < low
    assert wider[1] > high


def test_essex_lay_far_below_the_limit():
    low, _ = binomial_limits(190, 0.425, alpha=0.002)
    assert low == pytest.approx(0.316, abs=5e-4)
    assert low > 13 / 190
    assert place(tails(13, [0.425] * 190)) is FunnelPlace.OUTSIDE_998


def test_equal_probabilities_have_the_binomial_tails():
    found = tails(7, [0.3] * 40)
    assert found.low == pytest.approx(binom.cdf(7, 40, 0.3), rel=1e-9)
    assert found.high == pytest.approx(binom.sf(6, 40, 0.3), rel=1e-9)


def test_the_place_is_decided_by_the_exact_tail():
    assert place(Tails(low=0.026, high=0.99)) is FunnelPlace.INSIDE
    assert place(Tails(low=0.024, high=0.99)) is FunnelPlace.OUTSIDE_95
    assert place(Tails(low=0.0015, high=0.99)) is FunnelPlace.OUTSIDE_95
    assert place(Tails(low=0.99, high=0.0009)) is FunnelPlace.OUTSIDE_998
    assert place(Tails(low=0.99, high=0.0009), dispersion=2) is FunnelPlace.OUTSIDE_95
    assert place(Tails(low=0.0, high=1.0), dispersion=9) is FunnelPlace.OUTSIDE_998


def test_one_failing_decider_does_not_widen_the_funnel_around_themselves():
    calm = [0.3, -0.8, 0.1, 1.2, -0.4, 0.9, -1.1, 0.6, -0.2, 0.5, -0.7]
    assert over_dispersion([*calm, -12.0]) == 1.0
    assert over_dispersion([each * 3 for each in [*calm, 1.4]]) > 3
    assert over_dispersion([-12.0, 12.0]) == 1.0  # too few to tell


def test_nothing_that_can_vary_has_no_z_score():
    assert z_score(3, [1.0, 0.0]) is None
    assert z_score(0, []) is None


def test_false_discovery_rates_are_benjamini_and_hochbergs():
    assert false_discovery_rates([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 4 * 0.04 / 3, 4 * 0.04 / 3, 0.5])
    assert false_discovery_rates([]) == []


def test_a_funnel_of_no_cases_has_room_for_everything():
    assert binomial_limits(0, 0.4, alpha=0.05) == (0.0, 1.0)
    assert place(tails(0, [])) is FunnelPlace.INSIDE

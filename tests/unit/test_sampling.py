"""Dip samples: sizes, intervals, draws."""

import pytest
from scipy.stats import binom, hypergeom

from casebook.errors import WrongUsage
from casebook.monitor.sampling import (
    agreement,
    draw,
    estimated_rate,
    sample_size_to_assure,
    sample_size_to_find,
)


def test_the_sample_to_find_one_wrong_decision_is_the_smallest():
    assert sample_size_to_find(worst_rate=0.05, assurance=0.95) == 59  # the auditor's number
    size = sample_size_to_find(worst_rate=0.05, assurance=0.95, population=100)
    assert hypergeom.pmf(0, 100, 5, size) <= 0.05 < hypergeom.pmf(0, 100, 5, size - 1)
    assert sample_size_to_find(worst_rate=0.001, assurance=0.999999, population=3) == 3


def test_the_sample_to_assure_keeps_both_promises():
    size = sample_size_to_assure(worst_rate=0.1, usual_rate=0.03, assurance=0.95, power=0.8)
    allowed = max(k for k in range(size) if binom.cdf(k, size, 0.1) <= 0.05)
    assert binom.cdf(allowed, size, 0.03) >= 0.8
    with pytest.raises(WrongUsage):
        sample_size_to_assure(worst_rate=0.03, usual_rate=0.1, assurance=0.95, power=0.8)


def test_agreement_has_the_exact_interval():
    found = agreement(18, 20)
    assert (found.low, found.high) == pytest.approx((0.68302, 0.98765), abs=1e-5)
    assert agreement(5, 5).low == pytest.approx(0.025 ** (1 / 5))
    assert (agreement(0, 0).rate, agreement(0, 0).low, agreement(0, 0).high) == (None, 0.0, 1.0)


def test_a_draw_is_reproducible_and_does_not_depend_on_the_order_of_the_references():
    weights = {f"R{number}": float(number % 7) for number in range(90)}
    backwards = dict(reversed(weights.items()))
    assert draw(weights, size=20, seed=3) == draw(backwards, size=20, seed=3)
    assert draw(weights, size=20, seed=3) != draw(weights, size=20, seed=4)


def test_heavier_cases_are_drawn_as_often_as_their_recorded_chance():
    weights = {f"R{number}": 40.0 if number == 0 else float(number % 3) for number in range(60)}
    draws = [draw(weights, size=15, seed=seed) for seed in range(1500)]
    assert {len(each) for each in draws} == {15}
    for reference in ("R0", "R1", "R2", "R3"):
        taken = [each for drawn in draws for each in drawn if each.reference == reference]
        assert len(taken) / 1500 == pytest.approx(taken[0].chance, abs=0.05)
    assert next(each for each in draws[0] if each.reference == "R0").chance == 1.0


def test_weighting_back_undoes_the_weighted_draw():
    weights = {f"R{number}": 5.0 if number < 20 else 1.0 for number in range(200)}
    wrong = {reference: int(reference[1:]) < 20 for reference in weights}  # the suspected tenth is the wrong tenth
    rates = [estimated_rate(wrong, draw(weights, size=40, seed=seed)) for seed in range(400)]
    assert sum(rates) / 400 == pytest.approx(0.1, abs=0.01)
    assert estimated_rate({}, draw(weights, size=3, seed=1)) is None


def test_a_draw_of_more_than_there_is_takes_everything():
    assert [each.chance for each in draw({"R1": 0.0, "R2": 9.0}, size=5, seed=1)] == [1.0, 1.0]
    assert draw({}, size=5, seed=1) == []
    assert draw({"R1": 1.0, "R2": 1.0}, size=0, seed=1) == []

"""How many no list holds is told as a range, and the range holds the truth where its assumption does."""

from __future__ import annotations

import math
from collections import Counter
from itertools import product

import pytest

from casebook.domain.review import hidden_population
from casebook.monitor import log_linear

# three lists with every overlap filled
CELLS = {
    ("a",): 120, ("b",): 64, ("c",): 33, ("a", "b"): 41, ("a", "c"): 25, ("b", "c"): 17, ("a", "b", "c"): 12,
}  # fmt: skip


def estimate(patterns):
    return hidden_population.estimate(patterns, log_linear.fit)


def design(*pairs):
    """The rows of CELLS: the intercept, each list, and each pair that hangs together."""
    return [[1.0, *("abc"[at] in cell for at in range(3)), *({*pair} <= {*cell} for pair in pairs)] for cell in CELLS]


def independent(total, *chances):
    """The overlaps to be expected of lists that know nothing of one another, and how many they miss."""
    cells = Counter[tuple[str, ...]]()
    for row in product((True, False), repeat=len(chances)):
        share = 1.0
        for there, chance in zip(row, chances, strict=True):
            share *= chance if there else 1 - chance
        cells[tuple("abcde"[at] for at, there in enumerate(row) if there)] += round(total * share)
    missed = cells.pop(())
    return cells, missed


@pytest.mark.parametrize("chances", [(0.9, 0.6), (0.9, 0.6, 0.3), (0.95, 0.6, 0.4, 0.2)])
def test_independent_lists_bracket_what_they_miss(chances):
    cells, missed = independent(4_000, *chances)
    found = estimate(cells)
    assert found.low <= missed <= found.high


def test_chapman_as_published():
    # 100 only in one, 50 only in the other, 50 in both: (151)(101)/51 - 1 = 298.04, so 98 beyond the 200 seen
    found = estimate({("a",): 100, ("b",): 50, ("a", "b"): 50})
    assert found.low < 98 < found.high
    assert "neither likelier" in found.assumption


def test_one_list_alone_says_nothing():
    assert estimate({("a",): 100}) is None
    assert estimate({}) is None


def test_lists_that_hang_together_widen_the_range():
    cells, missed = independent(3_000, 0.8, 0.5, 0.4)
    cells["a", "b"] += 180  # whoever keeps one keeps the other; the third list knows nothing of it
    cells["a", "b", "c"] += 120
    found = estimate(cells)
    assert found.low <= missed <= found.high


def test_a_fit_of_all_pairs_is_the_product_of_the_cells():
    # saturated: n_000 = n_111 n_100 n_010 n_001 / (n_110 n_101 n_011), and its logarithm varies by the sum of 1/n
    fitted = log_linear.fit(design("ab", "ac", "bc"), list(CELLS.values()))
    expected = (12 * 120 * 64 * 33) / (41 * 25 * 17)
    assert fitted.intercept == pytest.approx(math.log(expected), rel=1e-6)
    assert fitted.error == pytest.approx(math.sqrt(sum(1 / count for count in CELLS.values())), rel=1e-6)
    fit = sum(count * math.log(count) - count - math.lgamma(count + 1) for count in CELLS.values())
    assert fitted.aic == pytest.approx(2 * 7 - 2 * fit, rel=1e-6)


def test_a_fit_of_one_pair_is_capture_and_recapture_of_the_rest():
    # c knows nothing of a and b together: n_000 = n_001 (seen without c) / (seen with c and another)
    fitted = log_linear.fit(design("ab"), list(CELLS.values()))
    only, without, with_another = 33, 120 + 64 + 41, 25 + 17 + 12
    assert fitted.intercept == pytest.approx(math.log(only * without / with_another), rel=1e-6)
    assert fitted.error == pytest.approx(math.sqrt(1 / only + 1 / without + 1 / with_another), rel=1e-6)


def test_a_model_without_a_finite_estimate_is_left_out():
    # nobody stands in c alone: the product of the cells is nothing, and its logarithm is minus infinity
    assert log_linear.fit(design("ab", "ac", "bc"), [120, 64, 0, 41, 25, 17, 12]) is None


def test_the_range_spans_every_model_that_is_not_clearly_worse():
    # as fitted by Newton's method by hand, before statsmodels did it
    found = estimate(CELLS)
    assert (found.low, found.high) == (87, 247)

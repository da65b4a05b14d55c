"""How many no list holds is told as a range, and the range holds the truth where its assumption does."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest

from casebook.domain.review.hidden_population import estimate


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

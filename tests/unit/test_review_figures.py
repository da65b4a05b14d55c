"""Figures of the review: intervals, agreement, what one look misses, an end, and what may be published."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.domain.review import figures
from casebook.domain.review.figures import Pair

TODAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),  # Newcombe (1998), Stat Med 17:857, the score method
        (81, 263, 0.2553, 0.3662),  # the same paper's table
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_the_published_one(count, of, low, high):
    assert figures.wilson(count, of) == pytest.approx((low, high), abs=1e-4)


def test_kappa_is_cohens_where_every_case_was_seen_twice():
    # 20, 5, 10, 15: the usual worked example, kappa 0.4
    pairs = [
        Pair(first=first, second=second, chance=1.0)
        for first, second, count in (("y", "y", 20), ("y", "n", 5), ("n", "y", 10), ("n", "n", 15))
        for _ in range(count)
    ]
    found = figures.agreement(pairs)
    assert (found.pairs, found.agreed, found.kappa) == (50, 35, pytest.approx(0.4))


def test_a_pair_drawn_at_one_in_ten_stands_for_ten():
    drawn = [
        Pair(first="no_failure", second="service", chance=0.1),
        Pair(first="service", second="service", chance=0.1),
    ]
    whole = [pair for pair in drawn for _ in range(10)]
    certain = [Pair(first=pair.first, second=pair.second, chance=1.0) for pair in whole]
    top = [Pair(first="no_failure", second="no_failure", chance=1.0)] * 5
    assert figures.agreement([*drawn, *top]).kappa == figures.agreement([*certain, *top]).kappa


def test_where_all_say_the_same_kappa_tells_nothing():
    assert figures.agreement([Pair(first="no_failure", second="no_failure", chance=1.0)] * 9).kappa is None
    assert figures.agreement([]).kappa is None


def test_what_one_look_misses_is_a_range_and_unknown_without_a_second_look():
    assert figures.undetected(sampled=0, overturned=0, looked_at_once=500) is None
    found = figures.undetected(sampled=100, overturned=2, looked_at_once=900)
    assert found.low <= 18 <= found.high
    assert (found.low, found.high) == (4, 64)
    none = figures.undetected(sampled=100, overturned=0, looked_at_once=900)
    assert none.low == 0 < none.high


def test_an_end_is_forecast_from_how_it_went_and_not_from_too_few():
    assert figures.forecast(concluded=9, days=3, remaining=100, today=TODAY, needs=10) is None
    found = figures.forecast(concluded=100, days=10, remaining=100, today=TODAY, needs=10)
    assert found.end == date(2026, 6, 11)
    assert found.earliest < found.end < found.latest


@given(
    st.dictionaries(
        st.text("abcdef", min_size=1, max_size=3),
        st.integers(0, 60).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))),
        max_size=8,
    ),
    st.integers(2, 10),
)
def test_no_small_cell_is_published_nor_can_one_be_worked_out(groups, fewer_than):
    told = figures.publishable(figures.rates(figures.pooled(groups, fewer_than=fewer_than)), fewer_than=fewer_than)
    shown = [each for each in told if each.count is not None]
    assert not [each for each in shown if 0 < each.count < fewer_than or 0 < each.of - each.count < fewer_than]
    hidden = len(told) - len(shown)
    assert hidden != 1 or len(told) == 1  # the total less the others would tell it
    small = [each for each in told if each.of is not None and 0 < each.of < fewer_than]
    assert not small


@given(
    st.dictionaries(
        st.text("abc", min_size=1, max_size=3), st.integers(0, 9).map(lambda of: (of // 2, of)), max_size=8
    ),
    st.integers(2, 6),
)
def test_pooling_loses_nobody(groups, fewer_than):
    pooled = figures.pooled(groups, fewer_than=fewer_than)
    assert sum(of for _, of in pooled.values()) == sum(of for _, of in groups.values())
    assert sum(count for count, _ in pooled.values()) == sum(count for count, _ in groups.values())

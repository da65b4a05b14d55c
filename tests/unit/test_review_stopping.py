"""When the look-back may stop: a random sample beside the ranking says how many failures are left below it."""

from __future__ import annotations

import random

from casebook.domain.review.stopping import depth_of, interleaved, likely_left


def test_every_so_many_places_go_to_the_sample_and_nobody_is_left_out_or_given_twice():
    waiting = list(range(40))
    order = list(interleaved(waiting, lambda number: number in {25, 33, 39}, opened=0, every=10))
    assert sorted(order) == waiting
    assert order[:9] == waiting[:9]
    assert [order.index(number) for number in (25, 33, 39)] == sorted(order.index(number) for number in (25, 33, 39))
    assert order.index(25) < 11
    assert order.index(39) < 33


def test_it_goes_on_where_the_last_allocation_stopped():
    whole = list(interleaved(list(range(30)), lambda number: number == 29, opened=0, every=10))
    rest = list(
        interleaved(
            [number for number in range(30) if number not in whole[:5]], lambda number: number == 29, opened=5, every=10
        )
    )
    assert rest == whole[5:]


def test_the_depth_is_where_nearly_all_before_were_examined():
    assert depth_of([]) == 0
    assert depth_of([False, True]) == 0
    assert depth_of([True] * 50 + [False] * 50) == 50
    assert depth_of([True] * 29 + [False] + [True] * 20 + [False] * 30 + [True]) == 50  # one waits, one was asked about


def test_nothing_is_known_without_a_sample_and_much_with_one():
    def left(sampled, failures, chances, found=30):
        return likely_left(
            depth=100, sampled=sampled, failures=failures, not_examined=chances, found=found, hours_each=2.0
        )

    chances = [0.02] * 50 + [0.001] * 950
    assert left(0, 0, chances) is None
    none, some = left(100, 0, chances), left(100, 2, chances)
    assert (none.low, none.examinations_to_95, none.hours_to_95) == (0, 0, 0.0)
    assert none.high < some.high
    assert some.low <= 20 <= some.high
    assert 0 < some.examinations_to_95 <= 1000
    assert some.hours_to_95 == 2.0 * some.examinations_to_95
    assert left(100, 2, [0.0] * 100, found=0).examinations_to_95 is None
    assert left(100, 2, chances, found=1000).examinations_to_95 == 0


def test_the_range_holds_what_is_left_nineteen_times_in_twenty():
    rng, held = random.Random(3), 0  # noqa: S311 - a simulation
    for _ in range(400):
        failures = [rng.random() < 0.03 for _ in range(2_000)]
        sampled = rng.sample(range(2_000), 150)
        estimate = likely_left(
            depth=0, sampled=150, failures=sum(failures[at] for at in sampled), not_examined=[0.0] * 1_850, found=0, hours_each=1.0
        )  # fmt: skip
        held += estimate.low <= sum(failures) - sum(failures[at] for at in sampled) <= estimate.high
    assert held >= 370

"""What each number of the review does beside the ranking: where its rule turns. `benchmarks/guarded_numbers.py` needs it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from casebook.domain.review import figures, suspicions
from casebook.domain.review.evidence import LinkedHistory
from casebook.domain.review.learning import ExaminedSuspicion, learnt_odds
from casebook.domain.review.past_application import Linked
from casebook.domain.review.stopping import interleaved, likely_left
from casebook.policies import review

POLICY = review.load()
WEIGHTS, ALLOCATION = POLICY.weights, POLICY.allocation
MONDAY = datetime(2026, 2, 2, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def history(**facts):
    nothing = {"qualifying_then": 0, "supporting_then": 0, "close_then": False, "points_then": 0.0}
    who = Linked(
        source="rms", weight=25.0, words=frozenset({"BOB", "JONES"}), dob="1980-05-06", person_id="7", bears_name=True
    )
    return LinkedHistory(who=who, qualifying_since=0, domestic_since=0, **nothing | facts)


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({"qualifying_then": 1, "close_then": True, "points_then": 15.0}, 55.0),
        ({"qualifying_then": 1, "points_then": 15.0}, 35.0),
        ({"qualifying_then": 1, "points_then": 59.0}, 79.0),
        ({"qualifying_then": 1, "points_then": 61.0}, 80.0),  # no history adds more than sixty
        ({"supporting_then": 1}, 4.0),
        ({"supporting_then": 1, "points_then": 60.0}, 24.0),
        ({"supporting_then": 1, "points_then": 66.0}, 25.0),  # what only supports weighs no more
        ({"points_then": 60.0}, 0.0),
    ],
)
def test_a_history_that_was_kept_from_somebody_weighs(facts, points):
    assert suspicions.gravity(history(**facts), WEIGHTS) == points


def test_a_supporting_history_cannot_be_divided_by_nothing():
    with pytest.raises(ValueError, match="supporting_each"):
        replace(WEIGHTS, supporting_each=replace(WEIGHTS.supporting_each, value=0.0))


def factor(failures, of, chance=0.2):
    findings = [ExaminedSuspicion(suspicion="refused", chance=chance, failure=at < failures) for at in range(of)]
    return learnt_odds(findings, POLICY.learning)[0].factor


def test_what_is_stated_counts_as_twenty_examinations_and_findings_move_the_odds_between_a_half_and_four_times():
    assert factor(5, 10) == pytest.approx(9 / 21 * 4, abs=0.001)  # as 9 failures of 30
    assert (factor(0, 999), factor(999, 999)) == (0.5, 4.0)


def test_the_first_tenth_of_a_ranking_is_looked_at_again_and_a_tenth_of_the_others():
    assert [place for place in range(1, 51) if ALLOCATION.is_top(place, of=50)] == [1, 2, 3, 4, 5]
    assert [ALLOCATION.is_sampled(lot) for lot in (0.0, 0.0999, 0.1)] == [True, True, False]


def test_a_twentieth_of_a_register_is_drawn_and_gets_every_tenth_place():
    assert [ALLOCATION.is_beside(lot) for lot in (0.0, 0.0499, 0.05)] == [True, True, False]
    order = list(
        interleaved(list(range(40)), lambda number: number == 39, opened=0, every=ALLOCATION.beside_every.value)
    )
    assert order.index(39) == 9


def test_somebody_examines_ten_at_a_time_each_within_ten_days_and_the_urgent_ones_within_two():
    assert [ALLOCATION.has_room(number) for number in (0, 9, 10)] == [True, True, False]
    assert ALLOCATION.examine_by(MONDAY, urgent=False) == MONDAY + 10 * DAY
    assert ALLOCATION.examine_by(MONDAY, urgent=True) == MONDAY + 2 * DAY
    assert ALLOCATION.decide_by(MONDAY) == MONDAY + 24 * HOUR


def test_an_examination_takes_an_hour_and_a_half():
    left = likely_left(
        depth=10, sampled=10, failures=5, not_examined=[0.5] * 20, found=0, hours_each=ALLOCATION.hours_each.value
    )
    assert left.hours_to_95 == left.examinations_to_95 * 1.5 > 0


def test_whoever_cannot_be_contacted_is_looked_at_again_after_two_weeks_and_a_warning_within_a_day():
    assert POLICY.contact.look_again_on(date(2026, 2, 2)) == date(2026, 2, 16)
    assert POLICY.before_telling.answer_by(MONDAY) == MONDAY + DAY


@pytest.mark.parametrize(("count", "shown"), [(4, None), (5, 5)])
def test_a_count_of_fewer_than_five_is_not_published(count, shown):
    shares = [figures.Share(what=what, of=100, count=count, low=0.0, high=1.0) for what in ("one", "other")]
    published = figures.publishable(shares, fewer_than=POLICY.publishing.fewer_than.value)
    assert {share.count for share in published} == {shown}


@pytest.mark.parametrize(("concluded", "told"), [(9, False), (10, True)])
def test_an_end_is_forecast_from_ten_examinations_on(concluded, told):
    needs = POLICY.publishing.forecast_needs.value
    end = figures.forecast(concluded=concluded, days=5.0, remaining=10, today=date(2026, 2, 2), needs=needs)
    assert (end is not None) is told

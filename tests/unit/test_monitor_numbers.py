"""What each number of the monitor does. `benchmarks/guarded_numbers.py` needs it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from casebook.domain.monitor.decision_monitor import ChartKind, MonitoredCase, chart
from casebook.domain.vocabulary import Band
from casebook.monitor import sampling
from casebook.monitor.expected import raised
from casebook.monitor.weekly import run_length
from casebook.policies import monitor

POLICY = monitor.load()
CHARTS, SAMPLES = POLICY.charts, POLICY.sampling
MONDAY = datetime(2026, 2, 2, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_unit_gives_one_false_signal_in_ten_years_and_never_within_a_thousand_cases():
    assert run_length([], CHARTS) == 1_000
    assert run_length([MONDAY + number * DAY for number in range(40)], CHARTS) == pytest.approx(3_744, abs=1)
    assert run_length([MONDAY + number * 5 * DAY for number in range(60)], CHARTS) == 1_000


# so many events in a row, of which one in ten was expected, add up to a score of five
@pytest.mark.parametrize(
    ("channel", "events"),
    [
        (ChartKind.DECISION, 6), (ChartKind.YIELD, 6), (ChartKind.SKIPPED_SOURCE, 4), (ChartKind.UNCOVERED_VARIANT, 4),
        (ChartKind.REJECTED_CANDIDATE, 6), (ChartKind.HURRIED, 6), (ChartKind.DISAGREEMENT, 4),
        (ChartKind.FOUND_AT_CHECK, 6),
    ],
)  # fmt: skip
def test_a_chart_rises_the_faster_the_greater_the_odds_it_watches_for(channel, events):
    cases = [MonitoredCase(on=date(2026, 2, 2), happened=True, expected=0.1)] * 20
    path = chart(cases, odds_ratio=CHARTS.odds_ratio.value[channel], threshold=5.0)
    assert path.signals[0].case == events


def test_where_no_disagreement_was_seen_in_thirty_the_rate_is_taken_to_be_above_four_in_a_hundred():
    seen = np.array([0.5 / 31])
    [highest] = raised(seen, 0, 30, CHARTS.rate_assurance.value[ChartKind.DISAGREEMENT])
    assert highest == pytest.approx(0.0436, abs=0.0005)


def test_a_signal_is_answered_within_a_week_and_a_decision_made_again_within_two():
    assert CHARTS.answer_by(MONDAY) == MONDAY + 7 * DAY
    assert SAMPLES.answer_by(MONDAY) == MONDAY + 14 * DAY


def test_the_decisions_of_a_quarter_are_sampled():
    assert SAMPLES.begins(MONDAY) == datetime(2025, 11, 3, 10, 0, tzinfo=UTC)


def test_twenty_nine_decisions_find_one_wrong_one_if_a_tenth_is_wrong():
    size = sampling.sample_size_to_find(worst_rate=SAMPLES.worst_rate.value, assurance=SAMPLES.assurance.value)
    assert size == 29
    assert 1 - 0.9**28 < 0.95 <= 1 - 0.9**29


def test_half_of_the_chance_of_being_drawn_is_the_same_for_all():
    chances = sampling.inclusion_chances([0.0] * 9 + [1.0], size=1, random_part=SAMPLES.random_part.value)
    assert chances == pytest.approx([0.05] * 9 + [0.55])


@pytest.mark.parametrize(
    ("band", "facts", "times"),
    [
        (Band.STANDARD, {}, 1), (Band.MEDIUM, {}, 2), (Band.HIGH, {}, 4), (Band.CRITICAL, {}, 6),
        (Band.INSUFFICIENT_INFORMATION, {}, 4), (Band.STANDARD, {"negative": True}, 2),
        (Band.STANDARD, {"in_question": True}, 4), (Band.CRITICAL, {"negative": True, "in_question": True}, 48),
    ],
)  # fmt: skip
def test_a_decision_weighs_more_if_it_is_grave_negative_or_of_somebody_asked_about(band, facts, times):
    assert SAMPLES.weight(band, **{"negative": False, "in_question": False} | facts) == times

"""What holds of every chart, funnel and draw, whatever the decisions."""

import itertools
import math
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from casebook.domain.monitor.decision_monitor import MonitoredCase, chart, score
from casebook.monitor.funnel import false_discovery_rates, over_dispersion, place, tails
from casebook.monitor.sampling import draw
from casebook.monitor.thresholds import arl_exactly, mix_of
from casebook.monitor.unit_change import log_odds_shift, moved

PROBABILITY = st.floats(0, 1)
CASES = st.lists(
    st.builds(MonitoredCase, on=st.just(date(2024, 1, 1)), happened=st.booleans(), expected=PROBABILITY), max_size=60
)
ODDS_RATIO = st.floats(1.1, 20).flatmap(lambda ratio: st.sampled_from([ratio, 1 / ratio]))


@given(CASES, ODDS_RATIO, st.floats(0.1, 10))
def test_a_chart_stays_on_its_side_and_below_its_threshold_between_signals(cases, odds_ratio, threshold):
    path = chart(cases, odds_ratio=odds_ratio, threshold=threshold)
    side = 1 if odds_ratio > 1 else -1
    signalled = {signal.case for signal in path.signals}
    for number, value in enumerate(path.values, start=1):
        assert side * value >= 0
        assert (abs(value) >= threshold - 1e-6) == (number in signalled) or abs(abs(value) - threshold) < 1e-6
    assert abs(path.current) < threshold
    assert sum(signal.since_restart for signal in path.signals) <= len(cases)


@given(CASES, ODDS_RATIO, st.integers(0, 60))
def test_a_chart_is_the_same_read_in_two_parts_of_its_past(cases, odds_ratio, cut):
    whole = chart(cases, odds_ratio=odds_ratio, threshold=3.0)
    first = chart(cases[:cut], odds_ratio=odds_ratio, threshold=3.0)
    assert whole.values[:cut] == first.values
    assert whole.signals[: len(first.signals)] == first.signals


@given(PROBABILITY, ODDS_RATIO)
def test_a_score_is_on_average_against_the_failure_when_there_is_none(expected, odds_ratio):
    event, none = (score(happened=happened, expected=expected, odds_ratio=odds_ratio) for happened in (True, False))
    assert expected * event + (1 - expected) * none <= 1e-12
    assert math.isclose(expected * math.exp(event) + (1 - expected) * math.exp(none), 1, rel_tol=1e-9)


@given(st.floats(0.05, 0.95), ODDS_RATIO, st.floats(0.05, 2.5), st.floats(0, 1))
def test_a_higher_threshold_never_makes_runs_shorter(p, odds_ratio, threshold, more):
    mix = mix_of([p], odds_ratio)
    if mix.exact:
        assert arl_exactly(mix, threshold + more) >= arl_exactly(mix, threshold) * (1 - 1e-9)
        assert arl_exactly(mix, threshold) >= math.exp(threshold) * (1 - 1e-9)


@given(st.lists(PROBABILITY, max_size=40), st.data())
def test_tails_are_chances_and_together_count_the_observed_twice(expected, data):
    observed = data.draw(st.integers(0, len(expected)))
    found = tails(observed, expected)
    assert 0 <= found.low <= 1
    assert 0 <= found.high <= 1
    assert found.low + found.high >= 1 - 1e-9
    place(found)


@given(st.lists(st.floats(-30, 30), max_size=30))
def test_dispersion_never_narrows_a_funnel(scores):
    assert over_dispersion(scores) >= 1


@given(st.lists(PROBABILITY, max_size=30))
def test_discovery_rates_keep_the_order_and_never_flatter(p_values):
    rates = false_discovery_rates(p_values)
    assert all(p <= q + 1e-12 for p, q in zip(p_values, rates, strict=True))
    ordered = sorted(zip(p_values, rates, strict=True))
    assert all(first[1] <= second[1] + 1e-12 for first, second in itertools.pairwise(ordered))


@given(st.dictionaries(st.text(max_size=4), st.floats(0, 1e6), max_size=30), st.integers(0, 40), st.integers(0, 2**32))
def test_a_draw_has_the_size_asked_and_chances_that_add_up(weights, size, seed):
    drawn = draw(weights, size=size, seed=seed)
    assert len(drawn) == min(size, len(weights))
    assert all(0 < each.chance <= 1 + 1e-9 for each in drawn)


@given(CASES)
def test_a_common_shift_is_always_found_and_finite(cases):
    shift = log_odds_shift(cases)
    assert math.isfinite(shift)
    assert all(0 <= moved(case, shift).expected <= 1 for case in cases)

"""What was to be expected: models that never saw the person they judge."""

import math

import numpy as np
import pandas as pd
import pytest

from casebook.domain.monitor.decision_monitor import ChartKind
from casebook.monitor.expected import FEATURES, calibration, expected_by_others, fit, fit_counted, predict, raised


@pytest.fixture
def cases():
    """Six deciders; disclosure depends on findings and band, and on the decider only for F."""
    dice = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "decider": dice.choice(list("ABCDEF"), 3000),
            "route": dice.choice(["right_to_ask", "right_to_know"], 3000),
            "band": dice.choice(["standard", "high", "critical"], 3000),
            "findings": dice.poisson(2, 3000),
        }
    )
    log_odds = -1.5 + 0.5 * frame["findings"] + 1.0 * (frame["band"] == "critical")
    frame["happened"] = (dice.random(3000) < 1 / (1 + np.exp(-log_odds))) & (frame["decider"] != "F")
    return frame


def test_a_decider_is_judged_by_a_model_that_never_saw_their_decisions(cases):
    features = FEATURES[ChartKind.DECISION]
    before = expected_by_others(cases, features=features)
    turned = cases.assign(happened=cases["happened"] ^ (cases["decider"] == "F"))
    after = expected_by_others(turned, features=features)
    own = cases["decider"] == "F"
    pd.testing.assert_series_equal(before[own], after[own])
    assert (before[~own] - after[~own]).abs().max() > 0.01


def test_a_decider_in_question_teaches_nobodys_model(cases):
    features = FEATURES[ChartKind.DECISION]
    sound = cases["decider"] != "F"
    expected = expected_by_others(cases, features=features, in_question={"F"})
    found = calibration(expected[sound].to_numpy(), cases.loc[sound, "happened"].to_numpy())
    assert found.intercept == pytest.approx(0, abs=0.1)
    tainted = expected_by_others(cases, features=features)
    assert calibration(tainted[sound].to_numpy(), cases.loc[sound, "happened"].to_numpy()).intercept > 0.2


def test_cases_that_are_alike_teach_the_same_counted_together_as_one_by_one(cases):
    features = FEATURES[ChartKind.DECISION]
    alike = cases.groupby(list(features))["happened"].agg(["size", "sum"]).astype(float).reset_index()
    counted = fit_counted(alike, alike["size"].to_numpy(), alike["sum"].to_numpy(), features=features)
    single = fit(cases, features=features)
    assert counted.fitted_on == single.fitted_on
    assert counted.coefficients == pytest.approx(single.coefficients)


def test_yield_is_expected_from_nothing_the_researcher_entered():
    assert not set(FEATURES[ChartKind.YIELD]) & {
        "findings",
        "band",
        "sources_searched",
        "candidates_rejected",
        "outcome",
    }


def test_a_model_says_what_each_fact_is_worth(cases):
    sound = cases[cases["decider"] != "F"]
    model = fit(sound, features=FEATURES[ChartKind.DECISION])
    assert not model.penalised
    per_finding = model.coefficients["findings"] / model.design.numbers["findings"][1]
    assert per_finding == pytest.approx(0.5, abs=0.12)
    critical = model.coefficients.get("band=critical", 0) - model.coefficients.get("band=high", 0)
    assert critical == pytest.approx(1.0, abs=0.3)


def test_calibration_tells_good_from_exaggerated():
    dice = np.random.default_rng(2)
    log_odds = dice.normal(-0.6, 1, 20_000)
    p = 1 / (1 + np.exp(-log_odds))
    happened = dice.random(20_000) < p
    good, bold = calibration(p, happened), calibration(1 / (1 + np.exp(-2 * log_odds)), happened)
    assert (good.intercept, good.slope) == pytest.approx((0, 1), abs=0.06)
    assert bold.slope == pytest.approx(0.5, abs=0.05)
    assert good.brier < bold.brier
    assert sum(cases for cases, _, _ in good.tenths) == 20_000


@pytest.mark.parametrize("happened", [[True] * 80, [False] * 80, [True, False] * 40])
def test_separation_and_equal_outcomes_still_give_probabilities(happened):
    frame = pd.DataFrame({"decider": ["A", "B"] * 40, "band": ["high", "low"] * 40, "happened": happened})
    model = fit(frame, features=["band"])
    assert model.penalised
    assert predict(model, frame).min() > 0
    assert predict(model, frame).max() < 1
    assert expected_by_others(frame, features=["band"]).between(0, 1, inclusive="neither").all()


def test_missing_values_are_a_level_and_new_levels_do_not_break_a_prediction(cases):
    cases.loc[::5, "findings"] = math.nan
    cases.loc[::7, "route"] = None
    model = fit(cases, features=FEATURES[ChartKind.DECISION])
    assert {"findings=unknown", "route=unknown"} <= set(model.coefficients)
    stranger = pd.DataFrame({"findings": [math.nan], "band": ["never met"], "route": [None]})
    assert 0 < predict(model, stranger)[0] < 1


def test_one_decider_has_nobody_to_be_compared_with(cases):
    alone = cases[cases["decider"] == "A"]
    assert expected_by_others(alone, features=["band"]).isna().all()
    assert calibration([], []).brier is None


def test_few_events_raise_what_is_expected_and_many_hardly_do():
    few, many = (float(raised(np.array([0.03]), events, events / 0.03, 0.9)[0]) for events in (3, 3000))
    assert few > 0.05
    assert 0.03 < many < 0.031
    none = raised(np.array([0.01, 0.5]), 0, 60, 0.9)
    assert none[0] > 0.02
    assert (none < 1).all()


def test_the_others_rate_is_raised_only_where_it_is_asked_for():
    frame = pd.DataFrame({"decider": ["A", "B"] * 60, "band": "high", "happened": [False] * 117 + [True] * 3})
    plain, cautious = (expected_by_others(frame, features=["band"], assurance=assurance) for assurance in (None, 0.9))
    assert (cautious > 1.2 * plain).all()

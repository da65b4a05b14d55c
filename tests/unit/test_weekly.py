"""The week's look as a rule: rows in, questions out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from casebook.domain.monitor.decision_monitor import ChartKind, Side
from casebook.monitor.thresholds import threshold_for, thresholds_for
from casebook.monitor.weekly import frame_of, judge, watch, watch_all
from casebook.policies import monitor

START = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
RULES = monitor.load().charts
PEOPLE = tuple(f"r{number}" for number in range(8))


def looked(channel, rows, *, resets=None, in_question=()):
    return watch(channel, rows, rules=RULES, resets=resets or {}, in_question=in_question)


def research(each, *, misses=None, seed=3, people=PEOPLE):
    """Applications with a third likely to have something found; `misses` overlooks seven in ten of it."""
    chance = np.random.default_rng(seed)
    for number in range(each * len(people)):
        who, proposed = people[number % len(people)], float(chance.poisson(1.0))
        there = chance.random() < 1 / (1 + np.exp(1.2 - 1.4 * proposed))
        yield {
            "case": f"A{number:05d}", "judged": who, "at": START + timedelta(hours=number),
            "happened": bool(there and not (who == misses and chance.random() < 0.7)), "route": "right_to_ask",
            "applicant": "a", "immediate_danger": "no", "relationship": "partner", "b_age": 30.0 + number % 20,
            "b_sex": "m", "proposed_matches": proposed,
        }  # fmt: skip


def asked(report):
    return {question.judged for question in report.questions}


def test_a_researcher_who_misses_what_is_there_is_asked_about():
    report = looked(ChartKind.YIELD, list(research(80, misses="r2")))
    assert asked(report) == {"r2"}
    assert {question.side for question in report.questions} == {"low"}
    assert report.questions[0].evidence["observed"] < report.questions[0].evidence["expected"]


def test_sound_researchers_are_not_asked_about():
    assert asked(looked(ChartKind.YIELD, list(research(80)))) == set()


def decided(each, *, never, seed=5):
    """By four people; half of the decisions are to tell, and `never` tells nobody."""
    chance = np.random.default_rng(seed)
    for number in range(each * 4):
        who, findings = PEOPLE[number % 4], float(chance.integers(0, 5))
        tells = bool(chance.random() < 1 / (1 + np.exp(2 - findings)))
        yield {
            "case": f"A{number:05d}", "judged": who, "at": START + timedelta(hours=number), "route": "right_to_ask",
            "happened": tells and who != never, "findings": findings, "band": "medium",
        }  # fmt: skip


def test_whoever_tells_nobody_does_not_make_the_others_look_as_if_they_told_too_much():
    rows = list(decided(300, never="r2"))
    at_once = judge(
        ChartKind.DECISION,
        frame_of(ChartKind.DECISION, rows),
        rules=RULES,
        resets={},
        in_question=(),
        limits=thresholds_for,
    )
    assert len(asked(at_once)) > 1
    assert asked(looked(ChartKind.DECISION, rows)) == {"r2"}


def test_two_sides_that_are_watched_share_the_false_signals_that_are_wanted():
    expected = [0.2, 0.4, 0.6]
    both = thresholds_for(ChartKind.DECISION, expected, 3.0, 1000.0)
    assert both[Side.HIGH] == threshold_for(expected, odds_ratio=3.0, arl0=2000.0).threshold
    (one,) = thresholds_for(ChartKind.YIELD, expected, 3.0, 1000.0).values()
    assert one == threshold_for(expected, odds_ratio=1 / 3, arl0=1000.0).threshold


def test_a_chart_starts_again_after_its_last_signal():
    rows = list(research(80, misses="r2"))
    first = looked(ChartKind.YIELD, rows)
    last = max(question.at for question in first.questions)
    again = looked(ChartKind.YIELD, rows, resets={(ChartKind.YIELD, "low", "r2"): last})
    assert again.questions == ()
    (path,) = next(each for each in again.standing if each.judged == "r2").paths
    assert len(path.values) == sum((row["at"], row["case"]) > last for row in rows if row["judged"] == "r2")


def test_nobody_is_asked_about_before_twenty_cases():
    rows = [*research(80), *research(19, misses="new", people=("new",), seed=5)]
    for row in rows[-19:]:
        row["happened"], row["proposed_matches"], row["case"] = False, 6.0, f"N{row['case']}"
    assert asked(looked(ChartKind.YIELD, rows)) == set()


def test_whoever_skips_a_source_in_a_fifth_is_asked_about():
    chance = np.random.default_rng(1)
    rows = [
        {**row, "happened": bool(chance.random() < (0.2 if row["judged"] == "r5" else 0.02))} for row in research(60)
    ]
    assert asked(looked(ChartKind.SKIPPED_SOURCE, rows)) == {"r5"}


def test_haste_is_measured_against_the_others_searches_of_the_same_source():
    chance = np.random.default_rng(2)
    rows = [
        {"case": f"S{number}", "judged": PEOPLE[number % 8], "at": START + timedelta(hours=number),
         "source": ("pnc", "pnd")[number // 8 % 2],
         "seconds": float(chance.gamma(4, 300)) * (0.1 if number % 8 == 6 else 1) * (1 + number // 8 % 2)}
        for number in range(8 * 60)
    ]  # fmt: skip
    assert asked(looked(ChartKind.HURRIED, rows)) == {"r6"}


@pytest.mark.parametrize("happened", [True, False])
def test_all_outcomes_equal_asks_nothing(happened):
    assert asked(looked(ChartKind.YIELD, [{**row, "happened": happened} for row in research(30)])) == set()


def test_a_change_of_the_whole_unit_asks_about_nobody_and_is_told():
    rows = list(research(100))
    chance = np.random.default_rng(6)
    for row in rows[len(rows) // 2 :]:
        row["happened"] = bool(row["happened"] and chance.random() < 0.3)
    report = looked(ChartKind.YIELD, rows)
    assert asked(report) == set()
    assert report.change is not None
    assert report.change.log_odds < 0


def test_one_person_alone_has_nobody_to_be_compared_with():
    report = looked(ChartKind.YIELD, list(research(100, people=("alone",))))
    assert (report.cases, report.questions) == (0, ())


def test_nothing_at_all_is_looked_at_in_every_channel():
    reports = watch_all(rows=dict.fromkeys(ChartKind, ()), rules=RULES, resets={}, in_question=())
    assert [report.cases for report in reports] == [0] * len(ChartKind)

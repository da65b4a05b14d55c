"""Scores, charts and the two commands, on decisions written out here."""

import csv
import json
import math
import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from casebook.cli.main import main
from casebook.domain.monitor.decision_monitor import MonitoredCase, Side, chart, judgement, reason_not_to_name, score
from casebook.domain.vocabulary import Outcome
from casebook.monitor.unit_change import others_shift

DAY = date(2024, 1, 1)


def surgical(points: float) -> float:
    """The published example's probability of death for so many Parsonnet points."""
    return 1 / (1 + math.exp(3.68 - 0.077 * points))


@pytest.mark.parametrize(
    ("odds_ratio", "points", "happened", "published"),
    [
        (2, 0, False, -0.024),
        (2, 0, True, 0.669),
        (2, 50, False, -0.433),
        (2, 50, True, 0.260),
        (0.5, 0, False, 0.012),
        (0.5, 0, True, -0.681),
        (0.5, 50, False, 0.316),
        (0.5, 50, True, -0.377),
    ],
)
def test_scores_are_those_published_by_steiner(odds_ratio, points, happened, published):
    assert score(happened=happened, expected=surgical(points), odds_ratio=odds_ratio) == pytest.approx(
        published, abs=5e-4
    )


def test_a_chart_restarts_at_zero_after_it_reaches_its_threshold():
    step = score(happened=False, expected=0.5, odds_ratio=0.5)
    cases = [MonitoredCase(on=DAY + timedelta(days=n), happened=False, expected=0.5) for n in range(5)]
    path = chart(cases, odds_ratio=0.5, threshold=2 * step)
    assert path.side is Side.LOW
    assert path.values == pytest.approx([-step, -2 * step, -step, -2 * step, -step])
    assert [(signal.on, signal.case, signal.since_restart) for signal in path.signals] == [
        (DAY + timedelta(days=1), 2, 2),
        (DAY + timedelta(days=3), 4, 2),
    ]
    assert path.current == pytest.approx(-step)
    assert chart(cases[:2], odds_ratio=0.5, threshold=2 * step).current == 0


def test_expected_values_of_0_and_1_give_finite_scores():
    for expected in (0.0, 1.0):
        for happened in (False, True):
            for odds_ratio in (2, 0.5):
                assert math.isfinite(score(happened=happened, expected=expected, odds_ratio=odds_ratio))


def test_only_four_outcomes_are_decisions():
    assert {outcome: judgement(outcome) for outcome in Outcome if judgement(outcome) is not None} == {
        Outcome.DISCLOSED_TO_A: True,
        Outcome.DISCLOSED_TO_PROTECTOR: True,
        Outcome.NOTHING_TO_DISCLOSE: False,
        Outcome.NOT_DISCLOSED: False,
    }
    assert judgement("disclosed") is True
    with pytest.raises(ValueError, match="maybe"):
        judgement("maybe")


def test_nobody_is_named_before_twenty_decisions():
    assert reason_not_to_name(19) is not None
    assert reason_not_to_name(20) is None


def test_a_decider_is_compared_with_where_the_others_moved():
    assert others_shift({"A": -3.0, "B": 0.0, "C": 0.2}, "A") == pytest.approx(0.1)
    assert others_shift({"A": -3.0}, "A") == 0


# --- the commands -----------------------------------------------------------------------------------------------------


@pytest.fixture
def ask(capsys):
    def asked(*words):
        code = main(["monitor", *map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return asked


@pytest.fixture
def decisions(tmp_path):
    def written(rows, header="decided_on decider reference outcome expected"):
        path = tmp_path / "decisions.csv"
        with path.open("w", newline="") as stream:
            csv.writer(stream).writerows([header.split(), *rows])
        return path

    return written


def unit_of_twelve(*, cases: int, odds: dict[str, float] | None = None, changed_after: float = 1.0, seed: int = 4):
    """Rows of a unit; `odds` multiplies one decider's odds of disclosing; after a part of the time all fall to 0.4."""
    dice = random.Random(seed)  # noqa: S311 - reproducible chance is what is wanted
    rows = []
    for number in range(cases):
        decider, p = f"D{dice.randrange(12):02}", 1 / (1 + math.exp(0.6 - dice.gauss(0, 1)))
        factor = (odds or {}).get(decider, 1.0) * (0.4 if number >= changed_after * cases else 1.0)
        disclosed = dice.random() < factor * p / (1 - p + factor * p)
        outcome = "disclosed" if disclosed else "not_disclosed"
        rows.append([DAY + timedelta(days=number // 6), decider, f"R{number}", outcome, f"{p:.5f}"])
    return rows


def test_a_decider_who_never_discloses_is_the_one_that_signals(ask, decisions):
    code, answer = ask("analyse", decisions(unit_of_twelve(cases=1800, odds={"D03": 0.0})))
    assert code == 0
    by_name = {each["decider"]: each for each in answer["deciders"]}
    assert [name for name, each in by_name.items() if each["signal_at"]] == ["D03"]
    assert by_name["D03"]["funnel"] == "outside_998"
    assert by_name["D03"]["observed"] == 0
    assert by_name["D03"]["cusum_low"] < 0 == by_name["D03"]["cusum_high"]
    assert answer["threshold_low"] > 0 < answer["threshold_high"]


def test_a_change_of_the_whole_unit_flags_nobody_and_is_told(ask, decisions):
    code, answer = ask("analyse", decisions(unit_of_twelve(cases=3600, changed_after=0.5)), "--arl0", 50_000)
    assert code == 0
    assert answer["unit_change"]["log_odds"] == pytest.approx(math.log(0.4), abs=0.25)
    assert [each["decider"] for each in answer["deciders"] if each["signal_at"]] == []


def test_a_decider_who_fails_while_the_unit_changes_is_still_seen(ask, decisions):
    rows = unit_of_twelve(cases=3600, changed_after=0.5, odds={"D05": 0.1})
    _, answer = ask("analyse", decisions(rows), "--arl0", 50_000)
    assert [each["decider"] for each in answer["deciders"] if each["signal_at"]] == ["D05"]


def test_a_new_decider_with_three_cases_is_never_flagged(ask, decisions):
    surprising = [["2024-02-01", "NEW", "", "not_disclosed", "0.99999"]] * 3
    _, answer = ask("analyse", decisions([*unit_of_twelve(cases=600), *surprising]), "--arl0", "5")
    new = next(each for each in answer["deciders"] if each["decider"] == "NEW")
    assert (new["n"], new["signal_at"], new["funnel"], new["signals"]) == (3, None, "inside", [])
    assert new["unnamed_because"]


def test_both_thresholds_are_those_of_twice_the_run_length(ask, decisions):
    path = decisions(unit_of_twelve(cases=300))
    _, answer = ask("analyse", path, "--odds-ratio", "3", "--arl0", "700")
    _, low = ask("threshold", "--odds-ratio", str(1 / 3), "--arl0", "1400", "--expected", path)
    _, high = ask("threshold", "--odds-ratio", "3", "--arl0", "1400", "--expected", path)
    assert (answer["threshold_low"], answer["threshold_high"]) == (low["threshold"], high["threshold"])


def test_decisions_are_charted_by_day_and_rows_of_one_day_in_file_order(ask, decisions):
    late, early = ["2024-02-02", "A", "", "disclosed", "0.5"], ["2024-02-01", "A", "", "not_disclosed", "0.5"]
    _, answer = ask("analyse", decisions([late, early]))
    up = score(happened=True, expected=0.5, odds_ratio=2)
    assert answer["deciders"][0]["cusum_high"] == pytest.approx(up, abs=1e-6)
    one_day = [["2024-02-01", *each[1:]] for each in (late, early)]
    _, answer = ask("analyse", decisions(one_day))
    down = score(happened=False, expected=0.5, odds_ratio=2)
    assert answer["deciders"][0]["cusum_high"] == pytest.approx(max(0, up + down), abs=1e-6)


def test_bad_rows_are_listed_by_physical_line_and_take_no_good_row_with_them(ask, tmp_path):
    path = tmp_path / "decisions.csv"
    path.write_bytes(
        b"\xef\xbb\xbfdecided_on,decider,reference,outcome,expected,mood\r\n"
        b'2024-01-02,"D\r\n1",r,disclosed,0.3,calm\r\n'
        b"2024-01-32,,r,maybe,1.3,calm\r\n"
        b"\r\n"
        b"2024-01-02,D\xff2,r,disclosed,Smith,calm\r\n"
        b"2024-01-02,D2,r,withdrawn,0.3,calm\r\n"
        b"2024-01-02,D2,r,nothing_to_disclose,nan,calm\r\n"
        b"2024-01-02,D2,r,disclosed_to_protector,0.4,calm\r\n"
    )
    code, answer = ask("analyse", path)
    assert code == 1
    assert [(each["line"], each["column"], each["code"]) for each in answer["rejected"]] == [
        (4, "decided_on", "bad_date"),
        (4, "decider", "missing"),
        (4, "outcome", "bad_outcome"),
        (4, "expected", "out_of_range"),
        (6, "decider", "undecodable"),
        (6, "expected", "bad_number"),
        (8, "expected", "out_of_range"),
    ]
    assert "Smith" not in json.dumps(answer)
    assert [(each["decider"], each["n"]) for each in answer["deciders"]] == [("D\r\n1", 1), ("D2", 1)]
    assert answer["not_decisions"] == 1
    assert answer["ignored_columns"] == ["mood"]


def test_an_empty_month_is_an_answer_and_an_empty_file_is_not(ask, decisions, tmp_path):
    code, answer = ask("analyse", decisions([]))
    assert (code, answer["deciders"], answer["threshold_low"], answer["rejected"]) == (0, [], None, [])
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert ask("analyse", empty)[0] == 2
    assert ask("analyse", tmp_path / "absent.csv")[0] == 2
    assert ask("analyse", decisions([], header="decided_on decider"))[0] == 2


def test_where_no_expected_value_is_given_the_others_rate_is_taken(ask, decisions):
    rows = [
        [DAY + timedelta(days=n), "AB"[n % 2], "", "disclosed" if n % 4 else "not_disclosed", ""] for n in range(80)
    ]
    code, answer = ask("analyse", decisions(rows))
    first, second = answer["deciders"]
    assert code == 0
    assert first["expected_from"] == "others_rate"
    assert first["expected"] == pytest.approx(40 * (second["observed"] + 0.5) / 41)


def test_one_decider_without_expected_values_cannot_be_judged(ask, decisions):
    code, answer = ask("analyse", decisions([[DAY, "A", "", "disclosed", ""]]))
    assert (code, answer["deciders"], answer["rejected"][0]["code"]) == (1, [], "no_expected")


def test_certain_expectations_divide_by_nothing(ask, decisions):
    rows = [[DAY, "A", "", "not_disclosed", "1"], [DAY, "B", "", "not_disclosed", "0"]] * 25
    code, answer = ask("analyse", decisions(rows))
    assert (code, answer["threshold_low"], answer["threshold_high"]) == (0, None, None)
    assert [each["funnel"] for each in answer["deciders"]] == ["outside_998", "inside"]


def test_all_outcomes_equal_is_a_clear_answer(ask, decisions):
    rows = [[DAY + timedelta(days=n), "ABC"[n % 3], "", "disclosed", ""] for n in range(90)]
    code, answer = ask("analyse", decisions(rows))
    assert code == 0
    assert {each["funnel"] for each in answer["deciders"]} == {"inside"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--odds-ratio", "1", "--arl0", "500", "--p", "0.3"), 2),
        (("--odds-ratio", "-2", "--arl0", "500", "--p", "0.3"), 2),
        (("--odds-ratio", "2", "--arl0", "0", "--p", "0.3"), 2),
        (("--odds-ratio", "2", "--arl0", "500", "--p", "1.5"), 2),
        (("--odds-ratio", "2", "--arl0", "500", "--expected", "absent.csv"), 2),
        (("--odds-ratio", "2", "--arl0", "500", "--p", "0"), 1),  # nothing wrong with the call: there is no threshold
    ],
)
def test_a_threshold_that_cannot_be_is_refused(ask, words, code):
    answered, answer = ask("threshold", *words)
    assert answered == code
    assert answer["error"]["message"]


@pytest.mark.parametrize("text", ["0.1\n0.2\n", "expected\n0.1\n0.2\n", "expected,x\n0.1,\n,\n0.2,9\n", "0.1, 0.2"])
def test_expected_values_are_read_from_a_column_or_a_plain_list(ask, tmp_path: Path, text):
    path = tmp_path / "expected"
    path.write_text(text)
    code, answer = ask("threshold", "--odds-ratio", 2, "--arl0", 500, "--expected", path)
    assert code == 0
    assert answer["threshold"] == pytest.approx(2.7912, abs=1e-3)

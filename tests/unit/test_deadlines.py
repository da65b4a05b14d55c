"""Deadlines, with a comment per row for each boundary of the calendar, the clock and the policy."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from casebook import policies
from casebook.domain.deadlines import (
    ClockState,
    after,
    due_from_delivery,
    due_from_receipt,
    overdue,
    pause,
    reason_not_to_pause,
    remaining,
    resume,
    start,
)
from casebook.domain.policy import Allowance, Unit
from casebook.domain.vocabulary import Limit, Priority, Route


def at(text):
    return datetime.fromisoformat(text)


def receipt(text, *, route=Route.RIGHT_TO_ASK, priority=Priority.STANDARD, name=None):
    policy = policies.load(name) if name else policies.for_receipt(at(text))
    found = due_from_receipt(
        at(text), route=route, priority=priority, policy=policy, holidays=policies.BankHolidays(policy)
    )
    return {each.what: each for each in found}


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-01-05T09:30:00+00:00", "2026-02-02T09:30:00+00:00"),  # winter, nothing in between
        ("2026-03-10T09:30:00+00:00", "2026-04-07T09:30:00+01:00"),  # clocks go forward: same clock time, an hour less
        ("2026-10-05T09:30:00+01:00", "2026-11-02T09:30:00+00:00"),  # clocks go back: an hour more
        ("2026-03-01T01:30:00+00:00", "2026-03-29T02:30:00+01:00"),  # 01:30 does not exist that day: forward by the gap
        ("2026-09-27T01:30:00+01:00", "2026-10-25T01:30:00+01:00"),  # 01:30 exists twice that day: the earlier
        ("2026-10-25T01:30:00+00:00", "2026-11-22T01:30:00+00:00"),  # received in the second 01:30
        ("2028-02-01T12:00:00+00:00", "2028-02-29T12:00:00+00:00"),  # leap day
        ("2027-02-01T12:00:00+00:00", "2027-03-01T12:00:00+00:00"),  # none
        ("2026-06-30T23:30:00+00:00", "2026-07-29T00:30:00+01:00"),  # already the next day in London
        ("2026-06-30T20:00:00-04:00", "2026-07-29T01:00:00+01:00"),  # an offset from elsewhere
        ("2025-12-01T08:00:00+00:00", "2025-12-29T08:00:00+00:00"),  # Christmas does not count, days are days
        ("2023-04-01T00:00:00+01:00", "2023-04-29T00:00:00+01:00"),  # the first minute of the later policy: 28 days
        ("2023-03-31T23:59:59+01:00", "2023-05-05T23:59:59+01:00"),  # the last of the earlier: 35
        ("2023-03-31T23:30:00+00:00", "2023-04-29T00:30:00+01:00"),  # March in UTC, April in London
    ],
)
def test_the_whole_process_ends_at_the_same_local_clock_time(received, due):
    found = receipt(received)[Limit.WHOLE_PROCESS]
    assert found.due_at.isoformat() == due
    assert found.verified


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-01-05T09:30:00+00:00", "2026-01-19"),  # Monday: the day of receipt does not count
        ("2026-01-10T09:30:00+00:00", "2026-01-23"),  # Saturday
        ("2026-01-11T23:59:59+00:00", "2026-01-23"),  # Sunday, last second
        ("2026-03-27T10:00:00+00:00", "2026-04-14"),  # Good Friday 3 and Easter Monday 6 April lie between
        ("2026-04-03T10:00:00+01:00", "2026-04-20"),  # received on Good Friday
        ("2025-12-19T10:00:00+00:00", "2026-01-07"),  # Christmas, Boxing Day, New Year
        ("2026-12-18T10:00:00+00:00", "2027-01-06"),  # Boxing Day is a Saturday, its holiday Monday 28
        ("2026-12-25T10:00:00+00:00", "2027-01-12"),  # received on Christmas Day; 28 December and New Year lie between
        ("2022-05-20T10:00:00+01:00", "2022-06-07"),  # the Platinum Jubilee: 2 and 3 June
        ("2022-09-12T10:00:00+01:00", "2022-09-27"),  # the State Funeral on the 19th
        ("2023-04-28T10:00:00+01:00", "2023-05-16"),  # 1 May and the Coronation holiday on the 8th
        ("2020-04-30T10:00:00+01:00", "2020-05-15"),  # in 2020 the May holiday was Friday the 8th
        ("2026-07-06T22:59:59+00:00", "2026-07-20"),  # 23:59:59 in London, still Monday
        ("2026-07-06T23:30:00+00:00", "2026-07-21"),  # half past midnight in London, Tuesday
        ("2026-01-05T23:30:00+00:00", "2026-01-19"),  # in winter that is still Monday
        ("2028-02-21T10:00:00+00:00", "2028-03-06"),  # over 29 February
    ],
)
def test_the_meeting_is_due_at_the_end_of_the_tenth_working_day(received, due):
    due_at = receipt(received)[Limit.FACE_TO_FACE].due_at
    assert due_at.date().isoformat() == due
    assert due_at.time().isoformat() == "23:59:59"


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-01-05T09:30:00+00:00", "2026-01-06T09:30:00+00:00"),
        ("2026-03-28T12:00:00+00:00", "2026-03-29T13:00:00+01:00"),  # clocks go forward: 24 hours are 24 hours
        ("2026-10-24T12:00:00+01:00", "2026-10-25T11:00:00+00:00"),  # clocks go back
        ("2026-10-24T02:30:00+01:00", "2026-10-25T01:30:00+00:00"),  # the second 01:30
        ("2026-12-24T18:00:00+00:00", "2026-12-25T18:00:00+00:00"),  # Christmas is no excuse
    ],
)
def test_the_initial_checks_have_24_real_hours(received, due):
    assert receipt(received)[Limit.INITIAL_CHECKS].due_at.isoformat() == due


@pytest.mark.parametrize("route", Route)
@pytest.mark.parametrize("name", policies.names())
@pytest.mark.parametrize(
    "received", ["2026-01-02T17:00:00+00:00", "2026-03-27T23:00:00+00:00", "2026-10-24T23:00:00+00:00"]
)
def test_a_more_pressing_priority_is_never_due_later(route, name, received):
    by_priority = [receipt(received, route=route, priority=each, name=name) for each in Priority]
    for sooner, later in pairwise(by_priority):
        assert sooner.keys() == later.keys()
        assert all(sooner[limit].due_at <= later[limit].due_at for limit in sooner)


@pytest.mark.parametrize("priority", [Priority.IMMEDIATE, Priority.URGENT])
def test_pressing_stage_limits_are_real_hours(priority):
    found = receipt("2026-12-24T18:00:00+00:00", priority=priority)
    days = {limit for limit, each in found.items() if each.allowance.unit in {Unit.WORKING_DAYS, Unit.CALENDAR_DAYS}}
    assert days == {Limit.WHOLE_PROCESS}  # the scheme's own, which is a ceiling for all


def test_stages_end_in_order_and_within_the_whole_process():
    order = [Limit.RECORD_CHECKS, Limit.RISK_SCORING, Limit.PANEL_DECISION, Limit.DISCLOSURE, Limit.WHOLE_PROCESS]
    for name in policies.names():
        for priority in Priority:
            found = receipt("2026-06-01T10:00:00+01:00", name=name, priority=priority)
            dues = [found[limit].due_at for limit in order]
            assert dues == sorted(dues)


def test_right_to_know_has_no_meeting_and_an_unverified_whole_process():
    found = receipt("2026-06-01T10:00:00+01:00", route=Route.RIGHT_TO_KNOW)
    assert Limit.FACE_TO_FACE not in found
    assert not found[Limit.WHOLE_PROCESS].verified


def test_beyond_the_checked_calendar_a_date_is_computed_and_unverified():
    checked_until = policies.load("england-and-wales-2023").calendar.checked_until.value
    last = datetime.combine(checked_until, datetime.min.time(), UTC)
    assert receipt((last - timedelta(days=28)).isoformat())[Limit.WHOLE_PROCESS].verified
    beyond = receipt((last - timedelta(days=27)).isoformat())
    assert beyond[Limit.WHOLE_PROCESS].due_at.date() == checked_until + timedelta(days=1)
    assert not any(each.verified for each in beyond.values())


def test_follow_up_runs_from_the_delivery_only():
    policy = policies.load("england-and-wales-2023")
    found = due_from_delivery(
        at("2026-10-24T12:00:00+01:00"),
        route=Route.RIGHT_TO_ASK,
        priority=Priority.STANDARD,
        policy=policy,
        holidays=frozenset(),
    )
    assert {each.what: each.due_at.isoformat() for each in found} == {
        Limit.FOLLOW_UP_24H: "2026-10-25T11:00:00+00:00",
        Limit.FOLLOW_UP_7D: "2026-10-31T12:00:00+00:00",
        Limit.FOLLOW_UP_28D: "2026-11-21T12:00:00+00:00",
    }
    assert not {each.what for each in found} & receipt("2026-10-24T12:00:00+01:00").keys()


def test_a_moment_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        after(at("2026-01-01T00:00:00"), Allowance(unit=Unit.ELAPSED_HOURS, budget=1), zone=None, holidays=())


def test_moments_of_one_zone_are_not_compared_by_the_wall_clock():
    clock = start(receipt("2026-10-24T02:30:00+01:00")[Limit.INITIAL_CHECKS])
    assert clock.budget == timedelta(hours=24)
    assert not overdue(clock, at("2026-10-25T01:30:00+01:00"))  # the first 01:30: an hour is left
    assert remaining(clock, at("2026-10-25T01:30:00+01:00")) == timedelta(hours=1)


def test_a_clock_is_overdue_after_its_due_time_and_not_at_it():
    clock = start(receipt("2026-01-05T09:30:00+00:00")[Limit.INITIAL_CHECKS])
    assert clock.due_at == at("2026-01-06T09:30:00+00:00")
    assert not overdue(clock, clock.due_at)
    assert overdue(clock, clock.due_at + timedelta(microseconds=1))


def test_a_clock_that_goes_on_later_uses_nothing_until_then():
    noon = at("2026-01-05T12:00:00+00:00")
    clock = ClockState(anchor_at=noon, unpaused_due_at=noon + timedelta(days=1), running_since=noon)
    put_off = resume(pause(clock, noon + timedelta(hours=6)), noon + timedelta(days=3))
    assert remaining(put_off, noon + timedelta(days=1)) == timedelta(hours=18)
    assert remaining(put_off, noon + timedelta(days=3, hours=1)) == timedelta(hours=17)
    assert put_off.due_at == noon + timedelta(days=3, hours=18)


def test_a_paused_clock_has_no_deadline_and_loses_no_time():
    clock = start(receipt("2026-01-05T09:30:00+00:00")[Limit.INITIAL_CHECKS])
    paused = pause(clock, at("2026-01-05T19:30:00+00:00"))
    assert paused.due_at is None
    assert remaining(paused, at("2026-06-01T00:00:00+00:00")) == timedelta(hours=14)
    resumed = resume(paused, at("2026-01-07T00:00:00+00:00"))
    assert resumed.due_at == at("2026-01-07T14:00:00+00:00")
    assert resumed.unpaused_due_at == clock.due_at


def test_a_clock_that_was_overdue_stays_overdue_through_a_pause():
    clock = start(receipt("2026-01-05T09:30:00+00:00")[Limit.INITIAL_CHECKS])
    paused = pause(clock, at("2026-01-07T00:00:00+00:00"))
    assert overdue(paused, at("2026-01-07T00:00:00+00:00"))
    assert overdue(resume(paused, at("2026-02-01T00:00:00+00:00")), at("2026-02-01T00:00:00+00:00"))


def test_a_pause_needs_a_ground_that_policy_names_and_a_running_clock():
    policy, ground = policies.load("england-and-wales-2023"), "person_at_risk_asks_to_wait"
    noon = at("2026-01-05T12:00:00+00:00")
    clock = ClockState(anchor_at=noon, unpaused_due_at=noon + timedelta(days=1), running_since=noon)

    def reason(clock, limit, ground, when):
        return reason_not_to_pause(clock, when, limit=limit, reason=ground, policy=policy)

    assert reason(clock, Limit.FACE_TO_FACE, ground, noon) is None
    assert reason(clock, Limit.FACE_TO_FACE, "busy", noon) == "no_ground_in_policy"
    assert reason(clock, Limit.WHOLE_PROCESS, ground, noon) == "no_ground_in_policy"
    assert reason(clock, Limit.FACE_TO_FACE, ground, noon - timedelta(hours=1)) == "before_it_ran"
    assert reason(pause(clock, noon), Limit.FACE_TO_FACE, ground, noon) == "already_paused"
    with pytest.raises(ValueError, match="running"):
        pause(pause(clock, noon), noon)
    with pytest.raises(ValueError, match="paused"):
        resume(clock, noon)


def run(*words):
    return subprocess.run(
        [sys.executable, "-m", "casebook.cli.main", "deadlines", *words], capture_output=True, text=True, check=False
    )


def test_the_command_prints_every_limit_that_runs_from_the_receipt():
    rows = json.loads(run("--received", "2026-01-05T09:30:00Z", "--json").stdout)
    assert {row["limit"]: row["due_at"] for row in rows} == {
        "immediate_safeguarding": "2026-01-05T10:30:00+00:00",
        "initial_checks": "2026-01-06T09:30:00+00:00",
        "face_to_face": "2026-01-19T23:59:59+00:00",
        "record_checks": "2026-01-19T09:30:00+00:00",
        "risk_scoring": "2026-01-21T09:30:00+00:00",
        "panel_decision": "2026-01-28T09:30:00+00:00",
        "disclosure": "2026-02-02T09:30:00+00:00",
        "whole_process": "2026-02-02T09:30:00+00:00",
    }
    assert all(row["source"] and isinstance(row["verified"], bool) for row in rows)


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["--received", "2026-01-05T09:30:00"], 2, "wrong_usage"),  # no offset
        (["--received", "2026-01-05"], 2, "wrong_usage"),
        (["--received", "2026-02-30T09:30:00Z"], 2, "wrong_usage"),
        (["--received", "yesterday"], 2, "wrong_usage"),
        (["--received", ""], 2, "wrong_usage"),
        (["--received", "9999-12-31T23:59:59Z"], 2, "wrong_usage"),  # due after the end of the calendar
        (["--received", "0001-01-01T00:00:00+14:00"], 2, "wrong_usage"),
        (["--received", "2026-01-05T09:30:00Z", "--policy", "mars"], 2, "unknown_policy"),
        (["--received", "2026-01-05T09:30:00Z", "--policy", "../x"], 2, "unknown_policy"),
        (["--received", "2014-03-07T09:30:00Z"], 1, "no_policy_in_force"),  # the eve of the scheme
    ],
)
def test_the_command_says_why_it_cannot_answer(words, code, reason):
    done = run(*words, "--json")
    assert done.returncode == code
    assert json.loads(done.stdout)["error"]["code"] == reason
    assert "Traceback" not in done.stderr


def test_the_command_refuses_words_it_does_not_know():
    for words in (["--route", "x"], ["--priority", "x"], ["--polic", "x"]):
        assert run("--received", "2026-01-05T09:30:00Z", *words).returncode == 2


def test_only_days_that_are_worked_count():
    free = {date(2026, 1, 6), date(2026, 1, 7)}
    allowance = Allowance(unit=Unit.WORKING_DAYS, budget=1)
    found = after(at("2026-01-05T00:00:00+00:00"), allowance, zone=ZoneInfo("Europe/London"), holidays=free)
    assert found.date() == date(2026, 1, 8)

"""The policies that ship: whole, joined without a gap, and honest about what nobody has read."""

import csv
import tomllib
from dataclasses import replace
from datetime import date, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from casebook import policies
from casebook.domain.policy import Fact, Policy, Unit
from casebook.domain.vocabulary import Limit, Priority, Role, Route, Source, Stage, WorkKind
from casebook.policies import page
from casebook.policies.reading import UnreadablePolicy, read

EARLIER, LATER = "england-and-wales-2014", "england-and-wales-2023"


def table():
    return tomllib.loads((resources.files(policies) / f"{LATER}.toml").read_text())


def test_the_policies_follow_one_another_without_a_gap():
    assert policies.names() == (EARLIER, LATER)
    earlier, later = map(policies.load, policies.names())
    assert earlier.in_force_until.value + timedelta(days=1) == later.in_force_from.value
    assert later.in_force_until is None


@pytest.mark.parametrize(
    ("received", "name"),
    [
        ("2014-03-08T00:00:00+00:00", EARLIER),
        ("2023-03-31T23:59:59+01:00", EARLIER),
        ("2023-04-01T00:00:00+01:00", LATER),
        ("2023-03-31T23:30:00+00:00", LATER),  # April in London
        ("2023-04-01T05:00:00+09:00", EARLIER),  # still March there
        ("2026-11-01T00:00:00+00:00", LATER),
    ],
)
def test_the_local_day_of_receipt_chooses_the_policy(received, name):
    assert policies.for_receipt(datetime.fromisoformat(received)).name == name


@pytest.mark.parametrize(
    ("name", "limit", "route", "stated"),
    [
        (EARLIER, Limit.WHOLE_PROCESS, Route.RIGHT_TO_ASK, (Unit.CALENDAR_DAYS, 35, True)),
        (LATER, Limit.WHOLE_PROCESS, Route.RIGHT_TO_ASK, (Unit.CALENDAR_DAYS, 28, True)),
        (LATER, Limit.WHOLE_PROCESS, Route.RIGHT_TO_KNOW, (Unit.CALENDAR_DAYS, 28, False)),
        (EARLIER, Limit.FACE_TO_FACE, Route.RIGHT_TO_ASK, (Unit.WORKING_DAYS, 10, True)),
        (LATER, Limit.FACE_TO_FACE, Route.RIGHT_TO_ASK, (Unit.WORKING_DAYS, 10, False)),
        (EARLIER, Limit.INITIAL_CHECKS, Route.RIGHT_TO_ASK, (Unit.ELAPSED_HOURS, 24, True)),
        (LATER, Limit.INITIAL_CHECKS, Route.RIGHT_TO_ASK, (Unit.ELAPSED_HOURS, 24, False)),
        (LATER, Limit.IMMEDIATE_SAFEGUARDING, Route.RIGHT_TO_KNOW, (Unit.ELAPSED_MINUTES, 60, False)),
    ],
)
def test_the_limits_of_the_scheme_stand_as_they_were_read(name, limit, route, stated):
    fact = policies.load(name).limit(limit, route).usual
    assert (fact.value.unit, fact.value.budget, fact.verified) == stated


@pytest.mark.parametrize("name", policies.names())
def test_every_limit_applies_to_each_route_once_except_the_meeting(name):
    policy = policies.load(name)
    for route in Route:
        given = [each.limit for each in policy.limits if route in each.routes]
        assert sorted(given) == sorted(set(Limit) - ({Limit.FACE_TO_FACE} if route is Route.RIGHT_TO_KNOW else set()))


@pytest.mark.parametrize("name", policies.names())
def test_what_we_chose_ourselves_is_never_called_verified(name):
    assert all(fact.source for fact in facts(policies.load(name)))
    assert not [
        fact for fact in facts(policies.load(name)) if fact.source.startswith(("local", "recoll")) and fact.verified
    ]


def facts(value):
    if isinstance(value, Fact):
        yield value
    children = vars(value).values() if hasattr(value, "__dataclass_fields__") else ()
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else children:
        yield from facts(child)


def test_the_sources_that_must_be_searched_are_the_minimum_checks():
    for name in policies.names():
        for route in Route:
            must = set(policies.load(name).mandatory_sources(route))
            assert must == {Source.PNC, Source.PND, Source.VISOR, Source.RMS}


def test_the_ladder_climbs_from_the_owner_to_the_chief_officer_and_silence_always_ends():
    rungs = policies.load(LATER).escalation.rungs.value
    assert [each.role for each in rungs] == [None, Role.SUPERVISOR, Role.HEAD_OF_UNIT, Role.CHIEF_OFFICER]
    assert [each.level for each in rungs] == [1, 2, 3, 4]
    assert all(set(each.wait_minutes) == set(Priority) for each in rungs[:-1])
    for each in rungs[:-1]:
        waits = [each.wait_minutes[priority] for priority in Priority]
        assert waits == sorted(waits)


def test_every_open_stage_and_priority_has_its_allowances():
    rules = policies.load(LATER).escalation
    assert set(rules.unchanged_days.value) == set(Stage) - {Stage.CLOSED}
    assert set(rules.due_soon_minutes.value) == set(rules.unclaimed_minutes.value) == set(Priority)


def test_work_that_is_due_by_itself_says_when():
    policy = policies.load(LATER)
    assert policy.work_allowance(WorkKind.RATIFY_EMERGENCY).usual.value.budget == 72
    assert policy.work_allowance(WorkKind.CONFIRM_URGENT).usual.value.budget == 60
    assert policy.work_allowance(WorkKind.RETURN_SEARCH) is None  # due with its stage


def test_the_whole_process_cannot_be_paused():
    for name in policies.names():
        assert not [each for each in policies.load(name).pauses if Limit.WHOLE_PROCESS in each.limits]


def checked_holidays():
    text = (resources.files(policies) / "bank_holidays_checked.csv").read_text()
    return {date.fromisoformat(row["date"]) for row in csv.DictReader(text.splitlines())}


def test_the_bank_holidays_are_those_the_government_published():
    policy, published = policies.load(LATER), checked_holidays()
    years = range(2015, policy.calendar.checked_until.value.year + 1)
    assert {day.year for day in published} == set(years)
    assert {day for day in policies.holidays_for(policy, years) if day.weekday() < 5} == published


def test_a_bank_holiday_proclaimed_later_is_added_by_the_policy():
    policy, day = policies.load(LATER), date(2027, 6, 18)
    extra = replace(policy.calendar.extra_bank_holidays, value=(day,))
    policy = replace(policy, calendar=replace(policy.calendar, extra_bank_holidays=extra))
    assert day in policies.BankHolidays(policy)
    assert day in policies.holidays_for(policy, [2027])
    assert day not in policies.holidays_for(policy, [2026])
    assert date(2026, 12, 28) in policies.BankHolidays(policy)
    assert date(2026, 12, 29) not in policies.BankHolidays(policy)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("calendar", "timezone"), "Europe/Atlantis"),
        (("calendar", "country"), "XX"),
        (("calendar", "subdivision"), "XX"),
    ],
)
def test_an_unknown_calendar_is_refused(where, value):
    broken = table()
    broken[where[0]][where[1]] = value
    with pytest.raises(UnreadablePolicy) as refused:
        policies.from_table(broken, "broken")
    assert refused.value.code == "unknown_calendar"


def damage_unknown_key(broken):
    broken["panel"]["quorums"] = broken["panel"].pop("quorum")


def damage_source(broken):
    del broken["watch"]["months"]["source"]


def damage_kind(broken):
    broken["watch"]["months"]["value"] = "12"


def damage_bool(broken):
    broken["watch"]["months"]["value"] = True


def damage_word(broken):
    broken["limits"][0]["limit"] = "someday"


def damage_budget(broken):
    broken["limits"][0]["usual"]["value"]["budget"] = 0


def damage_section(broken):
    del broken["retention"]


@pytest.mark.parametrize(
    "damage",
    [damage_unknown_key, damage_source, damage_kind, damage_bool, damage_word, damage_budget, damage_section],
)
def test_a_policy_with_a_hole_or_a_slip_is_refused_and_says_where(damage):
    broken = table()
    damage(broken)
    with pytest.raises(UnreadablePolicy, match=r"^broken"):
        read(Policy, broken, "broken")


def test_a_policy_of_no_name_is_refused():
    with pytest.raises(policies.UnknownPolicy):
        policies.load("england-and-wales-1999")


def test_the_page_in_the_docs_is_the_policy_as_it_is():
    docs = Path(__file__).parents[2] / "docs" / "policy.md"
    assert docs.read_text() == page.page(), "run `make docs`"

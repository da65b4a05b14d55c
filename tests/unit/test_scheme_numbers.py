"""What each number of the schemes does: when or at how many its rule turns. `benchmarks/guarded_numbers.py` needs it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casebook import policies
from casebook.casework.governance.retention import years_after
from casebook.domain import deadlines, escalation
from casebook.domain.case import disclosure, follow_up, minimum_staffing, namesakes, own_register, record_checks
from casebook.domain.case.coverage import Terms, Variant, VariantFamily
from casebook.domain.case.minimum_staffing import OnDuty
from casebook.domain.case.namesakes import Found, NameBounds
from casebook.domain.case.panel import Attendance, why_not_yet
from casebook.domain.case.panel_cycle import next_meeting
from casebook.domain.case.safe_contact import ContactPlan, is_stale
from casebook.domain.escalation import Wait, WhyStalled
from casebook.domain.policy import Allowance, Unit
from casebook.domain.risk.completeness import Completeness, why_not_settled
from casebook.domain.vocabulary import Limit, Priority, Role, Route, Source, Stage, WorkKind

EARLIER, LATER = policies.load("england-and-wales-2014"), policies.load("england-and-wales-2023")
LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 2, 2, 10, 0, tzinfo=UTC)  # no bank holiday and no change of the clocks until Easter
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ASK, KNOW = Route.RIGHT_TO_ASK, Route.RIGHT_TO_KNOW


def due(policy, what, priority, route=ASK):
    """When something that began on Monday, 2 February, at ten is due: day, hour and minute."""
    rule = policy.limit(what, route) if isinstance(what, Limit) else policy.work_allowance(what)
    moment = deadlines.due(rule, MONDAY, policy=policy, priority=priority, holidays=()).due_at
    return f"{moment:%d %b %H:%M}"


# at the priorities immediate, urgent, high and standard
@pytest.mark.parametrize(
    ("policy", "what", "moments"),
    [
        (LATER, Limit.IMMEDIATE_SAFEGUARDING, ["02 Feb 11:00"] * 4),
        (LATER, Limit.INITIAL_CHECKS, ["03 Feb 10:00"] * 4),
        (LATER, Limit.FACE_TO_FACE, ["03 Feb 10:00", "04 Feb 10:00", "09 Feb 23:59", "16 Feb 23:59"]),
        (LATER, Limit.RECORD_CHECKS, ["03 Feb 10:00", "05 Feb 10:00", "09 Feb 10:00", "16 Feb 10:00"]),
        (LATER, Limit.RISK_SCORING, ["03 Feb 16:00", "05 Feb 22:00", "10 Feb 10:00", "18 Feb 10:00"]),
        (LATER, Limit.PANEL_DECISION, ["04 Feb 10:00", "07 Feb 10:00", "13 Feb 10:00", "25 Feb 10:00"]),
        (LATER, Limit.DISCLOSURE, ["05 Feb 10:00", "09 Feb 10:00", "16 Feb 10:00", "02 Mar 10:00"]),
        (LATER, Limit.WHOLE_PROCESS, ["02 Mar 10:00"] * 4),
        (LATER, Limit.FOLLOW_UP_24H, ["03 Feb 10:00"] * 4),
        (LATER, Limit.FOLLOW_UP_7D, ["09 Feb 10:00"] * 4),
        (LATER, Limit.FOLLOW_UP_28D, ["02 Mar 10:00"] * 4),
        (EARLIER, Limit.INITIAL_CHECKS, ["03 Feb 10:00"] * 4),
        (EARLIER, Limit.FACE_TO_FACE, ["03 Feb 10:00", "04 Feb 10:00", "09 Feb 23:59", "16 Feb 23:59"]),
        (EARLIER, Limit.DISCLOSURE, ["05 Feb 10:00", "09 Feb 10:00", "16 Feb 10:00", "09 Mar 10:00"]),
        (EARLIER, Limit.WHOLE_PROCESS, ["09 Mar 10:00"] * 4),
        (LATER, WorkKind.IMMEDIATE_SAFEGUARDING, ["02 Feb 11:00"] * 4),
        (LATER, WorkKind.CONFIRM_URGENT, ["02 Feb 11:00"] * 4),
        (LATER, WorkKind.RATIFY_EMERGENCY, ["05 Feb 10:00"] * 4),
        (LATER, WorkKind.RECORD_CRIME, ["03 Feb 10:00"] * 4),
        (LATER, WorkKind.REFER_SAFEGUARDING, ["03 Feb 10:00"] * 4),
        (LATER, WorkKind.SAFEGUARD_DURING_DELAY, ["03 Feb 10:00"] * 4),
        (LATER, WorkKind.COMPLETE_DETAILS, ["02 Feb 12:00", "02 Feb 18:00", "03 Feb 23:59", "04 Feb 23:59"]),
        (LATER, WorkKind.MEND_QUALITY, ["02 Feb 12:00", "02 Feb 18:00", "03 Feb 23:59", "04 Feb 23:59"]),
        (LATER, WorkKind.SECOND_LOOK_AT_REJECTION, ["02 Feb 12:00", "02 Feb 18:00", "03 Feb 23:59", "04 Feb 23:59"]),
        (LATER, WorkKind.TELL_OF_TRANSFER, ["03 Feb 10:00", "03 Feb 10:00", "03 Feb 23:59", "04 Feb 23:59"]),
        (LATER, WorkKind.REASSESS_RISK, ["03 Feb 10:00", "03 Feb 10:00", "03 Feb 23:59", "04 Feb 23:59"]),
        (LATER, WorkKind.CLOSE_GRAVE_CASE, ["09 Feb 23:59"] * 4),
        (LATER, WorkKind.LOOK_AT_PLAN_CHANGE, ["03 Feb 10:00"] * 4),
        (LATER, WorkKind.FINISH_DRAFT, ["02 Feb 14:00"] * 4),
        (LATER, WorkKind.ASK_ABOUT_DANGER, ["02 Feb 11:00", "02 Feb 14:00", "03 Feb 10:00", "03 Feb 10:00"]),
        (LATER, WorkKind.ACT_ON_CALL, ["02 Feb 14:00", "03 Feb 10:00", "03 Feb 23:59", "03 Feb 23:59"]),
        (LATER, WorkKind.REVIEW_WATCH_PROPOSAL, ["03 Feb 10:00"] * 4),
        (LATER, WorkKind.ANSWER_SIGNAL, ["09 Feb 23:59"] * 4),
        (LATER, WorkKind.REDECIDE_SAMPLE, ["16 Feb 23:59"] * 4),
    ],
)
def test_what_begins_on_a_monday_at_ten_is_due(policy, what, moments):
    assert [due(policy, what, priority) for priority in Priority] == moments


@pytest.mark.parametrize(("policy", "moment"), [(LATER, "02 Mar 10:00"), (EARLIER, "09 Mar 10:00")])
def test_a_right_to_know_has_as_long_as_a_right_to_ask(policy, moment):
    assert due(policy, Limit.WHOLE_PROCESS, Priority.STANDARD, KNOW) == moment
    for limit in set(Limit) - {Limit.FACE_TO_FACE}:
        for priority in Priority:
            assert due(policy, limit, priority, KNOW) == due(policy, limit, priority)


def test_the_table_of_moments_has_every_limit_and_every_work_that_is_due_by_itself():
    [mark] = test_what_begins_on_a_monday_at_ten_is_due.pytestmark
    told = {(policy.name, what) for policy, what, _ in mark.args[1]}
    assert {what for name, what in told if name == LATER.name} == {*Limit, *(rule.kind for rule in LATER.work)}
    own = [rule.limit for rule in EARLIER.limits if rule not in LATER.limits]
    assert {what for name, what in told if name == EARLIER.name} == set(own)


# --- record checks ---


@pytest.mark.parametrize(
    ("source", "days"), [(Source.PNC, 14), (Source.PND, 14), (Source.VISOR, 14), (Source.RMS, 7), (Source.ACRO, 90)]
)
def test_a_return_is_searched_again_when_it_is_older_than_its_source_stays_fresh(source, days):
    fresh = LATER.sources.freshness(source).value
    assert not record_checks.is_stale(MONDAY, MONDAY + days * DAY, fresh)
    assert record_checks.is_stale(MONDAY, MONDAY + days * DAY + MINUTE, fresh)


def test_whoever_does_not_answer_is_asked_again_on_the_third_day():
    assert LATER.sources.chased_at(MONDAY) == datetime(2026, 2, 5, 10, 0, tzinfo=UTC)


def alias(number, dob="1980-05-06"):
    terms = {"forename": "Bob", "surname": f"Jones{number}", "dob": dob}
    return Variant(**terms, family=VariantFamily.ALIAS, departs_from=Terms(**terms), reason="alias")


def people(number, **facts):
    known = {"weight": 0.0, "read": False, "bears_name": True, "years_apart": 0, "grave": 1}
    return [Found(person_id=f"{at:04}", **known | facts) for at in range(number)]


def bounds():
    rules = LATER.search
    return NameBounds(
        one_by_one=rules.one_by_one.value, listed=rules.listed.value, within_years=rules.within_years.value
    )


def test_twenty_five_of_a_name_are_read_one_by_one_sixty_are_lines_and_the_others_are_counted():
    placed = namesakes.place(people(86), bounds())
    assert (len(placed.one_by_one), len(placed.listed), placed.beyond) == (25, 60, 1)


@pytest.mark.parametrize(("apart", "singly"), [(10, 1), (11, 0)])
def test_people_of_the_name_born_within_ten_years_are_read_one_by_one(apart, singly):
    assert len(namesakes.place(people(1, years_apart=apart), bounds()).one_by_one) == singly


@pytest.mark.parametrize(("found", "read", "all_fit"), [(20, 20, True), (21, 20, False)])
def test_twenty_candidates_are_shown_for_one_search(found, read, all_fit):
    shown, fit = namesakes.first_read([str(number) for number in range(found)], LATER.search.candidates.value)
    assert (len(shown), fit) == (read, all_fit)


def test_two_hundred_variants_of_a_person_are_searched_and_the_others_are_signed_for():
    variants = {str(number): number for number in range(201)}
    searched, listed = record_checks.bounded(variants, LATER.search.variants.value)
    assert (len(searched), listed) == (200, {"200": 200})


# --- people ---


@pytest.mark.parametrize(
    ("known", "of", "code"),
    [(8, 10, None), (7, 10, "instrument_incomplete"), (19, 24, "instrument_incomplete"), (20, 24, None)],
)
def test_four_fifths_of_a_questionnaire_are_enough(known, of, code):
    reason = why_not_settled(Completeness(name="DASH", known=known, of=of), [], LATER.instruments)
    assert (reason.code if reason else None) == code


def test_the_panel_meets_every_other_wednesday():
    meeting = date(2026, 2, 4)  # four weeks after the first
    assert next_meeting(LATER.panel, meeting) == meeting
    assert next_meeting(LATER.panel, meeting + DAY) == date(2026, 2, 18)


def on_duty(number, *, trained=1):
    """The smallest unit: nobody has two seats of a panel, and all the others are held by the first."""
    others = frozenset({Role.DUTY_INSPECTOR, Role.SUPERVISOR, Role.DISCLOSURE_OFFICER})
    seats = [Role.RESEARCHER, Role.PANEL_CHAIR, Role.PANEL_MEMBER, Role.APPROVER]
    return [
        OnDuty(id=str(at), roles=frozenset({*seats[at : at + 1], *(others if at == 0 else ())}), trained=at < trained)
        for at in range(number)
    ]


def test_four_people_of_whom_one_is_trained_are_the_smallest_unit():
    assert minimum_staffing.missing(on_duty(4), LATER) == ()
    assert minimum_staffing.missing(on_duty(4, trained=0), LATER) == ("trained:domestic_abuse",)
    free = replace(LATER, panel=replace(LATER.panel, quorum=replace(LATER.panel.quorum, value=1)))
    two = [OnDuty(id=str(at), roles=frozenset(Role), trained=True) for at in range(2)]
    assert "people_to_deliver" not in minimum_staffing.missing(two, free)
    assert "people_to_deliver" in minimum_staffing.missing(two[:1], free)


def test_the_chair_and_one_more_member_are_a_quorum():
    rules = {"chair": "c1", "now": MONDAY, "agencies_in_quorum": LATER.panel.agencies_in_quorum.value}
    quorum = LATER.panel.quorum.value
    alone = Attendance(asked=frozenset(), answered=frozenset(), agencies=frozenset(), meets_at=MONDAY)
    two = replace(alone, asked=frozenset({"m1"}), answered=frozenset({"m1"}))
    assert why_not_yet(alone, **rules, quorum=quorum).code == "no_quorum"
    assert why_not_yet(two, **rules, quorum=quorum) is None
    assert why_not_yet(two, **rules, quorum=quorum + 1).code == "no_quorum"


def test_a_decision_out_of_cycle_comes_before_the_full_panel_within_two_weeks():
    allowed = Allowance(unit=Unit.CALENDAR_DAYS, budget=LATER.panel.ratify_out_of_cycle_days.value)
    assert deadlines.after(MONDAY, allowed, zone=LONDON, holidays=()) == MONDAY + 14 * DAY


# --- contact ---


def test_a_plan_is_confirmed_again_after_four_weeks():
    plan = ContactPlan(channel="phone", days=("mon",), windows=(("09:00", "17:00"),), confirmed_at=MONDAY)
    stale_after = timedelta(days=LATER.contact.safe_contact_stale_days.value)
    assert not is_stale(plan, MONDAY + 28 * DAY, stale_after)
    assert is_stale(plan, MONDAY + 28 * DAY + MINUTE, stale_after)


@pytest.mark.parametrize(
    ("hours", "code"),
    [((0, 24, 48), None), ((0, 24), "too_few_attempts"), ((0, 23, 47), "too_few_attempts"), ((0, 24, 47), "too_few_attempts")],
)  # fmt: skip
def test_three_attempts_a_day_apart_are_enough_to_give_up(hours, code):
    rules = LATER.contact
    reason = follow_up.why_not_exhausted(
        [MONDAY + number * HOUR for number in hours], minimum=rules.minimum_attempts.value,
        apart=timedelta(hours=rules.attempts_apart_hours.value), route_tried=True,
    )  # fmt: skip
    assert (reason.code if reason else None) == code


def test_an_override_and_a_call_back_last_a_day():
    assert LATER.contact.override_ends(MONDAY) == LATER.contact.call_back_ends(MONDAY) == MONDAY + DAY


@pytest.mark.parametrize(("decided", "told"), [(2, 21), (21, 21), (22, 24), (24, 24), (25, 27)])
def test_whoever_applied_for_somebody_else_is_told_after_three_weeks_or_at_the_next_third_day(decided, told):
    rules = LATER.contact
    first, then = (timedelta(days=days.value) for days in (rules.others_told_after_days, rules.others_told_every_days))
    assert disclosure.others_told_from(MONDAY, MONDAY + decided * DAY, first=first, then=then) == MONDAY + told * DAY


def test_the_watch_lasts_a_year():
    assert follow_up.months_after(MONDAY, LATER.watch.months.value, LONDON) == datetime(2027, 2, 2, 10, 0, tzinfo=UTC)


# --- escalation and triage ---

OPEN = Wait(
    kind=WorkKind.RETURN_SEARCH, priority=Priority.STANDARD, stage=None, opened_at=MONDAY, due_at=None, claimed=False,
    changed_at=MONDAY,
)  # fmt: skip


def turns(wait, after, why):
    """Whether the reason comes exactly that long after Monday at ten."""
    rules = LATER.escalation
    before, then = (escalation.reason(wait, rules, MONDAY + after - early) for early in (MINUTE, timedelta()))
    return (before, then) == (None, why)


@pytest.mark.parametrize(
    ("priority", "unclaimed", "soon", "waits"),
    [
        (Priority.IMMEDIATE, 10 * MINUTE, 20 * MINUTE, (10 * MINUTE, 15 * MINUTE, 30 * MINUTE)),
        (Priority.URGENT, HOUR, 4 * HOUR, (HOUR, 2 * HOUR, 4 * HOUR)),
        (Priority.HIGH, 8 * HOUR, DAY, (8 * HOUR, 16 * HOUR, DAY)),
        (Priority.STANDARD, DAY, 2 * DAY, (DAY, 2 * DAY, 2 * DAY)),
    ],
)
def test_silence_is_told_to_the_next_level_the_sooner_the_graver(priority, unclaimed, soon, waits):
    assert turns(replace(OPEN, priority=priority), unclaimed, WhyStalled.UNCLAIMED)
    assert LATER.escalation.due_soon[priority] == soon
    for level, wait in enumerate(waits, start=1):
        told = replace(OPEN, priority=priority, claimed=True, level=level, raised_at=MONDAY)
        assert turns(told, wait, WhyStalled.SILENCE)
    last = replace(OPEN, priority=priority, level=len(waits) + 1, raised_at=MONDAY)
    assert escalation.reason(last, LATER.escalation, MONDAY + 99 * DAY) is None


@pytest.mark.parametrize(
    ("stage", "days"),
    [
        (Stage.INTAKE, 2), (Stage.RECORD_CHECKS, 5), (Stage.RISK_SCORING, 2), (Stage.PANEL_DECISION, 7),
        (Stage.DISCLOSURE, 5), (Stage.FOLLOW_UP, 10),
    ],
)  # fmt: skip
def test_an_application_that_does_not_change_is_stalled(stage, days):
    assert turns(replace(OPEN, stage=stage, claimed=True), days * DAY, WhyStalled.UNCHANGED)


def test_three_people_who_ask_about_one_subject_within_three_years_are_several():
    assert [number for number in range(6) if LATER.triage.are_several(number)] == [3, 4, 5]
    years, long_ago = LATER.triage.several_applicants_years.value, datetime(2023, 2, 3, 10, 0, tzinfo=UTC)
    assert own_register.within_years(long_ago, MONDAY, years)
    assert not own_register.within_years(long_ago - DAY, MONDAY, years)


# --- the years around ---


def test_the_bank_holidays_are_checked_again_sixty_days_before_their_end():
    assert not LATER.calendar.must_be_checked(date(2028, 10, 31))
    assert LATER.calendar.must_be_checked(date(2028, 11, 1))


def test_a_forecast_needs_eight_weeks_of_history():
    assert not LATER.oversight.may_forecast(MONDAY, MONDAY + 56 * DAY - MINUTE)
    assert LATER.oversight.may_forecast(MONDAY, MONDAY + 56 * DAY)


def test_an_application_is_kept_for_six_years_and_a_run_of_the_engine_for_a_month():
    assert years_after(MONDAY, LATER.retention.application_years.value) == datetime(2032, 2, 2, 10, 0, tzinfo=UTC)
    assert timedelta(days=LATER.retention.engine_run_days.value) == datetime(2026, 3, 4, 10, 0, tzinfo=UTC) - MONDAY


def test_a_search_by_hand_has_at_most_six_steps_and_types_an_age_where_no_date_is_known():
    variants = [alias(number) for number in range(9)]
    planned = record_checks.manual_plan(variants, LATER.search.manual_searches.value)
    assert planned == variants[:6]
    years = LATER.search.age_range_years.value
    assert record_checks.age_range(alias(1), years) is None
    assert record_checks.age_range(alias(1, dob=""), years) == 5

"""What can be seen coming is told before it happens, once; and what has become more pressing is raised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from staffing import add

from casebook.casework import work_queue
from casebook.casework.governance import governance
from casebook.casework.reporting import audit
from casebook.casework.safeguarding import danger
from casebook.casework.staff.staff import set_duty
from casebook.casework.sweep import sweep
from casebook.domain.vocabulary import Priority, Role
from casebook.errors import InvalidAnswer

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # the panel meets on 4 and 18 March and on 1 April


@pytest.fixture
def swept(acting):
    def run(after=timedelta(0), why=None):
        done = sweep.sweep(acting, now=NOW + after)
        return [each for each in done.escalated if why is None or each["reason"] == why]

    return run


@pytest.fixture
def asked(sql):
    def look(why):
        query = (
            "SELECT id, subject FROM work_item WHERE kind = 'acknowledge_escalation' AND subject->>'reason' = :why"
            " AND done_at IS NULL AND cancelled_at IS NULL"
        )
        return [(row.id, row.subject) for row in sql(query, why=why)]

    return look


def test_an_application_whose_limit_passes_before_the_next_panel_is_named_once(
    smallest_unit, received, swept, asked, sql
):
    reference = received()  # due on 30 March
    sql("UPDATE work_item SET owner = 'i1', due_at = NULL")
    assert swept(timedelta(days=16), "panel_too_late") == []  # 18 March: the panel meets today
    named = swept(timedelta(days=17), "panel_too_late")
    assert [(each["reference"], each["role"]) for each in named] == [(reference, "supervisor")]
    ((_, said),) = asked("panel_too_late")
    assert (said["panel_meets"], said["propose"]) == ("2026-04-01", "decide_out_of_cycle")
    assert swept(timedelta(days=18), "panel_too_late") == []


def test_who_agrees_lets_the_panel_decide_out_of_its_cycle(smallest_unit, received, swept, asked, acting, person, sql):
    received()
    swept(timedelta(days=17))
    ((item, _),) = asked("panel_too_late")
    with acting(person("s1", Role.SUPERVISOR), NOW + timedelta(days=17)) as act:
        work_queue.do(act, item, {"action": "decide_out_of_cycle"})
    assert sql("SELECT out_of_cycle FROM application").scalar() is True
    with acting() as act:
        assert audit.verify(act).broken == []


def test_nobody_agrees_to_what_was_not_proposed(smallest_unit, received, swept, acting, person, sql):
    received(b_surname="")
    swept(timedelta(days=2))
    item = sql("SELECT id FROM work_item WHERE kind = 'acknowledge_escalation' AND role = 'supervisor'").scalar()
    with pytest.raises(InvalidAnswer), acting(person("s1", Role.SUPERVISOR), NOW + timedelta(days=2)) as act:
        work_queue.do(act, item, {"action": "decide_out_of_cycle"})


def test_a_warning_of_a_late_panel_ends_with_the_decision(smallest_unit, received, swept, asked, sql):
    received()
    swept(timedelta(days=17))
    assert asked("panel_too_late")
    sql("UPDATE application SET stage = 'disclosure'")
    swept(timedelta(days=17, minutes=15))
    assert asked("panel_too_late") == []


def test_at_intake_an_application_that_no_panel_can_reach_in_time_is_named(smallest_unit, received, asked, sql):
    received()  # ready by 18 March, when the panel meets
    assert asked("panel_too_late") == []
    late = received(
        external_id="X-2", submitted_at="2026-03-03T09:00:00+00:00", b_surname="Other", a_surname="Another",
        a_forename="Olga", a_phone="07700900002", b_dob="1971-11-12", b_address="9 Other Road", b_postcode="QX9 9ZZ",
        now=NOW + timedelta(days=1),
    )  # fmt: skip
    ((_, said),) = asked("panel_too_late")  # ready by the 19th, the panel of 1 April comes after 31 March
    assert sql("SELECT reference FROM work_item WHERE subject->>'reason' = 'panel_too_late'").scalar() == late
    assert said["panel_meets"] == "2026-04-01"


def test_a_crew_too_small_is_told_once_a_day_and_ends_when_it_is_whole(smallest_unit, received, swept, asked, acting):
    with acting() as act:
        set_duty(act, "a1", on_duty=False)
    assert swept(why="crew_short") == []  # nothing is open, so nobody is missed
    received()
    (told,) = swept(why="crew_short")
    assert told["reference"] is None
    ((_, said),) = asked("crew_short")
    assert said["short_of"] == ["approver"]
    assert swept(timedelta(hours=26), "crew_short") == []  # somebody is asked already
    with acting() as act:
        set_duty(act, "a1", on_duty=True)
    swept(timedelta(hours=27))
    assert asked("crew_short") == []


def test_a_warning_about_the_unit_can_be_answered(smallest_unit, received, swept, asked, acting, person):
    with acting() as act:
        set_duty(act, "a1", on_duty=False)
    received()
    swept()
    ((item, _),) = asked("crew_short")
    with acting(person("s1", Role.SUPERVISOR)) as act:
        work_queue.do(act, item, {"action": "other", "notes": "cover comes at noon"})
    assert swept(timedelta(hours=1), "crew_short") == []
    assert len(swept(timedelta(days=1), "crew_short")) == 1  # the next day it still lasts
    with acting() as act:
        assert audit.verify(act).broken == []


def test_conflicts_that_leave_nobody_for_one_application_are_told(smallest_unit, received, swept, acting, sql):
    reference, other = received(b_surname="Pone"), received(external_id="X-2")
    with acting() as act:
        add(act, "kim.pone", [Role.PANEL_CHAIR])
        set_duty(act, "p1", on_duty=False)
    sql("UPDATE application SET stage = 'panel_decision'")
    sql(
        "INSERT INTO work_item (id, reference, kind, stage, role, key, subject, blocking, priority, reserved, opened_at,"
        " escalation_level) SELECT 'convene ' || reference, reference, 'convene_panel', 'panel_decision', 'panel_chair', '1', '{}',"
        " true, 'standard', false, :at, 0 FROM application", at=NOW,
    )  # fmt: skip
    told = swept(why="crew_short")
    assert [each["reference"] for each in told] == [reference]  # of the other one the same chair may sit
    assert other != reference
    assert swept(timedelta(minutes=15), "crew_short") == []


def test_operations_hear_of_the_end_of_the_checked_calendar_sixty_days_before(smallest_unit, received, swept):
    end = datetime(2028, 12, 31, tzinfo=UTC) - NOW
    assert swept(end - timedelta(days=61), "calendar_ends") == []
    assert len(swept(end - timedelta(days=60), "calendar_ends")) == 1
    assert swept(end - timedelta(days=59), "calendar_ends") == []


def test_a_repeat_raises_the_application_that_was_there_before(smallest_unit, received, acting, sql):
    first = received()
    assert sql("SELECT priority FROM application WHERE reference = :r", r=first).scalar() == "standard"
    before = sql("SELECT due_at FROM clock WHERE reference = :r AND limit_name = 'record_checks'", r=first).scalar()
    second = received(external_id="X-2", a_surname="Other", a_forename="Olga")
    for reference in (first, second):
        why = sql("SELECT priority, priority_reason FROM application WHERE reference = :r", r=reference).one()
        assert why == ("high", "repeat_application")
    after = sql("SELECT due_at FROM clock WHERE reference = :r AND limit_name = 'record_checks'", r=first).scalar()
    assert before > after == NOW + timedelta(days=7)  # from when it was raised
    assert sweep.sweep(acting, now=NOW).raised == []
    with acting() as act:
        assert audit.verify(act).broken == []


def test_what_is_late_or_unsafe_for_too_long_becomes_more_pressing(smallest_unit, received, acting, sql):
    reference = received()
    assert sweep.sweep(acting, now=NOW + timedelta(hours=20)).raised == []
    raised = sweep.sweep(acting, now=NOW + timedelta(days=29)).raised
    assert [(each["reference"], each["to"]) for each in raised] == [(reference, "high")]
    raised = sweep.sweep(acting, now=NOW + timedelta(days=31)).raised  # nobody kept the person safe meanwhile
    assert [(each["to"], each["reason"]) for each in raised] == [("urgent", "safeguarding_overdue")]


def test_what_two_people_lowered_is_not_raised_again_by_what_they_had_seen(
    smallest_unit, received, acting, person, sql
):
    reference = received()
    received(external_id="X-2")
    for who in ("s1", "s2"):
        with acting(person(who, Role.SUPERVISOR), NOW + timedelta(hours=1)) as act:
            governance.lower_priority(act, reference, to="standard", reason="the_same_person_again")
    assert sweep.sweep(acting, now=NOW + timedelta(hours=2)).raised == []
    received(external_id="X-3", now=NOW + timedelta(hours=3))  # a third application is something new
    assert sql("SELECT priority FROM application WHERE reference = :r", r=reference).scalar() == "high"


def test_an_item_is_due_sooner_when_its_application_becomes_more_pressing(received, acting, sql):
    reference = received(b_surname="")
    due = "SELECT due_at FROM work_item WHERE kind = 'complete_details'"
    before = sql(due).scalar()
    with acting() as act:
        danger.raise_priority(act, act.application(reference), Priority.URGENT, reason="test")
        act.record(act.application(reference), "made_urgent")
    assert sql(due).scalar() == NOW + timedelta(hours=8) < before

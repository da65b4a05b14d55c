"""What can be seen coming, without a database: the next panel, the smallest crew, what makes a case more pressing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casebook import policies
from casebook.domain import triage
from casebook.domain.case import minimum_staffing, panel_cycle
from casebook.domain.case.minimum_staffing import OnDuty
from casebook.domain.triage import TriageSign
from casebook.domain.vocabulary import Priority, Role

POLICY = policies.load("england-and-wales-2023")
PANEL = POLICY.panel  # every 14 days, 7 January 2026 among them
LONDON = ZoneInfo("Europe/London")


def fixed(*dates):
    return replace(PANEL, meetings=replace(PANEL.meetings, value=dates))


@pytest.mark.parametrize(
    ("rules", "day", "meeting"),
    [
        (PANEL, date(2026, 1, 7), date(2026, 1, 7)),  # on the day itself
        (PANEL, date(2026, 1, 8), date(2026, 1, 21)),
        (PANEL, date(2025, 12, 1), date(2025, 12, 10)),  # the cycle runs backwards too
        (fixed(date(2026, 2, 3), date(2026, 3, 5)), date(2026, 1, 8), date(2026, 2, 3)),
        (fixed(date(2026, 2, 3), date(2026, 3, 5)), date(2026, 2, 4), date(2026, 3, 5)),
        (fixed(date(2026, 2, 3), date(2026, 3, 5)), date(2026, 3, 6), date(2026, 3, 19)),  # after the last, the cycle
    ],
)
def test_the_next_meeting(rules, day, meeting):
    assert panel_cycle.next_meeting(rules, day) == meeting


@pytest.mark.parametrize(
    ("due_at", "late"),
    [
        (datetime(2026, 1, 21, 23, 59, tzinfo=UTC), True),  # nothing can be decided and delivered on the same day
        (datetime(2026, 1, 22, 0, 0, tzinfo=UTC), False),
    ],
)
def test_a_limit_that_passes_on_the_day_of_the_panel_is_too_late(due_at, late):
    ready_at = datetime(2026, 1, 8, tzinfo=UTC)
    found = panel_cycle.too_late(PANEL, ready_at=ready_at, due_at=due_at, zone=LONDON)
    assert found == (date(2026, 1, 21) if late else None)


def on_duty(staff_id, *roles, trained=False):
    return OnDuty(id=staff_id, roles=frozenset(roles), trained=trained)


LEADS = on_duty("lead", Role.SUPERVISOR, Role.DUTY_INSPECTOR, Role.DISCLOSURE_OFFICER, trained=True)
FOUR = (
    on_duty("r", Role.RESEARCHER), on_duty("c", Role.PANEL_CHAIR), on_duty("m", Role.PANEL_MEMBER),
    on_duty("a", Role.APPROVER),
)  # fmt: skip


@pytest.mark.parametrize(
    ("present", "short"),
    [
        ([LEADS, *FOUR], ()),
        ([LEADS, *FOUR[1:]], ("researcher",)),
        ([LEADS, *FOUR[:2], FOUR[3]], ("panel_member",)),  # a panel is more than its chair
        ([LEADS, FOUR[0], FOUR[2], on_duty("both", Role.PANEL_CHAIR, Role.APPROVER)], ("approver",)),  # not one and the same
        (
            [LEADS, on_duty("x", Role.RESEARCHER, Role.APPROVER), on_duty("y", Role.RESEARCHER, Role.PANEL_CHAIR),
             on_duty("z", Role.PANEL_CHAIR, Role.APPROVER), FOUR[2]],
            (),
        ),  # who sits where is found, however it was begun
        ([replace(LEADS, trained=False), *FOUR], ("trained:domestic_abuse",)),
        ([replace(LEADS, roles=LEADS.roles - {Role.DUTY_INSPECTOR}), *FOUR], ("duty_inspector",)),
    ],
)  # fmt: skip
def test_the_smallest_crew_is_of_different_people(present, short):
    assert minimum_staffing.missing(present, POLICY) == short


def test_who_researched_an_application_sits_nowhere_on_it():
    present = [LEADS, on_duty("r", Role.RESEARCHER, Role.PANEL_CHAIR), *FOUR[2:]]
    assert minimum_staffing.missing(present, POLICY) == ("panel_chair",)  # the only researcher is the only chair
    assert minimum_staffing.missing([*present, on_duty("r2", Role.RESEARCHER)], POLICY) == ()
    assert minimum_staffing.missing([*present, on_duty("r2", Role.RESEARCHER)], POLICY, researched={"r"}) == (
        "panel_chair",
    )
    assert minimum_staffing.missing([LEADS, *FOUR], POLICY, barred={"c"}) == ("panel_chair",)


def test_whoever_did_any_work_on_an_application_does_not_approve_it_and_may_sit_on_its_panel():
    approvers = {each.id for each in FOUR if Role.APPROVER in each.roles}
    assert minimum_staffing.missing([LEADS, *FOUR], POLICY, researched={"x"}, worked=approvers) == ("approver",)
    others = {each.id for each in FOUR} - approvers
    assert minimum_staffing.missing([LEADS, *FOUR], POLICY, researched={"x"}, worked=others) == ()


@pytest.mark.parametrize(
    ("present", "signs", "raised"),
    [
        (Priority.STANDARD, [], None),
        (Priority.STANDARD, [TriageSign.LIMIT_PASSED], (Priority.HIGH, TriageSign.LIMIT_PASSED)),
        (Priority.HIGH, [TriageSign.LIMIT_PASSED, TriageSign.REPEAT_APPLICATION], None),
        (
            Priority.HIGH,
            [TriageSign.LIMIT_PASSED, TriageSign.SAFEGUARDING_OVERDUE],
            (Priority.URGENT, TriageSign.SAFEGUARDING_OVERDUE),
        ),
        (Priority.IMMEDIATE, list(TriageSign), None),
    ],
)
def test_signs_raise_a_priority_and_never_lower_one(present, signs, raised):
    assert triage.raised(present, signs, POLICY.triage) == raised


def test_a_meeting_is_never_further_away_than_a_cycle():
    for number in range(400):
        day = date(2026, 1, 1) + timedelta(days=number)
        assert timedelta(0) <= panel_cycle.next_meeting(PANEL, day) - day < timedelta(days=14)

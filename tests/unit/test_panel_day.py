"""The rules of a panel's day: what lapses before it, who is called, who came, and when members answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casebook.domain.case.panel import Sitter
from casebook.domain.case.panel_day import (
    MOST_MEMBERS,
    AnswerTime,
    SharingCode,
    answer_time,
    why_not_call,
    why_not_note,
    why_not_state,
    why_not_wait,
)
from casebook.domain.vocabulary import Role

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
MEETS = NOW + timedelta(days=2)
ZONE = ZoneInfo("Europe/London")
CHAIR = Sitter(id="c1", roles=frozenset({Role.PANEL_CHAIR}))
MEMBER = Sitter(id="m1", roles=frozenset({Role.PANEL_MEMBER}))


def code(reason):
    return reason.code if reason else None


@pytest.mark.parametrize(
    ("due_at", "told"),
    [
        (None, None),  # it has no limit, or was met
        (MEETS + timedelta(seconds=1), None),
        (MEETS, "lapses_before_meeting"),
        (NOW + timedelta(seconds=1), "lapses_before_meeting"),
        (NOW, None),  # late already: waiting makes it no worse, and it must be heard somewhere
    ],
)
def test_what_would_lapse_does_not_wait_for_the_meeting(due_at, told):
    assert code(why_not_wait(due_at, meets_at=MEETS, now=NOW)) == told


@pytest.mark.parametrize(
    ("chair", "members", "meets_at", "told"),
    [
        (CHAIR, [MEMBER], MEETS, None),
        (CHAIR, [], NOW, None),
        (CHAIR, [MEMBER], NOW - timedelta(hours=1), "in_the_past"),
        (None, [MEMBER], MEETS, "not_a_chair"),
        (MEMBER, [], MEETS, "not_a_chair"),
        (Sitter(id="c1", roles=CHAIR.roles, suspended=True), [], MEETS, "not_a_chair"),
        (CHAIR, [None], MEETS, "not_a_panel_member"),
        (CHAIR, [Sitter(id="r1", roles=frozenset({Role.RESEARCHER}))], MEETS, "not_a_panel_member"),
        (CHAIR, [Sitter(id="m1", roles=MEMBER.roles, suspended=True)], MEETS, "not_a_panel_member"),
        (CHAIR, [MEMBER, MEMBER], MEETS, "member_twice"),
        (CHAIR, [CHAIR], MEETS, "member_twice"),
        (CHAIR, [Sitter(id=f"m{n}", roles=MEMBER.roles) for n in range(MOST_MEMBERS + 1)], MEETS, "too_many"),
    ],
)
def test_who_is_called(chair, members, meets_at, told):
    assert code(why_not_call(chair, members, meets_at=meets_at, now=NOW)) == told


@pytest.mark.parametrize(
    ("people", "present", "now", "told"),
    [
        (["c1", "m1"], True, MEETS, None),
        (["m1"], True, MEETS - timedelta(seconds=1), "not_yet"),
        (["m1"], False, NOW, None),  # apologies come before
        (["m2"], False, MEETS, "not_of_the_meeting"),
    ],
)
def test_who_came_is_noted_when_it_has_begun(people, present, now, told):
    assert code(why_not_note(people, belong=["c1", "m1"], present=present, meets_at=MEETS, now=now)) == told


@pytest.mark.parametrize(
    ("answered_at", "when"),
    [
        (MEETS - timedelta(seconds=1), AnswerTime.BEFORE),
        (MEETS, AnswerTime.AT),
        (datetime(2026, 6, 3, 22, 59, tzinfo=UTC), AnswerTime.AT),  # the local day ends at 23:00 UTC
        (datetime(2026, 6, 3, 23, 0, tzinfo=UTC), AnswerTime.AFTER),
    ],
)
def test_when_a_member_answered(answered_at, when):
    assert answer_time(answered_at, MEETS, ZONE) is when


@pytest.mark.parametrize(
    ("handling", "conditions", "told"),
    [
        (SharingCode.PERMITTED, None, None),
        (SharingCode.CONDITIONS, "ask us first", None),
        (SharingCode.CONDITIONS, None, "conditions_unclear"),
        (SharingCode.CONDITIONS, " ", "conditions_unclear"),
        (SharingCode.PERMITTED, "ask us first", "conditions_unclear"),
    ],
)
def test_conditions_go_with_their_code(handling, conditions, told):
    assert code(why_not_state(handling, conditions)) == told

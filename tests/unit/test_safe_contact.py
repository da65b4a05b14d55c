"""When somebody may be contacted: windows on the wall clock, the days the clock changes, and every reason why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casebook.domain.case.safe_contact import ContactPlan, Way, allowed_channels, next_safe, why_not_safe, window_ends

LONDON = ZoneInfo("Europe/London")
STALE = timedelta(days=28)
CONFIRMED = datetime(2026, 1, 1, tzinfo=UTC)


def plan(*windows, days="mon;tue;wed;thu;fri", channel="phone", **overrides):
    given = {"channel": channel, "days": tuple(days.split(";")), "windows": windows or (("09:00", "17:00"),)}
    return ContactPlan(**{**given, "confirmed_at": CONFIRMED, **overrides})


def utc(text):
    return datetime.fromisoformat(text + "+00:00")


# after (UTC), windows, days -> next safe moment (UTC)
NEXT = [
    ("2026-01-05T10:00", [("09:00", "17:00")], "mon", "2026-01-05T10:00"),  # inside: now
    ("2026-01-05T08:59", [("09:00", "17:00")], "mon", "2026-01-05T09:00"),
    ("2026-01-05T17:00", [("09:00", "17:00")], "mon", "2026-01-12T09:00"),  # the end is not inside: a week later
    ("2026-01-05T16:59:59", [("09:00", "17:00")], "mon", "2026-01-05T16:59:59"),
    ("2026-01-05T12:00", [("09:00", "11:00"), ("15:00", "16:00")], "mon", "2026-01-05T15:00"),  # between two windows
    ("2026-01-05T12:00", [("15:00", "16:00"), ("09:00", "11:00")], "mon", "2026-01-05T15:00"),  # in whatever order
    ("2026-01-09T18:00", [("09:00", "17:00")], "mon;fri", "2026-01-12T09:00"),  # over a weekend
    ("2026-07-06T08:00", [("09:00", "17:00")], "mon", "2026-07-06T08:00"),  # summer time: nine o'clock is 08:00 UTC
    ("2026-07-06T16:00", [("09:00", "17:00")], "mon", "2026-07-13T08:00"),
    # 29 March 2026: at 01:00 it is 02:00
    ("2026-03-28T23:00", [("01:15", "01:45")], "sun", "2026-04-05T00:15"),  # the window is not there: a week later
    ("2026-03-28T23:00", [("01:30", "02:30")], "sun", "2026-03-29T01:00"),  # what is left of it
    ("2026-03-28T23:00", [("00:30", "00:45")], "sun", "2026-03-29T00:30"),
    ("2026-03-29T12:00", [("09:00", "17:00")], "mon", "2026-03-30T08:00"),
    # 25 October 2026: at 02:00 it is 01:00 again
    ("2026-10-25T00:50", [("01:15", "01:45")], "sun", "2026-10-25T01:15"),  # after its first time, its second
    ("2026-10-25T00:45", [("00:30", "01:30")], "sun", "2026-10-25T01:00"),  # it opens again where the hour begins again
    ("2026-10-25T00:00", [("01:00", "01:30")], "sun", "2026-10-25T00:00"),
    ("2026-10-24T12:00", [("02:30", "03:00")], "sun", "2026-10-25T02:30"),
]


@pytest.mark.parametrize(("after", "windows", "days", "expected"), NEXT)
def test_the_next_safe_time_is_read_off_the_wall_clock(after, windows, days, expected):
    assert next_safe(plan(*windows, days=days), utc(after), LONDON) == utc(expected)


@pytest.mark.parametrize(
    "unsafe",
    [
        None,
        plan(channel=None),
        plan(channel=""),
        plan(days=""),
        plan(("17:00", "09:00")),  # ends before it begins
        plan(("09:00", "09:00")),
        plan(("nine", "five")),
        plan(("09:00", "24:00")),  # nobody knows what was meant
        plan(days="someday"),
    ],
)
def test_without_a_readable_plan_there_is_no_safe_time(unsafe):
    assert next_safe(unsafe, utc("2026-01-05T10:00"), LONDON) is None


# at (UTC), how, plan -> reason
WHY_NOT = [
    ("2026-01-05T10:00", {}, plan(), None),
    ("2026-01-05T10:00", {}, None, "no_plan"),
    ("2026-01-05T10:00", {}, plan(channel=None), "no_channel"),
    ("2026-01-05T10:00", {"channel": "text"}, plan(), "unsafe_channel"),
    ("2026-01-05T10:00", {"channel": "in_person"}, plan(), "unsafe_channel"),
    ("2026-01-05T10:00", {"channel": "in_person", "agreed_meeting": True}, plan(), None),
    ("2026-01-05T10:00", {"channel": "text", "agreed_meeting": True}, plan(), "unsafe_channel"),
    ("2026-01-05T08:59", {}, plan(), "outside_window"),
    ("2026-01-05T17:00", {}, plan(), "outside_window"),
    ("2026-01-03T10:00", {}, plan(), "outside_window"),  # a Saturday
    ("2026-01-05T20:00", {"channel": "in_person", "agreed_meeting": True}, plan(), "outside_window"),
    ("2026-01-29T10:00", {}, plan(confirmed_at=utc("2026-01-01T10:00")), None),  # 28 days to the minute
    ("2026-01-29T10:01", {}, plan(confirmed_at=utc("2026-01-01T10:00")), "stale_plan"),
    ("2026-01-29T10:01", {"asks_plan_again": True}, plan(confirmed_at=utc("2026-01-01T10:00")), None),
    ("2026-01-31T10:00", {"asks_plan_again": True}, plan(), "outside_window"),  # asking again opens no other window
    ("2026-01-05T10:00", {}, plan(confirmed_at=utc("2026-01-05T10:01")), "plan_is_later"),
    ("2026-01-05T10:00", {"leaves_message": True}, plan(), "no_messages"),
    ("2026-01-05T10:00", {"leaves_message": True}, plan(voicemail=True), None),
]


@pytest.mark.parametrize(("at", "how", "given", "code"), WHY_NOT)
def test_every_unsafe_contact_has_its_reason(at, how, given, code):
    reason = why_not_safe(Way(**{"at": utc(at), "channel": "phone", **how}), given, stale_after=STALE, zone=LONDON)
    assert (reason.code if reason else None) == code


def test_no_reason_repeats_what_the_plan_says_of_times():
    reason = why_not_safe(Way(at=utc("2026-01-05T20:00"), channel="phone"), plan(), stale_after=STALE, zone=LONDON)
    assert "09:00" not in reason.message


def test_a_meeting_is_allowed_only_beside_the_channel_over_which_it_was_agreed():
    assert allowed_channels(plan()) == {"phone"}
    assert allowed_channels(plan(), agreed_meeting=True) == {"phone", "in_person"}
    assert allowed_channels(plan(channel=None), agreed_meeting=True) == frozenset()


def test_a_plan_knows_when_it_was_confirmed_and_where_on_earth():
    with pytest.raises(ValueError, match="offset"):
        plan(confirmed_at=datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    ("after", "windows", "days", "ends"),
    [
        ("2026-01-05T10:00", [("09:00", "17:00")], "mon", "2026-01-05T17:00"),  # inside: the window that is open
        ("2026-01-05T17:00", [("09:00", "17:00")], "mon", "2026-01-12T17:00"),  # the next one is a week later
        ("2026-01-05T12:00", [("09:00", "11:00"), ("15:00", "16:00")], "mon", "2026-01-05T16:00"),
        ("2026-07-06T07:00", [("09:00", "17:00")], "mon", "2026-07-06T16:00"),  # summer time
    ],
)
def test_the_end_of_the_next_safe_window(after, windows, days, ends):
    assert window_ends(plan(*windows, days=days), utc(after), LONDON) == utc(ends)


def test_without_a_channel_there_is_no_window():
    assert window_ends(plan(channel=""), utc("2026-01-05T10:00"), LONDON) is None
    assert window_ends(None, utc("2026-01-05T10:00"), LONDON) is None

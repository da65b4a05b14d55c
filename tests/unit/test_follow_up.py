"""Which attempts count, when a contact is too early, and how long a watch lasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casebook.domain.case.follow_up import (
    counted,
    end_of_next_day,
    months_after,
    retry_at,
    why_not_exhausted,
    why_not_now,
)

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
START = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


def hours(*after):
    return [START + timedelta(hours=each) for each in after]


@pytest.mark.parametrize(
    ("attempts", "count"),
    [
        ([], 0),
        (hours(0), 1),
        (hours(0, 1, 2), 1),  # three calls in two hours are one attempt
        (hours(0, 24, 48), 3),  # exactly apart
        (hours(0, 23, 47), 2),  # the second is too near the first, the third far enough from it
        (hours(48, 0, 24), 3),  # in whatever order they were written up
    ],
)
def test_attempts_count_only_apart_from_each_other(attempts, count):
    assert counted(attempts, apart=DAY) == count


@pytest.mark.parametrize(
    ("attempts", "route", "code"),
    [
        (hours(0, 24), True, "too_few_attempts"),
        (hours(0, 24, 48), False, "route_untried"),
        (hours(0, 24, 48), True, None),
    ],
)
def test_attempts_are_exhausted_by_number_and_by_another_route(attempts, route, code):
    reason = why_not_exhausted(attempts, minimum=3, apart=DAY, route_tried=route)
    assert (reason.code if reason else None) == code


def test_a_contact_may_be_made_from_its_time_on():
    assert why_not_now(START, not_before=START) is None
    assert why_not_now(START - timedelta(seconds=1), not_before=START).code == "too_early"


def test_the_next_attempt_is_due_apart_from_the_last():
    assert retry_at(None, START, apart=DAY) == START
    assert retry_at(START, START - DAY, apart=DAY) == START + DAY
    assert retry_at(START - 3 * DAY, START, apart=DAY) == START


@pytest.mark.parametrize(
    ("moment", "months", "later"),
    [
        ("2026-03-02T11:00", 12, "2027-03-02T11:00"),
        ("2026-01-31T11:00", 1, "2026-02-28T11:00"),  # a shorter month
        ("2024-02-29T11:00", 12, "2025-02-28T11:00"),
        ("2026-12-15T11:00", 12, "2027-12-15T11:00"),
        ("2026-01-15T11:00", 6, "2026-07-15T10:00"),  # the same local time, in summer
        ("2026-01-31T23:30", 1, "2026-02-28T23:30"),
    ],
)
def test_months_keep_the_local_time(moment, months, later):
    found = months_after(datetime.fromisoformat(moment + "+00:00"), months, LONDON)
    assert found == datetime.fromisoformat(later + "+00:00")


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-03-02T11:00", "2026-03-03T23:59:59"),
        ("2026-07-02T23:30", "2026-07-04T22:59:59"),  # it is already the third in London
        ("2026-03-28T11:00", "2026-03-29T22:59:59"),
    ],
)
def test_the_end_of_the_next_day_is_a_local_one(moment, end):
    assert end_of_next_day(datetime.fromisoformat(moment + "+00:00"), LONDON) == datetime.fromisoformat(end + "+00:00")

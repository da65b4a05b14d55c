"""The contacts after a delivery: when each may be made, how many attempts are enough, how long the watch lasts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from casebook.domain.actors import Reason

_MONTHS = 12


class Chosen(StrEnum):
    ACCEPTED = "accepted"
    ANOTHER_TIME = "another_time"
    DECLINED = "declined"


class ContactResult(StrEnum):
    """How a contact ended. No reply does not end it: after enough attempts two people may end it."""

    REACHED = "reached"
    DECLINED = "declined"
    EXHAUSTED = "exhausted"


def counted(moments: Iterable[datetime], *, apart: timedelta) -> int:
    """How many attempts count. Each must be at least `apart` after the one counted before it."""
    count, last = 0, None
    for moment in sorted(attempt.astimezone(UTC) for attempt in moments):
        if last is None or moment - last >= apart:
            count, last = count + 1, moment
    return count


def why_not_exhausted(
    unanswered: Sequence[datetime], *, minimum: int, apart: timedelta, route_tried: bool
) -> Reason | None:
    """Why the contact cannot be ended as not reached yet."""
    if (made := counted(unanswered, apart=apart)) < minimum:
        hours = int(apart.total_seconds() // 3600)
        return Reason(
            "too_few_attempts",
            f"only {made} of {minimum} attempts count. Attempts count if they are at least {hours} hours apart",
        )
    if not route_tried:
        return Reason("route_untried", "say which partner agency you asked to reach them, and what the result was")
    return None


def why_not_now(at: datetime, *, not_before: datetime) -> Reason | None:
    """A reason if it is too early for this contact. Its time begins when the contact before it is due, at `not_before`."""
    if at.astimezone(UTC) >= not_before.astimezone(UTC):
        return None
    return Reason(
        "too_early", f"it is too early for this contact: make it after {not_before.isoformat(timespec='minutes')}"
    )


def retry_at(last: datetime | None, due_at: datetime, *, apart: timedelta) -> datetime:
    """When the next attempt is due."""
    return due_at if last is None else max(due_at, last + apart)


def months_after(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same local clock time `months` later; in a shorter month, on its last day."""
    local = moment.astimezone(zone)
    year, month = divmod(local.month - 1 + months, _MONTHS)
    year, month = local.year + year, month + 1
    following = date(year + month // _MONTHS, month % _MONTHS + 1, 1)
    day = min(local.day, (following - timedelta(days=1)).day)
    return local.replace(year=year, month=month, day=day, fold=0).astimezone(UTC)


def end_of_next_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """The last second of the local day after this one."""
    after_next = moment.astimezone(zone).date() + timedelta(days=2)
    start = datetime.combine(after_next, datetime.min.time(), zone).astimezone(UTC)
    return start - timedelta(seconds=1)

"""Calculates when things are due and how much of their time is used. Whether something is overdue is never stored.

Elapsed time is real time, day and night. Days are counted on the policy's local calendar and keep their clock time.
A clock time that does not exist (clocks go forward) moves by the gap. Of a clock time that exists twice the earlier
counts, because that is safer.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import assert_never
from zoneinfo import ZoneInfo

from casebook.domain.policy import Allowance, Anchor, Policy, TimeLimit, Unit, WorkAllowance
from casebook.domain.vocabulary import Limit, Priority, Route, WorkKind

SATURDAY = 5
END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True, kw_only=True)
class Deadline:
    what: Limit | WorkKind
    anchor: Anchor
    anchor_at: datetime
    allowance: Allowance
    due_at: datetime  # with the offset of the policy's time zone at that moment
    source: str
    verified: bool  # the limit was read in its source, and the calendar has been checked as far as the due date
    note: str


def due(
    limit: TimeLimit | WorkAllowance,
    anchor_at: datetime,
    *,
    policy: Policy,
    priority: Priority,
    holidays: Container[date],
) -> Deadline:
    fact = limit.allowance(priority)
    due_at = after(anchor_at, fact.value, zone=ZoneInfo(policy.calendar.timezone), holidays=holidays)
    what, anchor = (limit.limit, limit.anchor) if isinstance(limit, TimeLimit) else (limit.kind, Anchor.OPENED)
    return Deadline(
        what=what,
        anchor=anchor,
        anchor_at=anchor_at.astimezone(UTC),
        allowance=fact.value,
        due_at=due_at,
        source=fact.source,
        verified=fact.verified and due_at.date() <= policy.calendar.checked_until.value,
        note=fact.note,
    )


def due_from_receipt(
    received_at: datetime,
    *,
    route: Route,
    priority: Priority,
    policy: Policy,
    holidays: Container[date],
) -> list[Deadline]:
    """Every limit that is known at receipt, earliest first; where danger is known later, its limit runs from then."""
    limits = (limit for limit in policy.limits if route in limit.routes and limit.anchor is not Anchor.DELIVERY)
    return by_time(due(limit, received_at, policy=policy, priority=priority, holidays=holidays) for limit in limits)


def due_from_delivery(
    delivered_at: datetime, *, route: Route, priority: Priority, policy: Policy, holidays: Container[date]
) -> list[Deadline]:
    limits = (limit for limit in policy.limits if route in limit.routes and limit.anchor is Anchor.DELIVERY)
    return by_time(due(limit, delivered_at, policy=policy, priority=priority, holidays=holidays) for limit in limits)


def by_time(deadlines: Iterable[Deadline]) -> list[Deadline]:
    order = [*Limit, *WorkKind]
    return sorted(deadlines, key=lambda deadline: (deadline.due_at, order.index(deadline.what)))


def after(anchor_at: datetime, allowance: Allowance, *, zone: ZoneInfo, holidays: Container[date]) -> datetime:
    if anchor_at.tzinfo is None:
        raise ValueError("a moment needs an offset from UTC")
    local = anchor_at.astimezone(zone)
    match allowance.unit:
        case Unit.ELAPSED_MINUTES:
            due_at = anchor_at.astimezone(UTC) + timedelta(minutes=allowance.budget)
        case Unit.ELAPSED_HOURS:
            due_at = anchor_at.astimezone(UTC) + timedelta(hours=allowance.budget)
        case Unit.CALENDAR_DAYS:
            due_at = _at(local.date() + timedelta(days=allowance.budget), local.time(), zone)
        case Unit.WORKING_DAYS:
            due_at = _at(working_day_after(local.date(), allowance.budget, holidays), END_OF_DAY, zone)
        case _:
            assert_never(allowance.unit)
    return _with_offset(due_at, zone)


def working_day_after(day: date, count: int, holidays: Container[date]) -> date:
    """The working day that is `count` working days after `day`; `day` itself never counts."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY and day not in holidays
    return day


def _at(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    # fold=0 is the earlier of two; on its way to UTC a time that does not exist takes the offset from before the gap
    return datetime.combine(day, clock_time.replace(fold=0), zone).astimezone(UTC)


def _with_offset(moment: datetime, zone: ZoneInfo) -> datetime:
    # a fixed offset: Python compares two moments of one ZoneInfo by the wall clock, which is an hour wrong in October
    local = moment.astimezone(zone)
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()), fold=0)


@dataclass(frozen=True, kw_only=True)
class ClockState:
    """How much of a limit is used. Its budget runs from the anchor to the time it would be due without a pause."""

    anchor_at: datetime
    unpaused_due_at: datetime
    consumed: timedelta = timedelta()  # up to running_since
    running_since: datetime | None  # None while paused

    @property
    def budget(self) -> timedelta:
        return self.unpaused_due_at.astimezone(UTC) - self.anchor_at.astimezone(UTC)

    @property
    def due_at(self) -> datetime | None:
        """When it is due; None while it is paused, because then there is no deadline."""
        if self.running_since is None:
            return None
        return (self.running_since.astimezone(UTC) + self.budget - self.consumed).astimezone(
            self.unpaused_due_at.tzinfo
        )


def start(deadline: Deadline) -> ClockState:
    return ClockState(anchor_at=deadline.anchor_at, unpaused_due_at=deadline.due_at, running_since=deadline.anchor_at)


def reason_not_to_pause(clock: ClockState, at: datetime, *, limit: Limit, reason: str, policy: Policy) -> str | None:
    """Why the clock may not be paused on this ground; None if it may."""
    if not policy.may_pause(limit, reason):
        return "no_ground_in_policy"
    if clock.running_since is None:
        return "already_paused"
    return "before_it_ran" if at < clock.running_since else None


def pause(clock: ClockState, at: datetime) -> ClockState:
    if clock.running_since is None or at < clock.running_since:
        raise ValueError("only a running clock can be paused, and not for a time before it started")
    return replace(clock, consumed=used(clock, at), running_since=None)


def resume(clock: ClockState, at: datetime) -> ClockState:
    if clock.running_since is not None or at < clock.anchor_at + clock.consumed:
        raise ValueError("only a paused clock can be resumed, and not for a time before it was paused")
    return replace(clock, running_since=at.astimezone(UTC))


def used(clock: ClockState, now: datetime) -> timedelta:
    """What is used of the budget. A clock that goes on at a later moment uses nothing until then."""
    if clock.running_since is None:
        return clock.consumed
    return clock.consumed + max(timedelta(), now.astimezone(UTC) - clock.running_since.astimezone(UTC))


def remaining(clock: ClockState, now: datetime) -> timedelta:
    """The time that is left; negative once it is overdue."""
    return clock.budget - used(clock, now)


def overdue(clock: ClockState, now: datetime) -> bool:
    return remaining(clock, now) < timedelta()

"""When and how somebody may be contacted without danger to them: inside the plan they gave, or not at all.

A window is read off the wall clock of the policy's zone. Where the clock goes back, a window in the hour that comes
twice is open twice; where it goes forward, one in the missing hour is shorter, or not there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from casebook.domain.actors import Reason
from casebook.domain.case.intake import DAYS
from casebook.domain.vocabulary import Channel

_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_DAYS_AHEAD = 15  # a weekly window may be swallowed once by a missing hour, never twice in a row
_MINUTE = timedelta(minutes=1)


class Purpose(StrEnum):
    """What a contact is for."""

    CONFIRM_PLAN = "confirm_plan"
    MEET = "meet"
    ARRANGE = "arrange"  # a meeting in person, over the channel that is safe
    DELIVER = "deliver"
    FOLLOW_UP = "follow_up"
    EMERGENCY = "emergency"
    TRANSFER = "transfer"  # that another force deals with it now
    OTHER = "other"


class Override(StrEnum):
    """The only grounds for contact outside the plan: somebody's life."""

    THREAT_TO_KILL = "threat_to_kill"
    SUBJECT_ON_THE_WAY = "subject_on_the_way"
    SUBJECT_RELEASED = "subject_released"
    PERSON_UNACCOUNTED_FOR = "person_unaccounted_for"
    CHILD_IN_DANGER = "child_in_danger"
    IMMEDIATE_DANGER = "immediate_danger"  # what immediate safeguarding was opened for


@dataclass(frozen=True, kw_only=True)
class ContactPlan:
    """What one party said of safe contact. An unknown part of it means no contact."""

    channel: str | None
    days: tuple[str, ...]  # mon..sun
    windows: tuple[tuple[str, str], ...]  # HH:MM on the wall clock, the end no longer inside
    voicemail: bool = False  # a message may be left
    confirmed_at: datetime

    def __post_init__(self) -> None:
        if self.confirmed_at.tzinfo is None:
            raise ValueError("a moment without an offset is no moment")

    @property
    def hours(self) -> tuple[tuple[time, time], ...]:
        """The windows that can be read."""
        return tuple(
            (time.fromisoformat(start), time.fromisoformat(end))
            for start, end in self.windows
            if _CLOCK_TIME.fullmatch(start) and _CLOCK_TIME.fullmatch(end) and start < end
        )


@dataclass(frozen=True, kw_only=True)
class Way:
    """One contact as it was, or is to be, made."""

    at: datetime
    channel: str
    agreed_meeting: bool = False  # in person, at a time agreed beforehand over the plan's own channel
    asks_plan_again: bool = False  # begins by asking whether the plan is still safe
    leaves_message: bool = False


def why_not_safe(  # noqa: PLR0911 - one return for each reason, in the order in which they are told
    way: Way, plan: ContactPlan | None, *, stale_after: timedelta, zone: ZoneInfo
) -> Reason | None:
    """The first reason for which this contact is not safe."""
    if plan is None:
        return Reason("no_plan", "nobody has said how this person may safely be contacted")
    if not plan.channel:
        return Reason("no_channel", "the plan names no safe channel: no contact until a professional sets one")
    if way.channel not in allowed_channels(plan, agreed_meeting=way.agreed_meeting):
        return Reason("unsafe_channel", f"the safe channel is {plan.channel}; agree over it to meet in person")
    if way.at < plan.confirmed_at:
        return Reason("plan_is_later", "the plan was set after this contact, and says nothing about it")
    if is_stale(plan, way.at, stale_after) and not way.asks_plan_again:
        return Reason("stale_plan", "the plan is old: the next contact begins by asking whether it is still safe")
    if not is_inside(plan, way.at, zone):
        return Reason("outside_window", "the plan has no safe window at that time")
    if way.leaves_message and not plan.voicemail:
        return Reason("no_messages", "the plan does not allow a message to be left")
    return None


def allowed_channels(plan: ContactPlan | None, *, agreed_meeting: bool = False) -> frozenset[str]:
    """The plan's own channel; a meeting in person beside it only if it was agreed over that channel."""
    if plan is None or not plan.channel:
        return frozenset()
    return frozenset({plan.channel, Channel.IN_PERSON.value} if agreed_meeting else {plan.channel})


def is_agreed(arranged: Collection[datetime], held: Collection[datetime]) -> bool:
    """Whether a meeting was arranged since the last agreed one was held: an agreement is for one meeting."""
    return bool(arranged) and (not held or max(arranged) > max(held))


def is_stale(plan: ContactPlan, at: datetime, stale_after: timedelta) -> bool:
    return at - plan.confirmed_at > stale_after


def is_inside(plan: ContactPlan, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the wall clock stands inside a window on a safe day."""
    local = at.astimezone(zone)
    wall = local.time()
    return DAYS[local.weekday()] in plan.days and any(start <= wall < end for start, end in plan.hours)


def next_safe(plan: ContactPlan | None, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first safe moment not before `after`, in UTC; None if there is none."""
    if plan is None or not plan.channel:
        return None
    if is_inside(plan, after, zone):
        return after.astimezone(UTC)
    first = after.astimezone(zone).date()
    for ahead in range(_DAYS_AHEAD):
        opening = [
            moment
            for moment in _openings(plan, first + timedelta(days=ahead), zone)
            if moment >= after and is_inside(plan, moment, zone)
        ]
        if opening:
            return min(opening)
    return None


def _openings(plan: ContactPlan, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """Moments at which a window of the day may open."""
    begins, ends = (_moment(each, time(), zone) for each in (day, day + timedelta(days=1)))
    if ends - begins == timedelta(days=1):
        yield from (_moment(day, start, zone) for start, _ in plan.hours)
        return
    while begins < ends:  # the clock is changed on this day: look at every minute of it
        yield begins
        begins += _MINUTE


def _moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, zone).astimezone(UTC)

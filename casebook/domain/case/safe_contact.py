"""Safe contact: when and how somebody may be contacted without danger to them. Outside their plan nobody contacts them.

A window is in the local time of the policy's zone. When the clocks go back, a window in the repeated hour is open
twice. When they go forward, a window in the missing hour is shorter, or there is none.
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
from casebook.domain.words import CHANNEL

_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_DAYS_AHEAD = 15  # a weekly window may be lost once in a missing hour, never twice in a row
_MINUTE = timedelta(minutes=1)


class Purpose(StrEnum):
    """The purpose of a contact."""

    CONFIRM_PLAN = "confirm_plan"
    MEET = "meet"
    ARRANGE = "arrange"  # arrange a meeting in person, over the safe channel
    DELIVER = "deliver"
    FOLLOW_UP = "follow_up"
    EMERGENCY = "emergency"
    TRANSFER = "transfer"  # tell them that another force deals with it now
    OTHER = "other"


class Override(StrEnum):
    """The only grounds for contact outside the plan: somebody's life is in danger."""

    THREAT_TO_KILL = "threat_to_kill"
    SUBJECT_ON_THE_WAY = "subject_on_the_way"
    SUBJECT_RELEASED = "subject_released"
    PERSON_UNACCOUNTED_FOR = "person_unaccounted_for"
    CHILD_IN_DANGER = "child_in_danger"
    IMMEDIATE_DANGER = "immediate_danger"  # the danger that immediate safeguarding was opened for


@dataclass(frozen=True, kw_only=True)
class ContactPlan:
    """What one party said about safe contact. If a part of it is not known, nobody contacts them."""

    channel: str | None
    days: tuple[str, ...]  # mon..sun
    windows: tuple[tuple[str, str], ...]  # HH:MM in local time; the end is not inside
    voicemail: bool = False  # a message may be left
    confirmed_at: datetime
    call_back: str | None = None  # id of the change by which they asked for one call-back

    def __post_init__(self) -> None:
        if self.confirmed_at.tzinfo is None:
            raise ValueError("a moment needs an offset from UTC")

    @property
    def hours(self) -> tuple[tuple[time, time], ...]:
        """The windows whose times can be read."""
        return tuple(
            (time.fromisoformat(start), time.fromisoformat(end))
            for start, end in self.windows
            if _CLOCK_TIME.fullmatch(start) and _CLOCK_TIME.fullmatch(end) and start < end
        )


@dataclass(frozen=True, kw_only=True)
class Way:
    """How one contact was made, or is to be made."""

    at: datetime
    channel: str
    agreed_meeting: bool = False  # in person, at a time agreed before over the plan's channel
    asks_plan_again: bool = False  # begins by asking whether the plan is still safe
    leaves_message: bool = False


def why_not_safe(  # noqa: PLR0911 - one return for each reason, in the order in which they are told
    way: Way, plan: ContactPlan | None, *, stale_after: timedelta, zone: ZoneInfo
) -> Reason | None:
    """The first reason why this contact is not safe."""
    if plan is None:
        return Reason("no_plan", "it is not known how this person may safely be contacted. Do not contact them")
    if not plan.channel:
        return Reason(
            "no_channel",
            "the safe-contact plan has no safe channel. Do not contact them until a professional has set one",
        )
    if way.channel not in allowed_channels(plan, agreed_meeting=way.agreed_meeting):
        return Reason(
            "unsafe_channel",
            f"use the safe channel: {CHANNEL.of(plan.channel)}. To meet in person, agree that over it first",
        )
    if way.at < plan.confirmed_at:
        return Reason(
            "plan_is_later",
            "the safe-contact plan was set after this contact, so it cannot show that the contact was safe",
        )
    if is_stale(plan, way.at, stale_after) and not way.asks_plan_again:
        return Reason(
            "stale_plan",
            "the safe-contact plan is old: begin the next contact by asking whether the plan is still safe",
        )
    if not is_inside(plan, way.at, zone):
        return Reason("outside_window", "this is outside the safe times of the safe-contact plan")
    if way.leaves_message and not plan.voicemail:
        return Reason("no_messages", "the safe-contact plan does not allow you to leave a message")
    return None


def allowed_channels(plan: ContactPlan | None, *, agreed_meeting: bool = False) -> frozenset[str]:
    """The plan's own channel, and in person only if a meeting was agreed over that channel."""
    if plan is None or not plan.channel:
        return frozenset()
    return frozenset({plan.channel, Channel.IN_PERSON.value} if agreed_meeting else {plan.channel})


def is_agreed(arranged: Collection[datetime], held: Collection[datetime]) -> bool:
    """Whether a meeting was arranged after the last agreed meeting was held. An agreement is for one meeting."""
    return bool(arranged) and (not held or max(arranged) > max(held))


def is_stale(plan: ContactPlan, at: datetime, stale_after: timedelta) -> bool:
    return at - plan.confirmed_at > stale_after


def is_inside(plan: ContactPlan, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the local time is inside a window on a safe day."""
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


def window_ends(plan: ContactPlan | None, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The end of the window that is open at `after`, or else of the next one, in UTC; None if there is none."""
    opened = next_safe(plan, after, zone)
    if plan is None or opened is None:
        return None
    local = opened.astimezone(zone)
    ends = [end for start, end in plan.hours if start <= local.time() < end]
    return max(_moment(local.date(), max(ends), zone), opened)  # when the clocks go back, a time of day comes twice


def _openings(plan: ContactPlan, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """Moments at which a window of the day may open."""
    begins, ends = (_moment(midnight, time(), zone) for midnight in (day, day + timedelta(days=1)))
    if ends - begins == timedelta(days=1):
        yield from (_moment(day, start, zone) for start, _ in plan.hours)
        return
    while begins < ends:  # the clocks change on this day: check every minute of it
        yield begins
        begins += _MINUTE


def _moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, zone).astimezone(UTC)

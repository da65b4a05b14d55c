"""The day of a panel: who was there, which cases can wait for it, and when each member answered. Pure rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from casebook.domain.actors import Reason
from casebook.domain.case.panel import SITS, Sitter
from casebook.domain.vocabulary import Role

MOST_MEMBERS = 60  # of a meeting; the largest multi-agency meetings have about thirty


class Presence(StrEnum):
    """Whether somebody came to a meeting."""

    PRESENT = "present"
    APOLOGIES = "apologies"


class SharingCode(StrEnum):
    """How what an agency said may be shared further: the handling code of intelligence."""

    PERMITTED = "P"
    CONDITIONS = "C"


class AnswerTime(StrEnum):
    """When a member answered. Each time counts alike, as long as the chair has not decided."""

    BEFORE = "before"
    AT = "at"
    AFTER = "after"


def answer_time(answered_at: datetime, meets_at: datetime, zone: ZoneInfo) -> AnswerTime:
    """When a member answered: before the meeting, on its day, or after that day."""
    if answered_at < meets_at:
        return AnswerTime.BEFORE
    same_day = answered_at.astimezone(zone).date() == meets_at.astimezone(zone).date()
    return AnswerTime.AT if same_day else AnswerTime.AFTER


def why_not_call(
    chair: Sitter | None, members: Sequence[Sitter | None], *, meets_at: datetime, now: datetime
) -> Reason | None:
    """Why a meeting cannot be called with these people, for this time."""
    if meets_at < now - timedelta(minutes=1):
        return Reason("in_the_past", "a meeting is called for a time to come")
    if chair is None or Role.PANEL_CHAIR not in chair.roles or chair.suspended:
        return Reason("not_a_chair", "the chair must be a panel chair who is not suspended")
    if any(member is None or not member.roles & SITS or member.suspended for member in members):
        return Reason("not_a_panel_member", "each member must be a panel member or chair who is not suspended")
    ids = [member.id for member in members if member is not None]
    if chair.id in ids or len(set(ids)) != len(ids):
        return Reason("member_twice", "name each member once, and do not name the chair as a member")
    if len(ids) > MOST_MEMBERS:
        return Reason("too_many", f"a meeting has at most {MOST_MEMBERS} members")
    return None


def why_not_wait(due_at: datetime | None, *, meets_at: datetime, now: datetime) -> Reason | None:
    """A reason if an application would lapse before a meeting. One whose limit has passed already may wait for it."""
    if due_at is None or due_at <= now or meets_at < due_at:
        return None
    return Reason(
        "lapses_before_meeting",
        "its time limit passes before this meeting: convene its panel out of cycle, for an earlier time",
    )


def why_not_note(
    people: Collection[str], *, belong: Collection[str], present: bool, meets_at: datetime, now: datetime
) -> Reason | None:
    """Why the presence of these people cannot be noted."""
    if not set(people) <= set(belong):
        return Reason("not_of_the_meeting", "only its chair and members can be noted")
    if present and now < meets_at:
        return Reason("not_yet", "who was present can be noted when the meeting has begun")
    return None


def why_not_state(handling: SharingCode, conditions: str | None) -> Reason | None:
    """Why what an agency said cannot be recorded in this way: conditions go with the code C, and only with it."""
    if (handling is SharingCode.CONDITIONS) != bool(conditions and conditions.strip()):
        return Reason("conditions_unclear", "give the conditions with the handling code C, and only with it")
    return None

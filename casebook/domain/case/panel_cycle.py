"""When the panel meets next, and which applications would be late by then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from casebook.domain.policy import PanelRules


def next_meeting(rules: PanelRules, day: date) -> date:
    """The first meeting on or after the day: one fixed by hand or, after the last of these, one of the cycle."""
    fixed = sorted(rules.meetings.value)
    if ahead := next((meeting for meeting in fixed if meeting >= day), None):
        return ahead
    begin = fixed[-1] if fixed else rules.first_meeting.value
    cycle = rules.cycle_days.value
    return begin + timedelta(days=-((begin - day).days // cycle) * cycle)


def too_late(rules: PanelRules, *, ready_at: datetime, due_at: datetime, zone: ZoneInfo) -> date | None:
    """The next meeting after an application is ready, if its limit passes by the end of that day; otherwise None."""
    meeting = next_meeting(rules, ready_at.astimezone(zone).date())
    return meeting if due_at.astimezone(zone).date() <= meeting else None

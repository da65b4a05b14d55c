"""The ladder: when a wait is told to somebody, who is told next, and when silence climbs. Pure; asked by the sweep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from casebook.domain.policy import EscalationLevel, EscalationRules
from casebook.domain.vocabulary import Priority, Stage, WorkKind


class WhyStalled(StrEnum):
    """Why somebody is told. Every kind of stalled work has its name."""

    OVERDUE = "overdue"
    OVERRUN = "overrun"  # a limit of the scheme has passed
    GATE_HOLD = "gate_hold"  # a gate holds the application and nobody mends it
    UNCLAIMED = "unclaimed"
    UNCHANGED = "unchanged"  # nothing happened for longer than the stage allows
    ENGINE_FAILED = "engine_failed"  # runs were started again and again, and none got anywhere
    PANEL_TOO_LATE = "panel_too_late"  # the limit passes before the panel meets: decide out of cycle
    CREW_SHORT = "crew_short"  # fewer people are on duty than the rules need
    CALENDAR_ENDS = "calendar_ends"  # the bank holidays are not checked much further
    SILENCE = "silence"  # the rung below did not acknowledge
    UNREACHABLE = "unreachable"  # nobody on the rung is on duty


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What the ladder needs to know of one open work item."""

    kind: WorkKind
    priority: Priority
    stage: Stage | None
    opened_at: datetime
    due_at: datetime | None
    claimed: bool
    changed_at: datetime  # the last thing that happened to its application
    level: int = 0  # the rung it stands on; 0 is none
    raised_at: datetime | None = None
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LevelToRaise:
    """A rung to raise. An unreachable one is kept on record, and the next is raised with it."""

    rung: EscalationLevel
    why: str
    reachable: bool


def reason(wait: Wait, rules: EscalationRules, now: datetime) -> WhyStalled | None:
    """Why this item must be told of one rung further, or None while it need not.

    A rung is quiet for its wait. Then silence climbs; after an acknowledgement, whatever is still wrong does.
    """
    if wait.level == 0:
        return WhyStalled.OVERRUN if wait.kind is WorkKind.SAFEGUARD_DURING_DELAY else _ground(wait, rules, now)
    rung = next((each for each in rules.rungs.value if each.level == wait.level), None)
    if rung is None or wait.raised_at is None or wait.level >= highest_level(rules):
        return None
    quiet = timedelta(minutes=rung.wait_minutes.get(wait.priority, 0))
    if wait.acknowledged_at is None:
        return WhyStalled.SILENCE if wait.raised_at + quiet <= now else None
    # whoever heard of it before it was due has not heard that it is late
    is_news = wait.due_at is not None and wait.acknowledged_at < wait.due_at <= now
    return _ground(wait, rules, now) if is_news or wait.acknowledged_at + quiet <= now else None


def _ground(wait: Wait, rules: EscalationRules, now: datetime) -> WhyStalled | None:
    """What is wrong with it now, whoever has been told."""
    if wait.kind is WorkKind.ACKNOWLEDGE_ESCALATION:
        return None  # its silence climbs the ladder of the item it speaks of
    held = wait.kind is WorkKind.MEND_QUALITY
    if wait.due_at is not None and wait.due_at <= now:
        return WhyStalled.GATE_HOLD if held else WhyStalled.OVERDUE
    unclaimed = timedelta(minutes=rules.unclaimed_minutes.value[wait.priority])
    if not wait.claimed and wait.opened_at + unclaimed <= now:
        return WhyStalled.GATE_HOLD if held else WhyStalled.UNCLAIMED
    days = rules.unchanged_days.value.get(wait.stage) if wait.stage else None
    return WhyStalled.UNCHANGED if days is not None and wait.changed_at + timedelta(days=days) <= now else None


def highest_level(rules: EscalationRules) -> int:
    """The last rung."""
    return max(rung.level for rung in rules.rungs.value)


def levels_to_raise(
    rules: EscalationRules, level: int, why: str, reachable: Callable[[EscalationLevel], bool]
) -> Sequence[LevelToRaise]:
    """The rungs to raise now, from the one above `level` to the first where somebody can be reached."""
    steps = list[LevelToRaise]()
    for rung in sorted(rules.rungs.value, key=lambda each: each.level):
        if rung.level <= level:
            continue
        there = reachable(rung)
        steps.append(LevelToRaise(rung=rung, why=why, reachable=there))
        if there:
            break
        why = WhyStalled.UNREACHABLE
    return steps

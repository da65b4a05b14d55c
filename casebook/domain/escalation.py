"""Escalation: which level is notified of stalled work, and when the next level is. Pure rules; the sweep asks them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from casebook.domain.policy import EscalationLevel, EscalationRules
from casebook.domain.vocabulary import Priority, Stage, WorkKind


class WhyStalled(StrEnum):
    """Why somebody is notified: one code for each kind of stalled work."""

    OVERDUE = "overdue"
    OVERRUN = "overrun"  # a limit of the scheme has passed
    GATE_HOLD = "gate_hold"  # a gate holds the application and nobody corrects it
    UNCLAIMED = "unclaimed"
    UNCHANGED = "unchanged"  # nothing happened for longer than the stage allows
    ENGINE_FAILED = "engine_failed"  # runs were restarted repeatedly and all failed
    PANEL_TOO_LATE = "panel_too_late"  # the limit passes before the panel meets: decide out of cycle
    CREW_SHORT = "crew_short"  # fewer people are on duty than the rules need
    CALENDAR_ENDS = "calendar_ends"  # the bank holidays are not checked much further
    SILENCE = "silence"  # not acknowledged by the level below
    UNREACHABLE = "unreachable"  # nobody at this level is on duty


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What the escalation rules need to know about one open work item."""

    kind: WorkKind
    priority: Priority
    stage: Stage | None
    opened_at: datetime
    due_at: datetime | None
    claimed: bool
    changed_at: datetime  # when something last happened to its application
    level: int = 0  # the escalation level it has reached; 0: none
    raised_at: datetime | None = None
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LevelToRaise:
    """An escalation level to notify. If nobody there can be reached, that is recorded and the next level is notified."""

    rung: EscalationLevel
    why: str
    reachable: bool


def reason(wait: Wait, rules: EscalationRules, now: datetime) -> WhyStalled | None:
    """Why the next escalation level must be notified of this item, or None while it need not be.

    Each level has a waiting time. After it the item escalates if it was not acknowledged, or if something is still wrong.
    """
    if wait.level == 0:
        return WhyStalled.OVERRUN if wait.kind is WorkKind.SAFEGUARD_DURING_DELAY else _ground(wait, rules, now)
    current = next((level for level in rules.rungs.value if level.level == wait.level), None)
    if current is None or wait.raised_at is None or wait.level >= highest_level(rules):
        return None
    waiting_time = timedelta(minutes=current.wait_minutes.get(wait.priority, 0))
    if wait.acknowledged_at is None:
        return WhyStalled.SILENCE if wait.raised_at + waiting_time <= now else None
    # whoever acknowledged it before it was due does not know that it is late now
    is_news = wait.due_at is not None and wait.acknowledged_at < wait.due_at <= now
    return _ground(wait, rules, now) if is_news or wait.acknowledged_at + waiting_time <= now else None


def _ground(wait: Wait, rules: EscalationRules, now: datetime) -> WhyStalled | None:
    """What is wrong with the item now, whoever has been notified."""
    if wait.kind is WorkKind.ACKNOWLEDGE_ESCALATION:
        return None  # if it is not acknowledged, the item it is about escalates
    is_gate_hold = wait.kind is WorkKind.MEND_QUALITY
    if wait.due_at is not None and wait.due_at <= now:
        return WhyStalled.GATE_HOLD if is_gate_hold else WhyStalled.OVERDUE
    unclaimed = timedelta(minutes=rules.unclaimed_minutes.value[wait.priority])
    if not wait.claimed and wait.opened_at + unclaimed <= now:
        return WhyStalled.GATE_HOLD if is_gate_hold else WhyStalled.UNCLAIMED
    days = rules.unchanged_days.value.get(wait.stage) if wait.stage else None
    return WhyStalled.UNCHANGED if days is not None and wait.changed_at + timedelta(days=days) <= now else None


def highest_level(rules: EscalationRules) -> int:
    """The last escalation level."""
    return max(level.level for level in rules.rungs.value)


def levels_to_raise(
    rules: EscalationRules, level: int, why: str, reachable: Callable[[EscalationLevel], bool]
) -> Sequence[LevelToRaise]:
    """The escalation levels to notify now, from the one above `level` to the first where somebody can be reached."""
    to_raise = list[LevelToRaise]()
    for candidate in sorted(rules.rungs.value, key=lambda candidate: candidate.level):
        if candidate.level <= level:
            continue
        is_reachable = reachable(candidate)
        to_raise.append(LevelToRaise(rung=candidate, why=why, reachable=is_reachable))
        if is_reachable:
            break
        why = WhyStalled.UNREACHABLE
    return to_raise

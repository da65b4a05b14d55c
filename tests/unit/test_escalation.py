"""The rules of escalation levels, without a database."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from casebook import policies
from casebook.casework.reporting.simulation import Before, ForceHistory, late
from casebook.domain import escalation
from casebook.domain.escalation import Wait, WhyStalled
from casebook.domain.vocabulary import Priority, Stage, WorkKind

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
RULES = policies.load("england-and-wales-2023").escalation
WAIT = Wait(
    kind=WorkKind.RETURN_SEARCH, priority=Priority.STANDARD, stage=Stage.RECORD_CHECKS, opened_at=NOW, due_at=None,
    claimed=True, changed_at=NOW,
)  # fmt: skip
HEARD = replace(WAIT, level=1, raised_at=NOW, acknowledged_at=NOW)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("wait", "after", "why"),
    [
        (WAIT, 5 * DAY - MINUTE, None),  # record checks may stay unchanged for five days
        (WAIT, 5 * DAY, WhyStalled.UNCHANGED),
        (replace(WAIT, changed_at=NOW + DAY), 5 * DAY, None),  # somebody did something else meanwhile
        (replace(WAIT, stage=None), 50 * DAY, None),
        (replace(WAIT, due_at=NOW + DAY), DAY - MINUTE, None),
        (replace(WAIT, due_at=NOW + DAY), DAY, WhyStalled.OVERDUE),
        (replace(WAIT, claimed=False), DAY - MINUTE, None),
        (replace(WAIT, claimed=False), DAY, WhyStalled.UNCLAIMED),
        (replace(WAIT, claimed=False, priority=Priority.IMMEDIATE), 10 * MINUTE, WhyStalled.UNCLAIMED),
        (replace(WAIT, kind=WorkKind.MEND_QUALITY, due_at=NOW), MINUTE, WhyStalled.GATE_HOLD),
        (replace(WAIT, kind=WorkKind.ACKNOWLEDGE_ESCALATION, claimed=False), 50 * DAY, None),
        (replace(WAIT, level=1, raised_at=NOW), DAY - MINUTE, None),
        (replace(WAIT, level=1, raised_at=NOW), DAY, WhyStalled.SILENCE),
        (replace(WAIT, level=1, raised_at=NOW, priority=Priority.URGENT), 60 * MINUTE, WhyStalled.SILENCE),
        (replace(WAIT, level=1, raised_at=NOW, acknowledged_at=NOW), 5 * DAY - MINUTE, None),
        (replace(WAIT, level=1, raised_at=NOW, acknowledged_at=NOW), 5 * DAY, WhyStalled.UNCHANGED),
        (replace(HEARD, due_at=NOW + DAY), DAY - MINUTE, None),
        (
            replace(HEARD, due_at=NOW + DAY),
            DAY,
            WhyStalled.OVERDUE,
        ),  # who heard of it in time has not heard that it is late
        (replace(HEARD, due_at=NOW + MINUTE), MINUTE, WhyStalled.OVERDUE),  # and is not left to the level's wait
        (replace(HEARD, due_at=NOW + DAY, stage=None), 50 * DAY, WhyStalled.OVERDUE),
        (replace(HEARD, due_at=NOW, acknowledged_at=NOW + MINUTE), DAY, None),  # who heard that it is late has
        (replace(HEARD, due_at=NOW + DAY, kind=WorkKind.SAFEGUARD_DURING_DELAY), DAY, WhyStalled.OVERDUE),
        # acknowledged and late, in a stage or outside one: the level is quiet for its wait again
        (replace(HEARD, due_at=NOW), DAY - MINUTE, None),
        (replace(HEARD, due_at=NOW), DAY, WhyStalled.OVERDUE),
        (replace(HEARD, due_at=NOW, stage=None), DAY - MINUTE, None),
        (replace(HEARD, due_at=NOW, stage=None), DAY, WhyStalled.OVERDUE),
        (replace(HEARD, due_at=NOW, stage=None, priority=Priority.IMMEDIATE), 10 * MINUTE, WhyStalled.OVERDUE),
        (replace(HEARD, due_at=NOW, stage=None, level=3), 2 * DAY - MINUTE, None),
        (replace(HEARD, due_at=NOW, stage=None, level=3), 2 * DAY, WhyStalled.OVERDUE),
        (replace(HEARD, due_at=NOW, level=4), 50 * DAY, None),
        (replace(HEARD, stage=None), 50 * DAY, None),  # somebody has it, and it is not late
        (replace(HEARD, stage=None, claimed=False), DAY, WhyStalled.UNCLAIMED),
        (replace(WAIT, level=4, raised_at=NOW), 500 * DAY, None),  # there is nobody above
    ],
)
def test_when_somebody_is_told_and_why(wait, after, why):
    assert escalation.reason(wait, RULES, NOW + after) == why


@pytest.mark.parametrize(
    ("level", "reachable", "rungs"),
    [
        (0, {1, 2, 3, 4}, [1]),
        (0, {3}, [1, 2, 3]),  # the levels below are on record as unreachable
        (1, {1, 3}, [2, 3]),
        (0, set(), [1, 2, 3, 4]),
        (4, {1}, []),
    ],
)
def test_a_climb_ends_where_somebody_can_be_reached(level, reachable, rungs):
    steps = escalation.levels_to_raise(RULES, level, WhyStalled.OVERDUE, lambda rung: rung.level in reachable)
    assert [step.rung.level for step in steps] == rungs
    assert [step.why for step in steps] == [WhyStalled.OVERDUE, *[WhyStalled.UNREACHABLE] * 3][: len(rungs)]


FORCE = ForceHistory(
    open=[Before(due=20, researched=False, decided=False)] * 40, arrivals_per_day=0.5, research_days=[3.0, 5.0],
    delivery_days=[2.0], researchers=1, slots=5, cycle_days=7, allowed_days=28,
)  # fmt: skip


def play(force, seed):
    return late(force, days=56, rng=random.Random(seed))  # noqa: S311 - a simulation


def plays(force):
    return sum(play(force, seed) for seed in range(20)) / 20


def test_more_hands_make_fewer_late_and_nothing_is_late_where_all_is_quick():
    assert plays(FORCE) > plays(replace(FORCE, researchers=4)) > plays(replace(FORCE, researchers=4, slots=20))
    assert plays(replace(FORCE, researchers=100, slots=100, research_days=[0.1], delivery_days=[0.1])) == 0


def test_what_is_late_already_does_not_become_late_again():
    assert play(replace(FORCE, open=[Before(due=-1, researched=True, decided=True)], arrivals_per_day=0), 1) == 0

"""A policy with a fifth escalation level: no figure and no list takes the fourth for the last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from casebook import policies
from casebook.casework.reporting import board
from casebook.domain import escalation
from casebook.domain.escalation import Wait, WhyStalled
from casebook.domain.vocabulary import Priority, Role, WorkKind
from casebook.policies import reading

MONDAY = datetime(2026, 2, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def rules():
    table = reading.table("england-and-wales-2023")
    *levels, fourth = table["escalation"]["rungs"]["value"]
    table["escalation"]["rungs"]["value"] = [
        *levels,
        fourth | {"role": "professional_standards", "wait_minutes": dict.fromkeys(Priority, 60)},
        {"level": 5, "role": "chief_officer"},
    ]
    return policies.from_table(table, "five").escalation


def test_the_fifth_level_is_told_of_what_the_fourth_does_not_acknowledge(rules):
    told = Wait(
        kind=WorkKind.RETURN_SEARCH, priority=Priority.URGENT, stage=None, opened_at=MONDAY, due_at=None, claimed=True,
        changed_at=MONDAY, level=4, raised_at=MONDAY,
    )  # fmt: skip
    assert escalation.highest_level(rules) == 5
    assert escalation.reason(told, rules, MONDAY + timedelta(hours=1)) is WhyStalled.SILENCE
    assert escalation.reason(replace(told, level=5), rules, MONDAY + timedelta(days=9)) is None
    [raised] = escalation.levels_to_raise(rules, 4, WhyStalled.SILENCE, lambda _: True)
    assert (raised.rung.level, raised.rung.role) == (5, Role.CHIEF_OFFICER)


def test_every_level_that_a_policy_has_or_somebody_was_told_at_is_among_the_metrics():
    nothing = {"stages": {}, "queues": (), "sources": (), "not_whole": (), "foreseen": (), "compliance": ()}
    whole = nothing | {
        "oldest_unclaimed": None, "undelivered_notices": 0, "outbox": {"waiting": 0, "oldest_hours": 0},
        "escalation_levels": [1, 2, 3, 4, 5], "escalations": [{"rung": 5}, {"rung": 5}, {"rung": 12}],
    }  # fmt: skip
    shown = {
        gauge.labels["rung"]: gauge.value for gauge in board.gauges(whole) if gauge.name == "escalations_unacknowledged"
    }
    assert shown == {"1": 0, "2": 0, "3": 0, "4": 0, "5": 2, "12": 1}

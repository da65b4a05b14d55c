"""A policy whose numbers or calendar change: open deadlines move with it, and the list says which and which not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from casebook import policies
from casebook.casework.governance import governance, recomputing
from casebook.casework.reporting import audit
from casebook.casework.safeguarding import danger
from casebook.domain.policy import Allowance, Unit
from casebook.domain.vocabulary import Limit, Priority, Role
from casebook.errors import NotPermitted

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
POLICY = policies.load("england-and-wales-2023")


@pytest.fixture
def changed(monkeypatch):
    """Put another policy in the place of the present one."""

    def change(policy):
        monkeypatch.setattr(policies, "load", lambda name: policy if name == policy.name else POLICY)

    return change


def with_limit(limit, days):
    def shorter(each):
        if each.limit is not limit:
            return each
        return replace(each, usual=replace(each.usual, value=Allowance(unit=Unit.CALENDAR_DAYS, budget=days)))

    return replace(POLICY, version="2", limits=tuple(map(shorter, POLICY.limits)))


def proclaimed(*days):
    extra = replace(POLICY.calendar.extra_bank_holidays, value=days)
    return replace(POLICY, version="2", calendar=replace(POLICY.calendar, extra_bank_holidays=extra))


def test_nothing_moves_while_the_policy_is_the_same(received, acting, sql):
    for number, danger_now in enumerate(("no", "yes", "unknown")):
        received(external_id=f"X-{number}", immediate_danger=danger_now, b_dob="")
    with acting() as act:
        danger.raise_priority(act, act.application("CL-2026-000001"), Priority.URGENT, reason="test")
        act.record(act.application("CL-2026-000001"), "made_urgent")
    before = sql("SELECT max(id) FROM ledger").scalar()
    done = recomputing.recompute(acting)
    assert (done.checked, done.moved, done.could_not) == (3, [], [])
    assert sql("SELECT max(id) FROM ledger").scalar() == before


def test_a_shorter_limit_moves_the_clock_and_the_work_that_is_due_with_it(received, acting, changed, sql):
    reference = received()
    sql(
        "UPDATE work_item SET due_at = (SELECT due_at FROM clock WHERE limit_name = 'whole_process') WHERE kind <> ''"
        " AND reference = :r", r=reference,
    )  # fmt: skip
    changed(with_limit(Limit.WHOLE_PROCESS, 21))
    done = recomputing.recompute(acting)
    assert [(each["reference"], each["what"], each["due_at"]) for each in done.moved] == [
        (reference, "whole_process", "2026-03-23T09:00:00+00:00")
    ]
    assert sql("SELECT policy FROM application").scalar() == "england-and-wales-2023@2"
    with acting() as act:
        assert audit.verify(act).broken == []
    assert recomputing.recompute(acting).moved == []


def test_a_proclaimed_bank_holiday_moves_working_days_and_what_people_have_to_do_by_then(
    received, acting, changed, sql
):
    received(b_dob="")  # somebody has two working days to complete the details
    changed(proclaimed(date(2026, 3, 4)))
    moved = {each["what"]: each for each in recomputing.recompute(acting).moved}
    assert set(moved) == {"face_to_face", "complete_details"}
    assert moved["complete_details"]["was"].startswith("2026-03-04")
    assert moved["complete_details"]["due_at"].startswith("2026-03-05")


def test_what_was_met_stays_and_what_was_used_stays_used(received, acting, changed, sql):
    received()
    sql("UPDATE clock SET met_at = :at WHERE limit_name = 'face_to_face'", at=NOW)
    sql(
        "UPDATE clock SET running_since = NULL, due_at = NULL, consumed_seconds = 3600 WHERE limit_name = 'whole_process'"
    )
    changed(with_limit(Limit.WHOLE_PROCESS, 21))
    (moved,) = recomputing.recompute(acting).moved
    assert moved["why"] == "paused"
    assert sql("SELECT due_at, consumed_seconds FROM clock WHERE limit_name = 'whole_process'").one() == (None, 3600)
    assert sql("SELECT unpaused_due_at FROM clock WHERE limit_name = 'whole_process'").scalar() == datetime(
        2026, 3, 23, 9, tzinfo=UTC
    )


def test_what_cannot_be_moved_is_listed_with_the_reason(received, acting, person, changed, sql):
    frozen, low, busy = (received(external_id=f"X-{number}") for number in range(3))
    sql("UPDATE application SET frozen_at = :at WHERE reference = :r", at=NOW, r=frozen)
    with acting() as act:
        danger.raise_priority(act, act.application(low), Priority.URGENT, reason="test")
        act.record(act.application(low), "made_urgent")
    for who in ("s1", "s2"):
        with acting(person(who, Role.SUPERVISOR)) as act:
            governance.lower_priority(act, low, to="standard", reason="mistaken")
    changed(with_limit(Limit.WHOLE_PROCESS, 21))
    with acting() as other:
        other.application(busy)
        done = recomputing.recompute(acting)
    why = {(each["reference"], each["why"]) for each in done.could_not}
    assert why == {
        (frozen, "frozen"), (low, "shortened_for_a_higher_priority"), (busy, "somebody_is_at_work_on_it"),
    }  # fmt: skip
    assert [(each["reference"], each["what"]) for each in done.moved] == [(low, "whole_process")]


def test_only_the_operator_and_the_head_of_unit_move_deadlines(received, acting, person):
    with pytest.raises(NotPermitted):
        recomputing.recompute(lambda: acting(person("s1", Role.SUPERVISOR)))
    assert recomputing.recompute(lambda: acting(person("h1", Role.HEAD_OF_UNIT))).checked == 0

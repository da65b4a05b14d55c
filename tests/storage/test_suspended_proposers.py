"""A proposal does not outlive the standing of whoever made it: after a suspension the next person proposes anew."""

from __future__ import annotations

import pytest
from early_ends import SAID
from walking import ROW

from casebook.casework.core import quality
from casebook.casework.governance import early_ending, governance
from casebook.casework.staff import staff
from casebook.domain.vocabulary import Outcome, WorkKind
from casebook.errors import Refused


@pytest.fixture
def reference(unit):
    return unit.receive({**ROW, "external_id": "S-1"})


def suspend(unit, who):
    with unit.acting("head") as act:
        staff.suspend(act, who)


def test_an_early_end_that_a_suspended_person_proposed_is_proposed_again(unit, reference):
    with unit.acting("intake") as act:
        early_ending.withdraw(act, reference, reason="she rang", **SAID)
    suspend(unit, "intake")
    with unit.acting("supervise") as act:
        said = early_ending.withdraw(act, reference, reason="she rang again", **SAID)
    assert said["proposed"] == Outcome.WITHDRAWN
    assert unit.shown("head", reference)["stage"] != "closed"
    with unit.acting("supervise2") as act:
        early_ending.withdraw(act, reference, reason="agreed", **SAID)
    assert unit.shown("head", reference)["stage"] == "closed"


def test_a_lowered_priority_that_a_suspended_person_proposed_is_proposed_again(unit, reference):
    with unit.acting("supervise") as act:
        act.application(reference).priority = "urgent"
        act.record(act.application(reference), "priority_raised")
        governance.lower_priority(act, reference, to="standard", reason="safe now")
    suspend(unit, "supervise")
    with unit.acting("supervise2") as act:
        assert "proposed" in governance.lower_priority(act, reference, to="standard", reason="safe now")
    assert unit.shown("head", reference)["priority"] == "urgent"


def test_an_override_that_a_suspended_person_proposed_is_proposed_again_and_never_seconded(unit, reference):
    with unit.acting("supervise") as act:
        row_id = quality.propose_override(act, reference, "something_missing", "it was looked at").id
    suspend(unit, "supervise")
    with unit.acting("supervise2") as act, pytest.raises(Refused) as refusal:
        quality.second_override(act, row_id)
    assert refusal.value.code == "proposer_suspended"
    with unit.acting("supervise2") as act:
        said = quality.override(act, reference, expectation="something_missing", reason="looked at again")
    assert said["proposed_by"] == "supervise2"
    with unit.acting("head") as act:
        said = quality.override(act, reference, expectation="something_missing", reason="yes")
    assert said["overridden_by"] == ["supervise2", "head"]


def test_a_wider_plan_that_a_suspended_person_recorded_can_only_be_declined(unit, reference):
    from casebook.casework.safeguarding import safe_contact  # noqa: PLC0415

    with unit.acting("research") as act:
        asked = {"asked_by": "the_person", "identified_by": "document", "voicemail": "yes"}
        safe_contact.set_plan(act, reference, party="a", **asked)
    suspend(unit, "research")
    (item,) = [each for each in unit.open_items(reference) if each.kind == WorkKind.LOOK_AT_PLAN_CHANGE]
    who = unit.fitting(item)[0]
    with pytest.raises(Refused) as refusal:
        unit.do(who, item, {"agreed": True, "reason": "seems right"})
    assert refusal.value.code == "proposer_suspended"
    unit.do(who, item, {"agreed": False, "reason": "ask her again"})

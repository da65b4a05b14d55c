"""What could not wait for the panel comes before it afterwards; and what the panel cannot decide on goes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from staffing import STAFF
from walking import ROW, Unit, through_everything

from casebook.casework import work_queue
from casebook.casework.disclosure import emergency
from casebook.casework.sweep import sweep
from casebook.domain.actors import system
from casebook.domain.vocabulary import Role, Stage
from casebook.errors import InvalidAnswer, Refused
from casebook.storage.tables import Application, Decision, Disclosure, EmergencyDisclosure

LIMIT = timedelta(hours=72)
MOMENT = timedelta(minutes=1)
TOLD = {"recipient": "a", "channel": "in_person", "reason": "he is on his way", "told": "that he strangled another"}
SAID = {"reasons": "by the same test, as it stood"}
INSUFFICIENT = {"outcome": "insufficient_information", "rationale": "nobody asked probation", "search_again": ["pnd"]}


@dataclass(kw_only=True)
class Hasty(Unit):
    """Whose panels cannot wait for the next meeting."""

    def answer(self, who, item):
        given = super().answer(who, item)
        return given | {"out_of_cycle": True} if item.kind == "convene_panel" else given


@pytest.fixture
def unit(staffed):
    """Two chairs, and of everybody else one."""
    return staffed({**STAFF, "chair2": Role.PANEL_CHAIR, "chief": Role.CHIEF_OFFICER}, Hasty)


@pytest.fixture
def reference(unit):
    return unit.receive({**ROW, "external_id": "R-1"})


@pytest.fixture
def swept(unit):
    """Reasons, escalation levels and roles with which one sweep now notifies of one item."""

    def sweep_now(item):
        told = sweep.sweep(lambda: unit.acting(system("sweep")), now=unit.now).escalated
        return [(each["rung"], each["role"], each["reason"]) for each in told if each["item"] == item.id]

    return sweep_now


@pytest.fixture
def look(unit):
    def find(table, row_id):
        with unit.store.session() as session:
            return session.get_one(table, row_id)

    return find


def only(unit, reference, kind):
    (item,) = [each for each in unit.open_items(reference) if each.kind == kind]
    return item


def tell_at_once(unit, reference):
    with unit.acting("inspect") as act:
        emergency.disclose(act, reference, **TOLD, override="subject_on_the_way")
    return only(unit, reference, "ratify_emergency")


def queued(unit, who, item):
    with unit.acting(who) as act:
        (found,) = [each for each in work_queue.queue(act) if each.id == item.id]
        return found.due_at < act.now


def refused_delivery(unit, item):
    """The reason with which a whole and sensible answer to an old item is refused."""
    unit.wait_for(item)
    answer = unit.answer("disclose", item)
    with pytest.raises(Refused) as refused:
        unit.do("disclose", item, answer)
    assert not isinstance(refused.value, InvalidAnswer)
    return refused.value.code


# told in an emergency


def test_what_the_panel_took_up_and_did_not_ratify_in_72_hours_is_overdue_and_told_of(unit, reference, swept):
    item, began = tell_at_once(unit, reference), unit.now
    with unit.acting("chair") as act:
        work_queue.claim(act, item.id)
    unit.now = began + LIMIT - MOMENT
    assert swept(item) == []
    assert not queued(unit, "chair", item)
    unit.now = began + LIMIT + MOMENT
    assert swept(item) == [(1, "panel_chair", "overdue")]
    assert queued(unit, "chair", item)
    unit.now += timedelta(minutes=11)
    assert swept(item) == [(2, "supervisor", "silence")]


def test_whoever_heard_of_it_in_time_is_not_the_last_to_hear_when_it_is_late(unit, reference, swept):
    item, began = tell_at_once(unit, reference), unit.now
    unit.now += timedelta(minutes=11)
    assert swept(item) == [(1, "panel_chair", "unclaimed")]
    (ask,) = [
        each
        for each in unit.open_items(reference)
        if each.kind == "acknowledge_escalation" and each.subject["item"] == item.id
    ]
    unit.do("chair", ask, {"action": "took_over"})
    with unit.acting("chair") as act:
        work_queue.claim(act, item.id)
    unit.now = began + LIMIT - MOMENT
    assert swept(item) == []
    unit.now = began + LIMIT + MOMENT
    assert swept(item) == [(2, "supervisor", "overdue")]
    assert swept(item) == []


def test_nobody_at_all_hearing_of_it_it_is_with_the_chief_long_before_72_hours(unit, reference, swept):
    item, told = tell_at_once(unit, reference), []
    for minutes in (11, 11, 16, 31):
        unit.now += timedelta(minutes=minutes)
        told += swept(item)
    assert [role for _, role, _ in told] == ["panel_chair", "supervisor", "head_of_unit", "chief_officer"]


@pytest.mark.parametrize("ratified", [True, False])
def test_it_may_still_be_judged_late_and_then_is_told_of_no_more(unit, reference, swept, look, ratified):
    item = tell_at_once(unit, reference)
    unit.now += LIMIT + MOMENT
    assert swept(item)
    unit.do("chair2", item, {"ratified": ratified, **SAID})
    row = look(EmergencyDisclosure, item.subject["emergency"])
    assert (row.ratified, row.ratified_by, row.ratified_at > row.occurred_at + LIMIT) == (ratified, "chair2", True)
    unit.now += timedelta(days=3)
    assert swept(item) == []
    assert look(Application, reference).outcome is None  # it replaces nothing


# decided out of cycle


@pytest.fixture
def decided(unit, reference, fill_once):
    """At disclosure, decided out of cycle under the first chair and approved; the full panel has not met."""

    def fill():
        assert through_everything(unit, reference, until=Stage.DISCLOSURE) == Stage.DISCLOSURE
        return unit.now

    unit.now = fill_once("decided out of cycle", fill)
    return only(unit, reference, "ratify_emergency")


def test_the_chair_who_decided_out_of_cycle_does_not_ratify_it(unit, decided):
    for ratified in (True, False):
        with pytest.raises(Refused) as refused:
            unit.do("chair", decided, {"ratified": ratified, **SAID})
        assert refused.value.code == "same_person"


def test_a_decision_that_the_full_panel_ratifies_stands_and_is_delivered(unit, reference, decided, look):
    unit.do("chair2", decided, {"ratified": True, **SAID})
    assert not look(Decision, decided.subject["decision"]).superseded
    assert look(Application, reference).version == 1
    assert through_everything(unit, reference) == Stage.CLOSED
    assert look(Application, reference).outcome == "disclosed_to_a"


def test_a_decision_that_it_does_not_ratify_is_made_again_and_not_delivered(unit, reference, decided, look):
    delivery = only(unit, reference, "deliver_disclosure")
    unit.do("chair2", decided, {"ratified": False, **SAID})
    application = look(Application, reference)
    assert (application.stage, application.version, application.outcome) == (Stage.PANEL_DECISION, 2, None)
    assert look(Decision, decided.subject["decision"]).superseded
    assert refused_delivery(unit, delivery) == "cancelled"
    assert only(unit, reference, "convene_panel")


def test_what_was_told_before_the_full_panel_met_stays_told_and_is_an_exception(unit, reference, decided, look):
    delivery = only(unit, reference, "deliver_disclosure")
    unit.wait_for(delivery)
    unit.do("disclose", delivery, unit.answer("disclose", delivery))
    unit.do("chair2", decided, {"ratified": False, **SAID})
    application = look(Application, reference)
    assert (application.version, application.outcome) == (1, "disclosed_to_a")
    events = [(entry["event"], entry["body"].get("what")) for entry in unit.shown("head", reference)["history"]]
    assert ("exception_recorded", "not_ratified") in events


# not enough to decide on


def test_insufficient_information_opens_a_new_round_of_checks_and_nothing_of_the_old_one_is_told(
    unit, reference, decided, look
):
    delivery = only(unit, reference, "deliver_disclosure")
    unit.do("chair2", decided, {"ratified": False, **SAID})
    unit.do("chair2", only(unit, reference, "convene_panel"), {"members": []})
    old = only(unit, reference, "decide")
    unit.now += timedelta(days=15)
    unit.do("chair2", old, INSUFFICIENT)
    application = look(Application, reference)
    assert (application.stage, application.version, application.outcome) == (Stage.RECORD_CHECKS, 3, None)
    searched = [row for row in unit.shown("head", reference)["search"] if row["source"] == "pnd"]
    assert {row["round"] for row in searched if not row["superseded"]} == {2}
    assert refused_delivery(unit, delivery) == "cancelled"
    with pytest.raises(Refused):
        unit.do("chair2", old, INSUFFICIENT)
    assert {each.kind for each in unit.open_items(reference)} & {
        "deliver_disclosure",
        "decide",
        "approve_decision",
    } == set()


def test_after_new_checks_another_round_decides_and_only_that_one_is_delivered(unit, reference, look):
    assert through_everything(unit, reference, until=Stage.PANEL_DECISION) == Stage.PANEL_DECISION
    convene = only(unit, reference, "convene_panel")
    unit.do("chair", convene, {"members": []})
    unit.now += timedelta(days=15)
    unit.do("chair", only(unit, reference, "decide"), INSUFFICIENT)
    assert look(Application, reference).stage == Stage.RECORD_CHECKS
    assert through_everything(unit, reference, until=Stage.DISCLOSURE) == Stage.DISCLOSURE
    unit.do("chair2", only(unit, reference, "ratify_emergency"), {"ratified": True, **SAID})
    assert through_everything(unit, reference) == Stage.CLOSED
    with unit.store.session() as session:
        (told,) = session.query(Disclosure).all()
    assert told.decision_id == f"{reference}:2"
    assert look(Decision, f"{reference}:1").superseded

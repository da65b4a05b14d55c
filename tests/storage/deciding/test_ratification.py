"""What could not wait for the panel comes before it afterwards; and what the panel cannot decide on goes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from staffing import STAFF
from walking import ROW, Unit, through_everything

from casebook.casework import work_queue
from casebook.casework.disclosure import emergency
from casebook.casework.staff import staff
from casebook.casework.sweep import sweep
from casebook.domain.actors import system
from casebook.domain.vocabulary import Role, Stage
from casebook.errors import InvalidAnswer, NotPermitted, Refused
from casebook.storage.tables import Application, Decision, Disclosure, EmergencyDisclosure, Ratification

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


def seats(unit, reference):
    """The open items of a ratification, by who is asked."""
    return {each.owner: each for each in unit.open_items(reference) if each.kind == "ratify_emergency"}


def everybody(unit, reference, *, ratified):
    """Everybody who is asked answers alike, as long as anybody is asked."""
    while asked := seats(unit, reference):
        who, item = next(iter(asked.items()))
        unit.do(who, item, {"ratified": ratified, **SAID})


def convene(unit, reference, chair):
    """Call the smallest panel there may be, whose one member has answered."""
    unit.do(chair, only(unit, reference, "convene_panel"), {"members": [{"staff": "member"}]})
    (seat,) = [item for item in unit.open_items(reference) if item.kind == "decide" and item.owner == "member"]
    unit.do("member", seat, INSUFFICIENT)


def only(unit, reference, kind):
    (item,) = [each for each in unit.open_items(reference) if each.kind == kind]
    return item


def tell_at_once(unit, reference):
    with unit.acting("inspect") as act:
        emergency.disclose(act, reference, **TOLD, override="subject_on_the_way")
    return seats(unit, reference)["chair"]


def queued(unit, who, item):
    with unit.acting(who) as act:
        (found,) = [each for each in work_queue.waiting(act).items if each.id == item.id]
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
    everybody(unit, reference, ratified=ratified)
    row = look(EmergencyDisclosure, item.subject["emergency"])
    assert (row.ratified, row.ratified_by, row.ratified_at > row.occurred_at + LIMIT) == (ratified, "chair2", True)
    assert row.ratification is None  # each member gave their own reasons
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
    return seats(unit, reference)["chair2"]


def test_everybody_of_the_panel_is_asked_but_the_chair_who_decided_and_the_approver(unit, reference, decided):
    asked = seats(unit, reference)
    assert set(asked) == {"chair2", "member"}
    assert {item.role for item in asked.values()} == {"panel_chair", "panel_member"}
    for who in ("chair", "member"):
        with pytest.raises(NotPermitted) as refused:
            unit.do(who, decided, {"ratified": True, **SAID})
        assert refused.value.code == "reserved"


def test_one_members_answer_settles_nothing(unit, reference, decided, look):
    unit.do("chair2", decided, {"ratified": True, **SAID})
    assert look(Application, reference).version == 1
    assert set(seats(unit, reference)) == {"member"}
    unit.do("member", seats(unit, reference)["member"], {"ratified": False, **SAID})
    assert look(Application, reference).version == 2  # a tie ratifies nothing
    with unit.store.session() as session:
        kept = session.scalars(select(Ratification).order_by(Ratification.member)).all()
        assert [(row.member, row.ratified, row.decision_id) for row in kept] == [
            ("chair2", True, decided.subject["decision"]), ("member", False, decided.subject["decision"]),
        ]  # fmt: skip


def test_the_seat_of_somebody_suspended_is_taken_by_another_and_never_by_whoever_decided(unit, reference, decided):
    unit.hire("member2", Role.PANEL_MEMBER)
    with unit.acting("head") as act:
        staff.suspend(act, "member")
    (free,) = [item for item in unit.open_items(reference) if item.kind == "ratify_emergency" and item.owner is None]
    for who, code in (("chair", "same_person"), ("chair2", "member_twice")):
        with pytest.raises(Refused) as refused:
            unit.do(who, free, {"ratified": True, **SAID})
        assert refused.value.code == code
    with unit.acting("member2") as act:
        work_queue.claim(act, free.id)
    unit.do("member2", free, {"ratified": True, **SAID})
    assert set(seats(unit, reference)) == {"chair2"}


def test_an_item_that_an_earlier_release_opened_for_one_chair_goes_on(unit, reference, decided, look, owners):
    with owners.engine.begin() as connection:
        connection.execute(text("DELETE FROM work_item WHERE kind = 'ratify_emergency' AND owner = 'member'"))
        connection.execute(
            text(
                "UPDATE work_item SET owner = NULL, reserved = false, subject = subject - 'seats' - 'quorum' - 'calls'"
                " WHERE kind = 'ratify_emergency'"
            )
        )
    for who, code in (("chair", "same_person"), ("member", "not_permitted")):
        with pytest.raises(Refused) as refused:
            unit.do(who, decided, {"ratified": False, **SAID})
        assert refused.value.code == code
    unit.do("chair2", decided, {"ratified": False, **SAID})
    assert look(Application, reference).version == 2


def test_a_decision_that_the_full_panel_ratifies_stands_and_is_delivered(unit, reference, decided, look):
    everybody(unit, reference, ratified=True)
    assert not look(Decision, decided.subject["decision"]).superseded
    assert look(Application, reference).version == 1
    assert through_everything(unit, reference) == Stage.CLOSED
    assert look(Application, reference).outcome == "disclosed_to_a"


def test_a_decision_that_it_does_not_ratify_is_made_again_and_not_delivered(unit, reference, decided, look):
    delivery = only(unit, reference, "deliver_disclosure")
    everybody(unit, reference, ratified=False)
    application = look(Application, reference)
    assert (application.stage, application.version, application.outcome) == (Stage.PANEL_DECISION, 2, None)
    assert look(Decision, decided.subject["decision"]).superseded
    assert refused_delivery(unit, delivery) == "cancelled"
    assert only(unit, reference, "convene_panel")


def test_what_was_told_before_the_full_panel_met_stays_told_and_is_an_exception(unit, reference, decided, look):
    delivery = only(unit, reference, "deliver_disclosure")
    unit.wait_for(delivery)
    unit.do("disclose", delivery, unit.answer("disclose", delivery))
    everybody(unit, reference, ratified=False)
    application = look(Application, reference)
    assert (application.version, application.outcome) == (1, "disclosed_to_a")
    events = [(entry["event"], entry["body"].get("what")) for entry in unit.shown("head", reference)["history"]]
    assert ("exception_recorded", "not_ratified") in events


# not enough to decide on


def test_insufficient_information_opens_a_new_round_of_checks_and_nothing_of_the_old_one_is_told(
    unit, reference, decided, look
):
    delivery = only(unit, reference, "deliver_disclosure")
    everybody(unit, reference, ratified=False)
    convene(unit, reference, "chair2")
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
    convene(unit, reference, "chair")
    unit.now += timedelta(days=15)
    unit.do("chair", only(unit, reference, "decide"), INSUFFICIENT)
    assert look(Application, reference).stage == Stage.RECORD_CHECKS
    assert through_everything(unit, reference, until=Stage.DISCLOSURE) == Stage.DISCLOSURE
    everybody(unit, reference, ratified=True)
    assert through_everything(unit, reference) == Stage.CLOSED
    with unit.store.session() as session:
        (told,) = session.query(Disclosure).all()
    assert told.decision_id == f"{reference}:2"
    assert look(Decision, f"{reference}:1").superseded

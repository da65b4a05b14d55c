"""An application that another force deals with: the applicant is told, safely, once that force has said that it has it."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from early_ends import UNSAID
from sqlalchemy import select
from staffing import ONE_SUPERVISOR
from walking import BEGIN, ROW

from casebook.casework.disclosure import disclosure
from casebook.casework.governance import early_ending, governance
from casebook.casework.reporting import audit
from casebook.casework.sweep import sweep
from casebook.domain.case.wording import Text, words
from casebook.domain.stages import ANOTHER_FORCE
from casebook.domain.vocabulary import Stage
from casebook.errors import Refused
from casebook.policies import wording
from casebook.storage.tables import ContactAttempt, Escalation, LedgerEntry, Referral

KIND = "tell_of_transfer"
FOR_ANOTHER = {"applicant": "third_party", "c_forename": "Cleo", "c_surname": "Marlingspike", "c_phone": "07700900009"}
TOLD = {"result": "told", "wording": "1", "identity_checked": True, "support_offered": True, "channel": "phone"}
TRIED = {"result": "not_reached", "channel": "phone"}
NUMBER = {"their_reference": "42/123/26"}
NIGHT = BEGIN + timedelta(hours=16)
DAY = timedelta(days=1)


@contextmanager
def refused(code):
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


@pytest.fixture
def people():
    return ONE_SUPERVISOR


@pytest.fixture
def transferred(unit):
    """A closed application, at the unit's present."""

    def make(*, their_reference=None, **cells):
        reference = unit.receive({**ROW, "external_id": "T-1", **cells})
        for who in ("intake", "supervise"):
            with unit.acting(who) as act:
                early_ending.transfer(
                    act,
                    reference,
                    force="next_door",
                    accepted_by="protection_desk",
                    their_reference=their_reference,
                    **UNSAID,
                )
        return reference

    return make


@pytest.fixture
def waits(unit):
    def find(reference):
        return [item for item in unit.open_items(reference) if item.kind == KIND]

    return find


@pytest.fixture
def answers(unit, waits):
    """`answers("intake", reference, TOLD)`: the answer of somebody to the item that waits."""

    def do(who, reference, answer, *, at=None):
        unit.now = at or unit.now
        (item,) = waits(reference)
        return unit.do(who, item, answer)

    return do


@pytest.fixture
def kept(store):
    def find(table, reference):
        with store.session() as session:
            return list(session.scalars(select(table).where(table.reference == reference)))

    return find


def said(unit, reference):
    with unit.acting("intake") as act:
        return disclosure.say(act, reference)["words"]


def test_the_closure_leaves_the_telling_and_hides_it_from_nobody(unit, transferred, waits):
    reference = transferred()
    (item,) = waits(reference)
    assert (item.role, item.blocking, item.stage) == ("intake_officer", False, "closed")
    # their window is open until 17:00 today; no working days are counted
    assert unit.shown("supervise", reference)["priority"] == "high"
    assert item.due_at == BEGIN.replace(hour=17)
    assert item.subject["receipt"] == "awaited"
    assert set(unit.fitting(item)) == {"intake", "disclose", "second", "supervise"}
    shown = unit.shown("supervise", reference)
    assert shown["stage"] == Stage.CLOSED
    assert [each["kind"] for each in shown["work_item"] if not each["done_at"] and not each["cancelled_at"]] == [KIND]


def test_the_person_at_risk_hears_that_another_force_has_it_and_that_this_is_no_answer(unit, transferred):
    told = said(unit, transferred())["a"]
    assert told == words(wording.load("1"), Text.TRANSFERRED)
    for needed in ("Another police force", "does not mean that there is no risk", "999", "press 55", "101", "history"):
        assert needed in told
    assert "next_door" not in told


def test_whoever_applied_for_another_hears_what_everybody_in_their_place_hears(unit, transferred):
    assert said(unit, transferred(**FOR_ANOTHER)) == {"c": words(wording.load("1"), Text.TO_OTHERS)}


def test_they_are_told_inside_their_plan_or_not_at_all(transferred, waits, answers, kept):
    reference = transferred(their_reference="42/123/26")
    with refused("outside_window"):
        answers("intake", reference, TOLD, at=NIGHT)
    with refused("unsafe_channel"):
        answers("intake", reference, TOLD | {"channel": "in_person"}, at=BEGIN + DAY)
    assert len(waits(reference)) == 1
    assert kept(ContactAttempt, reference) == []
    answers("intake", reference, TOLD)
    assert waits(reference) == []
    (row,) = kept(ContactAttempt, reference)
    assert (row.party, row.purpose, row.channel, row.reached) == ("a", "transfer", "phone", True)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"wording": "0"}, "wording_not_approved"),
        ({"identity_checked": False}, "identity_unchecked"),
        ({"support_offered": False}, "support_not_offered"),
        ({"channel": "text"}, "in_writing"),
        ({"channel": None}, "channel_missing"),
        ({"result": "not_reached", "they_came": True}, "they_came"),
        ({"their_reference": "43/123/26"}, "reference_differs"),
    ],
)
def test_what_is_no_telling_is_refused(transferred, waits, answers, wrong, code):
    reference = transferred(their_reference="42/123/26")
    with refused(code):
        answers("intake", reference, TOLD | wrong)
    assert len(waits(reference)) == 1


def test_nobody_is_told_that_a_force_has_it_before_it_has_said_so_with_its_number(transferred, answers, kept, unit):
    reference = transferred()
    with refused("receipt_unconfirmed"):
        answers("intake", reference, TOLD)
    with refused("not_a_number"):
        answers("intake", reference, TOLD | {"their_reference": "Sgt Smith"})
    answers("intake", reference, TOLD | NUMBER)
    (row,) = kept(Referral, reference)
    assert (row.kind, row.agency_reference) == (f"{ANOTHER_FORCE}:next_door", "42/123/26")
    assert "receipt_confirmed" in {entry["event"] for entry in unit.shown("supervise", reference)["history"]}
    with unit.acting() as act:
        assert audit.verify(act).broken == []


def test_no_reply_ends_nothing_and_only_a_supervisor_who_tried_nothing_ends_it_after_enough(
    unit, transferred, waits, answers, store
):
    reference, given_up = transferred(), {"result": "exhausted", "agency_route": "IDVA asked, no reply either"}
    with refused("receipt_unconfirmed"):
        answers("supervise", reference, given_up)
    answers("intake", reference, TRIED | NUMBER, at=BEGIN + timedelta(hours=1))
    (again,) = waits(reference)
    assert (again.subject["receipt"], again.subject["attempts"]) == ("confirmed", 1)
    assert again.due_at >= BEGIN + timedelta(hours=25)
    answers("intake", reference, TRIED, at=BEGIN + DAY + timedelta(hours=2))
    with refused("too_few_attempts"):
        answers("supervise", reference, given_up)
    answers("intake", reference, TRIED, at=BEGIN + 2 * DAY + timedelta(hours=3))
    with refused("route_untried"):
        answers("supervise", reference, given_up | {"agency_route": None})
    with refused("same_person"):
        answers("intake", reference, given_up)
    with refused("supervisor_needed"):
        answers("disclose", reference, given_up)
    answers("supervise", reference, given_up)
    assert waits(reference) == []
    with store.session() as session:
        entries = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "exception_recorded"))
        assert "not_told_of_transfer" in {entry.body["what"] for entry in entries}


def test_another_applicant_hears_no_sooner_than_if_it_had_stayed_however_pressing_it_is(
    unit, transferred, waits, answers
):
    reference = transferred(their_reference="42/123/26", **FOR_ANOTHER)
    released = datetime.fromisoformat("2026-03-23T09:00:00+00:00")
    (item,) = waits(reference)
    assert datetime.fromisoformat(item.subject["not_before"]) == released
    assert item.due_at == released + 3 * DAY
    to_c = {name: value for name, value in TOLD.items() if name != "identity_checked"} | {"asked_plan_again": True}
    for early in ({}, {"they_came": True}):
        with refused("too_early"):
            answers("intake", reference, to_c | early, at=released - timedelta(minutes=1))
    with unit.acting("intake") as act:
        governance.report_danger(act, reference, reason="new_threat")
    assert waits(reference)[0].due_at == released + 3 * DAY
    answers("intake", reference, to_c, at=released + timedelta(hours=1))
    assert waits(reference) == []


def test_danger_that_is_heard_while_telling_opens_safeguarding_although_it_is_closed(unit, transferred, answers):
    reference = transferred()
    answers("intake", reference, TOLD | NUMBER | {"immediate_danger": True})
    assert "immediate_safeguarding" in {item.kind for item in unit.open_items(reference)}


def test_a_telling_that_nobody_does_climbs_the_ladder_although_it_is_closed(unit, transferred, waits, kept):
    (item,) = waits(transferred())
    for day in range(12):
        unit.now = BEGIN + day * DAY
        sweep.sweep(unit.acting)
    rungs = [row.rung for row in kept(Escalation, item.reference) if row.item_id == item.id]
    assert sorted(rungs) == [1, 2, 3, 4]

"""Case officers, absence and cover, work that is given and taken back, and what the loser is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from staffing import STAFF
from walking import ROW

from casebook.casework.allocation import absences, owners, reminders, telling
from casebook.casework.allocation.workload import workload
from casebook.casework.chronology.timeline import timeline
from casebook.casework.governance import conflicts, governance
from casebook.casework.reporting import audit, viewing
from casebook.casework.staff import staff
from casebook.casework.sweep import sweep
from casebook.casework.work_queue import claim
from casebook.domain.actors import OPERATOR
from casebook.domain.authority import MAY, Command
from casebook.domain.case.chronology import TimelineKind
from casebook.domain.vocabulary import Role
from casebook.errors import NotFound, Refused
from casebook.storage import people as people_of
from casebook.storage.tables import CaseOwner, WorkItem


@pytest.fixture
def people():
    return {**STAFF, "research2": Role.RESEARCHER, "audit": Role.AUDITOR}


@pytest.fixture
def reference(unit):
    return unit.receive({**ROW, "external_id": "ALLOC-1"})


@pytest.fixture
def assigned(unit, reference):
    with unit.acting("supervise") as act:
        owners.assign(act, reference, to="research", reason="workload")
    return reference


def refusal(do):
    with pytest.raises(Refused) as caught:
        do()
    return caught.value.code


def told(unit, who):
    with unit.acting(who) as act:
        return [(each["reference"], each["reason"], each["by"]) for each in telling.read(act)]


def test_a_case_officer_is_named_changed_and_taken_back_and_the_loser_is_told(unit, assigned):
    assert told(unit, "research") == [(assigned, "case_given", "supervise")]
    with unit.acting("supervise") as act:
        owners.assign(act, assigned, to="research2", reason="leaves the unit", handover="wait for Housing")
    assert told(unit, "research") == [(assigned, "case_taken_back", "supervise")]
    assert told(unit, "research2") == [(assigned, "case_given", "supervise")]
    with unit.acting("supervise") as act:
        assert [row["owner"] for row in viewing.listing(act)] == ["research2"]
        assert owners.take_back(act, assigned, reason="workload")["was"] == "research2"
    assert told(unit, "research2") == [(assigned, "case_taken_back", "supervise")]
    with unit.acting("read") as act:
        lines = timeline(act, assigned, only=[TimelineKind.WORK, TimelineKind.NOTE])
    assert [line["event"] for line in lines if "case" in line["event"] or line["kind"] == "note"] == [
        "case_taken_back", "note_written", "case_assigned", "case_assigned",
    ]  # fmt: skip
    assert "leaves the unit" in {line["words"] for line in lines}
    with unit.acting() as act:
        assert audit.verify(act).broken == []


def test_a_notice_is_read_once_and_can_be_read_again(unit, assigned):
    assert len(told(unit, "research")) == 1
    assert told(unit, "research") == []
    with unit.acting("research") as act:
        assert len(telling.read(act, everything=True)) == 1
        assert telling.unread(act) == 0


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("nobody", "unknown_staff"),
        ("research", "already_theirs"),
        ("audit", "not_an_officer"),
        ("approve", "not_an_officer"),
    ],
)
def test_who_cannot_be_a_case_officer(unit, assigned, to, code):
    with unit.acting("supervise") as act:
        assert refusal(lambda: owners.assign(act, assigned, to=to, reason="workload")) == code


def test_nobody_answers_for_what_they_may_not_see_or_are_tied_to(unit, reference):
    with unit.acting("supervise") as act:
        conflicts.find(act, reference, staff="research", reason="her cousin")
    with unit.acting("supervise") as act:
        assert refusal(lambda: owners.assign(act, reference, to="research", reason="x")) == "conflict_of_interest"
    with unit.acting("supervise") as act:
        governance.restrict(act, reference, reason="known_to_staff")
    with unit.acting("supervise") as act:
        assert refusal(lambda: owners.assign(act, reference, to="research2", reason="x")) == "restricted"
    with unit.acting() as act:
        staff.suspend(act, "intake")
    with unit.acting("supervise") as act:
        assert refusal(lambda: owners.assign(act, reference, to="intake", reason="x")) == "suspended"


def test_only_those_who_lead_give_work_to_others(unit, reference):
    for who in ("research", OPERATOR):
        with unit.acting(who) as act:
            assert refusal(lambda act=act: owners.assign(act, reference, to="research2", reason="x")) == "not_permitted"
    assert MAY[Command.ALLOCATE] == {Role.SUPERVISOR, Role.HEAD_OF_UNIT}


def an_item(unit, reference):
    return next(each for each in unit.open_items(reference) if each.role == Role.INTAKE_OFFICER)


def test_a_claimed_item_is_taken_back_with_a_reason_and_given_to_somebody_else(unit):
    reference = unit.receive({**ROW, "external_id": "ALLOC-2", "b_dob": "", "b_surname": ""})
    item = an_item(unit, reference)
    with unit.acting("intake") as act:
        claim(act, item.id)
    with unit.acting("supervise") as act:
        assert refusal(lambda: owners.give_item(act, item.id, to="audit", reason="x")) == "not_permitted"
        assert owners.take_item(act, item.id, reason="she is ill")["was"] == "intake"
        assert refusal(lambda: owners.take_item(act, item.id, reason="again")) == "not_claimed"
    assert told(unit, "intake") == [(reference, "work_taken_back", "supervise")]
    unit.hire("intake2", Role.INTAKE_OFFICER)
    with unit.acting("supervise") as act:
        owners.give_item(act, item.id, to="intake2", reason="free today")
    assert told(unit, "intake2") == [(reference, "work_given", "supervise")]
    with unit.store.session() as session:
        assert session.get_one(WorkItem, item.id).owner == "intake2"
    with unit.acting("supervise") as act, pytest.raises(NotFound):
        owners.take_item(act, "no such item", reason="x")


def away(unit, *, first=0, last=5, who="research", cover="research2", handover="all is in the notes"):
    today = unit.now.date()
    with unit.acting("supervise") as act:
        return absences.plan(
            act,
            who,
            first=today + timedelta(days=first),
            last=today + timedelta(days=last),
            cover=cover,
            handover=handover,
        )


def test_an_absence_begins_with_the_sweep_of_its_day_and_ends_with_that_after_its_last(unit, assigned):
    planned = away(unit, first=2, last=3)
    assert (planned["cases"], planned["begun"]) == ([assigned], False)
    assert told(unit, "research2") == [(None, "covers_for", "supervise")]
    seen, arranged = [], []
    for _ in range(5):
        swept = sweep.sweep(unit.acting)
        arranged += swept.arranged
        assert all("rung" in each for each in swept.escalated), "the command prints each as an escalation"
        with unit.acting() as act:
            seen.append("research" in people_of.present(act.session))
        unit.now += timedelta(days=1)
    assert seen == [True, True, False, False, True]
    assert [set(each) - {"absence"} for each in arranged] == [{"begun"}, {"ended"}]
    with unit.acting() as act:
        assert absences.listing(act) == []
        assert audit.verify(act).broken == []


def test_what_somebody_claimed_goes_back_when_they_go(unit):
    reference = unit.receive({**ROW, "external_id": "ALLOC-3", "b_dob": "", "b_surname": ""})
    unit.hire("intake2", Role.INTAKE_OFFICER)
    item = an_item(unit, reference)
    with unit.acting("intake") as act:
        claim(act, item.id)
    assert away(unit, who="intake", cover="intake2", handover=None)["begun"]
    with unit.store.session() as session:
        assert session.get_one(WorkItem, item.id).owner is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"cover": "nobody"}, "unknown_staff"), ({"cover": "research"}, "same_person"), ({"cover": "read"}, "cover_lacks_role"),
        ({"first": 3, "last": 2}, "ends_before_it_begins"), ({"first": -4, "last": -2}, "in_the_past"),
        ({"handover": " "}, "handover_missing"),
    ],
)  # fmt: skip
def test_an_absence_that_cannot_be_is_refused(unit, assigned, given, code):
    assert refusal(lambda: away(unit, **given)) == code


def test_the_cover_is_trained_to_the_last_day_and_not_away_themselves(unit, assigned):
    with unit.acting() as act:
        staff.set_competence(act, "research2", "pnc", expires_on=unit.now.date() + timedelta(days=1))
    assert refusal(lambda: away(unit)) == "cover_not_trained"
    assert away(unit, last=1)
    with unit.acting("supervise") as act:
        assert refusal(lambda: owners.assign(act, assigned, to="research", reason="x")) == "already_theirs"
    assert refusal(lambda: away(unit, last=1)) == "away_already"
    assert refusal(lambda: away(unit, who="research2", cover="research", last=1)) == "absent"


def test_an_absence_is_cancelled(unit, assigned):
    row = away(unit)
    with unit.acting("supervise") as act:
        absences.cancel(act, row["absence"])
    with unit.acting("supervise") as act:
        assert refusal(lambda: absences.cancel(act, row["absence"])) == "no_such_absence"
        assert "research" in people_of.present(act.session)


def test_the_workload_counts_what_everybody_has_and_did(unit, assigned, walked):
    closed = walked(unit, {**ROW, "external_id": "ALLOC-4"})
    with unit.acting("supervise") as act:
        lines = {line["staff"]: line for line in workload(act)}
    with unit.store.session() as session:
        mine = session.scalars(
            select(WorkItem).where(WorkItem.done_by == "research", WorkItem.reference == closed)
        ).all()
        assert len(session.scalars(select(CaseOwner)).all()) == 1
    assert mine
    assert lines["research"]["cases"] == 1
    assert lines["research"]["done_30_days"] >= 0
    assert lines["audit"] | {"roles": []} == {
        "staff": "audit", "roles": [], "away": False, "covered_by": None, "covers": None, "cases": 0, "claimed": 0,
        "due_today": 0, "late": 0, "done_7_days": 0, "done_30_days": 0,
    }  # fmt: skip


def test_a_reminder_is_told_on_its_day_to_them_or_to_whoever_covers(unit, assigned):
    today = unit.now.date()
    with unit.acting("research") as act:
        reminders.remind(act, assigned, on=today + timedelta(days=2), words="ring Housing")
        assert refusal(lambda: reminders.remind(act, assigned, on=today, words="x", who="read")) == "not_permitted"
        assert refusal(lambda: reminders.remind(act, assigned, on=today, words=" ")) == "reason_missing"
        assert (
            refusal(lambda: reminders.remind(act, assigned, on=today - timedelta(days=1), words="x")) == "in_the_past"
        )
    with unit.acting("supervise") as act:
        reminders.remind(act, assigned, on=today + timedelta(days=3), words="panel", who="research")
        assert refusal(lambda: reminders.remind(act, assigned, on=today, words="x", who="nobody")) == "unknown_staff"
    told(unit, "research"), told(unit, "research2")
    unit.now += timedelta(days=2)
    swept = [sweep.sweep(unit.acting) for _ in range(2)]
    assert [[each["staff"] for each in once.arranged] for once in swept] == [["research"], []]
    assert all("rung" in each for once in swept for each in once.escalated)
    assert told(unit, "research") == [(assigned, "reminder_due", "operator")]
    away(unit)
    told(unit, "research2")
    unit.now += timedelta(days=1)
    sweep.sweep(unit.acting)
    assert [each[1] for each in told(unit, "research2")] == ["reminder_due"]
    assert "panel" in str(unit.shown("read", assigned)["reminder"])
    with unit.acting() as act:
        assert audit.verify(act).broken == []


def test_the_digest_says_what_waits_for_somebody_in_ids_and_codes(unit, assigned):
    reference = unit.receive({**ROW, "external_id": "ALLOC-5", "b_dob": "", "b_surname": ""})
    item = an_item(unit, reference)
    with unit.acting("intake") as act:
        claim(act, item.id)
        now = reminders.digest(act)
    assert [each["item"] for each in [*now["late"], *now["due_today"]]] in ([], [item.id])
    unit.now += timedelta(days=9)
    with unit.acting("intake") as act:
        assert [each["item"] for each in reminders.digest(act)["late"]] == [item.id]
    with unit.acting("research") as act:
        mine = reminders.digest(act)
    assert (mine["cases"], mine["notices"], mine["covers"]) == ([assigned], 1, {})
    away(unit)
    with unit.acting("research2") as act:
        assert reminders.digest(act)["covers"] == {"research": [assigned]}

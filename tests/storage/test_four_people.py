"""The legal minimum crew of a case: researcher, chair, one more member, and an approver who did nothing else in it."""

from __future__ import annotations

import pytest
import staffing
from sqlalchemy import select
from staffing import STAFF, TRAINED, UNTIL
from walking import ROW, Unit, through_everything

from casebook.case_page.page import page
from casebook.casework import work_queue
from casebook.casework.governance import early_ending, exceptions, governance
from casebook.casework.record_checks import information
from casebook.casework.reporting import audit
from casebook.casework.safeguarding import contact, danger
from casebook.casework.staff import accounts, staff
from casebook.cli.case import work as work_page
from casebook.domain import own_work
from casebook.domain.actors import Actor
from casebook.domain.vocabulary import Role, Stage, WorkKind
from casebook.domain.words import events
from casebook.errors import NotPermitted, Refused
from casebook.storage import people as people_of
from casebook.storage.tables import Approval, Disclosure, LedgerEntry, Panel

# each has other duties of the unit too; the chair is the second reader
THREE = {
    "research": [Role.RESEARCHER, Role.INTAKE_OFFICER, Role.RISK_ASSESSOR, Role.DISCLOSURE_OFFICER],
    "chair": [Role.PANEL_CHAIR, Role.SECOND_READER],
    "member": [Role.PANEL_MEMBER, Role.SUPERVISOR, Role.DUTY_INSPECTOR, Role.HEAD_OF_UNIT],
}
WHY_NOT = {"research": "approver_researched", "chair": "approver_chaired", "member": "approver_worked"}


@pytest.fixture
def people():
    return THREE


def test_three_people_cannot_end_a_case_and_a_fourth_who_only_approves_can(unit):
    reference = unit.receive({**ROW, "external_id": "FOUR-1"})
    assert through_everything(unit, reference, rounds=12) == Stage.PANEL_DECISION
    (item,) = (each for each in unit.open_items(reference) if each.kind == WorkKind.APPROVE_DECISION)
    for staff_id, code in WHY_NOT.items():
        with unit.acting() as act:
            staffing.give(act, staff_id, Role.APPROVER)
        with pytest.raises(Refused) as refused:
            unit.do(staff_id, item, {"approved": True, "reason": "nobody else is there"})
        assert refused.value.code == code
        with unit.acting() as act:
            accounts.take_role(act, staff_id, Role.APPROVER)
    unit.hire("approve", Role.APPROVER)
    assert through_everything(unit, reference, until=Stage.DISCLOSURE) == Stage.DISCLOSURE
    _who_approved_does_nothing_else(unit, reference)
    assert through_everything(unit, reference) == Stage.CLOSED
    _four_and_no_more(unit, reference)


def _who_approved_does_nothing_else(unit: Unit, reference: str) -> None:
    """Whatever roles the approver has besides, only danger and emergencies are theirs as everybody's."""
    for role in (Role.DISCLOSURE_OFFICER, Role.SUPERVISOR, Role.RESEARCHER):
        with unit.acting() as act:
            staffing.give(act, "approve", role)
    (delivery,) = (each for each in unit.open_items(reference) if each.kind == WorkKind.DELIVER_DISCLOSURE)
    unit.wait_for(delivery)
    answer = unit.answer("approve", delivery)
    refused = {
        "deliver": lambda act: work_queue.do(act, delivery.id, answer),
        "claim": lambda act: work_queue.claim(act, delivery.id),
        "add": lambda act: information.add(act, reference, {"relationship": "partner"}),
        "withdraw": lambda act: early_ending.withdraw(act, reference, reason="agreed"),
        "contact": lambda act: contact.record(
            act, reference, party="a", purpose="other", channel="phone", result="reached"
        ),
        "lower": lambda act: governance.lower_priority(act, reference, to="standard", reason="quiet now"),
    }
    for name, try_it in refused.items():
        with pytest.raises(NotPermitted) as refusal, unit.acting("approve") as act:
            try_it(act)
        assert (name, refusal.value.code) == (name, "approver_only_approves")
    with unit.acting("approve") as act:
        danger.report(act, reference, "he_is_at_the_door")
    for role in (Role.DISCLOSURE_OFFICER, Role.SUPERVISOR, Role.RESEARCHER):
        with unit.acting() as act:
            accounts.take_role(act, "approve", role)


def _four_and_no_more(unit: Unit, reference: str) -> None:
    with unit.store.session() as session:
        panel = session.scalars(select(Panel)).one()
        approval = session.scalars(select(Approval)).one()
        told = session.scalars(select(Disclosure)).one()
        actors = set(session.scalars(select(LedgerEntry.actor).where(LedgerEntry.chain == reference)))
    assert (panel.chair, [seat["staff"] for seat in panel.members]) == ("chair", ["member"])
    assert (approval.approver, approval.researchers) == ("approve", ["research"])
    assert (told.delivered_by, told.second_officer) == ("research", "member")
    assert {who for who in actors if ":" not in who} - {"operator"} == {*THREE, "approve"}
    with unit.acting() as act:
        assert audit.verify(act).broken == []


def _offered(unit: Unit, who: str) -> dict[str, tuple[str, str | None]]:
    """Kind of the items in somebody's list -> the item, and the code of why it is not for them."""
    with unit.acting(who) as act:
        waiting = work_queue.waiting(act)
        whys = {item: why.code for item, why in waiting.barred.items()}
        return {item.kind: (item.id, whys.get(item.id)) for item in waiting.items}


@pytest.mark.parametrize(("who", "kind", "code"), [
    ("approve", WorkKind.DELIVER_DISCLOSURE, "approver_only_approves"),  # who approved it
    ("intake", WorkKind.DELIVER_DISCLOSURE, None),  # anybody else
])  # fmt: skip
def test_the_list_says_what_somebody_is_refused_and_why(staffed, walked, who, kind, code):
    unit = staffed({**STAFF, "intake": [Role.INTAKE_OFFICER, Role.DISCLOSURE_OFFICER]})
    reference = walked(unit, {**ROW, "external_id": "FOUR-1"}, until=Stage.DISCLOSURE)
    with unit.acting() as act:
        staffing.give(act, "approve", Role.DISCLOSURE_OFFICER)
        for subject in TRAINED:
            staff.set_competence(act, "approve", subject, expires_on=UNTIL)
    item, why = _offered(unit, who)[kind]
    assert why == code
    if code is not None:
        with pytest.raises(NotPermitted) as refused, unit.acting(who) as act:
            work_queue.claim(act, item)
        assert refused.value.code == code
        (line,) = [line for line in listed_lines(unit, who) if "not for you" in line]
        assert "another person must do this" in line
    assert reference in unit.references()


@pytest.mark.parametrize("who", sorted(WHY_NOT))
def test_who_did_the_work_is_not_offered_the_approval(staffed, who):
    unit = staffed(THREE)
    reference = unit.receive({**ROW, "external_id": "FOUR-1"})
    assert through_everything(unit, reference, rounds=12) == Stage.PANEL_DECISION
    with unit.acting() as act:
        staffing.give(act, who, Role.APPROVER)
    item, why = _offered(unit, who)[WorkKind.APPROVE_DECISION]
    assert why == WHY_NOT[who]
    with pytest.raises(NotPermitted) as refused, unit.acting(who) as act:
        work_queue.claim(act, item)
    assert refused.value.code == why


def listed_lines(unit: Unit, who: str) -> list[str]:
    """What `work list` prints."""
    with unit.acting(who) as act:
        waiting = work_queue.waiting(act)
        items = [{**work_page._item(item, act.now), **work_page._hindered(waiting, item)} for item in waiting.items]
    return [line for item in items for line in work_page._lines(item)]


def test_a_panel_too_small_to_ratify_is_told_of_before_it_decides(staffed, walked):
    unit = staffed(STAFF)  # one chair and one member: once the chair has decided, only one is left to ratify it
    reference = walked(unit, {**ROW, "external_id": "FOUR-1", "immediate_danger": "yes"}, until=Stage.PANEL_DECISION)
    (convene,) = (item for item in unit.open_items(reference) if item.kind == WorkKind.CONVENE_PANEL)
    unit.do("chair", convene, {**unit.answer("chair", convene), "out_of_cycle": True})
    with unit.acting("head") as act:
        whats = [line["what"] for line in exceptions.listing(act)]
    assert "quorum_out_of_reach" in whats
    assert "appoint another chair or member" in " ".join(" ".join(page(unit.shown("head", reference))).split())
    assert through_everything(unit, reference, until=Stage.DISCLOSURE) == Stage.DISCLOSURE
    seats = [item for item in unit.open_items(reference) if item.kind == WorkKind.RATIFY_EMERGENCY]
    assert {item.subject["members_missing"] for item in seats} == {1}
    assert any("appoint another chair or member" in line for line in listed_lines(unit, "member"))
    unit.hire("member2", Role.PANEL_MEMBER)
    (free,) = (item for item in seats if item.owner is None)
    with unit.acting("member2") as act:
        work_queue.claim(act, free.id)
    for who, item in (("member", next(item for item in seats if item.owner == "member")), ("member2", free)):
        unit.do(who, item, {"ratified": True, "reasons": "it could not wait"})
    assert [item for item in unit.open_items(reference) if item.kind == WorkKind.RATIFY_EMERGENCY] == []


FREE = {"work_done:approve_decision"} | own_work.LEAVES_FREE
EVENTS = sorted({*(events.EVENT.words.keys() - {"work_done"}), *(f"work_done:{kind}" for kind in WorkKind)})


def test_every_kind_of_work_counts_and_only_what_the_table_names_does_not(unit):
    """Each event that a chain can have, by somebody of their own: what is added later counts too."""
    reference = unit.receive({**ROW, "external_id": "FOUR-2"})
    for number, event in enumerate(EVENTS):
        name, _, kind = event.partition(":")
        with unit.acting(Actor(id=f"p{number}", roles=frozenset({Role.SUPERVISOR}), token="t")) as act:
            act.record(act.application(reference), name, **({"kind": kind} if kind else {}))
    with unit.acting() as act:
        worked = people_of.workers_of(act.session, reference)
    assert {event for number, event in enumerate(EVENTS) if f"p{number}" not in worked} == FREE


def test_work_on_what_was_merged_into_a_case_is_work_on_the_case(unit):
    kept, other = (unit.receive({**ROW, "external_id": f"FOUR-{number}"}) for number in (3, 4))
    with unit.acting("member") as act:
        act.record(act.application(other), "searches_made")
    with unit.acting() as act:
        assert "member" not in people_of.workers_of(act.session, kept)
        act.application(other).merged_into = kept
        act.record(act.application(other), "application_merged", other=kept, changed=0)
    with unit.acting() as act:
        assert "member" in people_of.workers_of(act.session, kept)

"""Staff: who they are, how they prove it, and what a suspension sets going."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import staffing
from sqlalchemy import select
from walking import ROW

from casebook.casework import work_queue
from casebook.casework.reporting import audit
from casebook.casework.staff import accounts, staff
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Role, Source, Stage, WorkKind
from casebook.errors import NotFound, NotPermitted, Refused
from casebook.storage.tables import LedgerEntry, Token, WorkItem

PEOPLE = {
    "intake": Role.INTAKE_OFFICER, "research": Role.RESEARCHER, "read": Role.SECOND_READER, "risk": Role.RISK_ASSESSOR,
    "chair": Role.PANEL_CHAIR, "chair2": Role.PANEL_CHAIR, "member": Role.PANEL_MEMBER, "approve": Role.APPROVER,
    "approve2": Role.APPROVER, "supervise": Role.SUPERVISOR, "head": Role.HEAD_OF_UNIT,
}  # fmt: skip


@pytest.fixture
def people():
    return PEOPLE


@contextmanager
def refused(code):
    """The reason code being what programs rely on."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


def identified(store, unit, staff_id, token):
    with store.session() as session:
        return staff.identify(session, staff_id, token, unit.now)


def test_the_first_member_of_staff_is_added_by_the_operator_and_stands_in_the_ledger(acting, store):
    with acting() as act:
        staffing.add(act, "first", [Role.HEAD_OF_UNIT])
    with store.session() as session:
        entry, exception = session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()
    assert exception.body["what"] == "account_change:bootstrap:first"
    assert entry.body["bootstrap"] is True
    assert (entry.chain, entry.actor, entry.event) == ("house", "operator", "staff_added")
    assert entry.body["staff"] == "first"
    assert entry.body["roles"] == ["head_of_unit"]


@pytest.mark.parametrize("again", ["j.smith", "J.Smith", "J.SMITH"])
def test_a_second_account_of_one_person_is_refused_and_any_letters_sign_in(acting, store, unit, again):
    with acting() as act:
        token = staffing.add(act, "j.smith", [Role.RESEARCHER])
    with refused("already_there"), acting() as act:
        staffing.add(act, again, [Role.APPROVER])
    assert identified(store, unit, again, token).id == "j.smith"


def test_a_token_opens_the_door_for_its_owner_only_and_is_nowhere_kept(acting, store, unit):
    with acting() as act:
        mine = staffing.add(act, "one", [Role.RESEARCHER])
        staffing.add(act, "two", [Role.APPROVER])
    assert identified(store, unit, "one", mine).roles == {Role.RESEARCHER}
    assert identified(store, unit, None, None) == OPERATOR
    for staff_id, token, code in [
        ("two", mine, "token_refused"),
        ("one", mine[:-1], "token_refused"),
        ("one", "", "token_needed"),
        ("one", None, "token_needed"),
        ("nobody", mine, "token_refused"),
        ("operator", mine, "token_refused"),
    ]:
        with refused(code):
            identified(store, unit, staff_id, token)
    with store.session() as session:
        assert mine not in str([vars(row) for row in session.scalars(select(Token))])
        assert mine not in str([row.body for row in session.scalars(select(LedgerEntry))])


def test_a_new_token_ends_the_old_one(acting, store, unit):
    with acting() as act:
        old = staffing.add(act, "one", [Role.RESEARCHER])
        new = staffing.renew(act, "one")
    assert identified(store, unit, "one", new).id == "one"
    with refused("token_refused"):
        identified(store, unit, "one", old)


@pytest.mark.parametrize(
    "staff_id",
    ["", " ", "a b", "operator", "Operator", "SYSTEM", "system:sweep", "x" * 65, "-x", ".x", "é", "a\n", "a;b"],
)
def test_an_id_that_is_none_is_refused(acting, staff_id):
    with refused("bad_staff_id"), acting() as act:
        staffing.add(act, staff_id, [Role.RESEARCHER])


def test_an_id_is_given_once(acting):
    with acting() as act:
        staffing.add(act, "one", [Role.RESEARCHER])
    with refused("already_there"), acting() as act:
        staffing.add(act, "one", [Role.APPROVER])


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SYSTEM])
def test_the_machine_s_roles_are_nobody_s(acting, role):
    with refused("not_a_staff_role"), acting() as act:
        staffing.add(act, "one", [role])
    with acting() as act:
        staffing.add(act, "one", [Role.RESEARCHER])
    with refused("not_a_staff_role"), acting() as act:
        staffing.give(act, "one", role)


@pytest.mark.parametrize(
    "change",
    [
        lambda act: staffing.give(act, "nobody", Role.RESEARCHER),
        lambda act: staff.set_competence(act, "nobody", "pnc", expires_on=date(2027, 1, 1)),
        lambda act: staff.set_duty(act, "nobody", on_duty=False),
        lambda act: staffing.renew(act, "nobody"),
        lambda act: staff.suspend(act, "nobody"),
    ],
)
def test_nobody_is_told_to_be_nobody(acting, change):
    with pytest.raises(NotFound), acting() as act:
        change(act)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.OPERATOR, Role.HEAD_OF_UNIT, Role.SYSTEM}])
def test_staff_are_administered_by_the_operator_and_the_head_of_unit(acting, person, role):
    with pytest.raises(NotPermitted), acting(person("x", role)) as act:
        staffing.add(act, "two", [Role.RESEARCHER])


def test_a_role_that_was_taken_is_gone_and_may_come_back(acting, store, unit):
    with acting() as act:
        token = staffing.add(act, "one", [Role.RESEARCHER, Role.APPROVER])
        accounts.take_role(act, "one", Role.APPROVER)
    assert identified(store, unit, "one", token).roles == {Role.RESEARCHER}
    with acting() as act:
        staffing.give(act, "one", Role.APPROVER)
    assert identified(store, unit, "one", token).roles == {Role.RESEARCHER, Role.APPROVER}


def test_a_competence_counts_until_the_end_of_its_last_day(acting, store, unit):
    with acting() as act:
        token = staffing.add(act, "one", [Role.RESEARCHER])
        staff.set_competence(act, "one", "pnc", expires_on=unit.now.date())
    assert identified(store, unit, "one", token).competences == {"pnc"}
    unit.now += timedelta(days=1)
    assert identified(store, unit, "one", token).competences == frozenset()


@pytest.mark.parametrize("subject", ["domestic_abuse", *Source])
def test_training_for_what_some_rule_asks_or_a_source_is_recorded(acting, unit, subject):
    with acting() as act:
        staffing.add(act, "one", [Role.RESEARCHER])
        assert staff.set_competence(act, "one", subject, expires_on=date(2030, 1, 1)) == unit.now.date()


@pytest.mark.parametrize("subject", ["pcn", "PNC", "", "domestic abuse"])
def test_training_that_counts_for_nothing_is_refused_with_what_does_count(acting, subject):
    with acting() as act:
        staffing.add(act, "one", [Role.RESEARCHER])
    with pytest.raises(Refused, match=r"acro.*domestic_abuse.*pnc") as caught, acting() as act:
        staff.set_competence(act, "one", subject, expires_on=date(2030, 1, 1))
    assert caught.value.code == "unknown_subject"


def test_training_may_have_been_granted_earlier_but_not_later_nor_after_its_end(acting, store, unit):
    today = unit.now.date()
    with acting() as act:
        staffing.add(act, "one", [Role.RESEARCHER])
        earlier = today - timedelta(days=40)
        staff.set_competence(act, "one", "pnc", granted_on=earlier, expires_on=date(2030, 1, 1))
    with store.session() as session:
        recorded = select(LedgerEntry).where(LedgerEntry.event == "competence_recorded")
        entry = session.scalars(recorded.where(LedgerEntry.body["staff"].astext == "one")).one()
        assert (entry.at, entry.body["granted_on"]) == (unit.now, earlier.isoformat())
    for granted_on, expires_on, code in (
        (today + timedelta(days=1), date(2030, 1, 1), "in_the_future"),
        (today, today - timedelta(days=1), "ends_before_it_begins"),
    ):
        with refused(code), acting() as act:
            staff.set_competence(act, "one", "pnc", granted_on=granted_on, expires_on=expires_on)


def test_duty_is_listed(acting, store):
    with acting() as act:
        staffing.add(act, "one", [Role.RESEARCHER])
        staff.set_duty(act, "one", on_duty=False)
    with store.session() as session:
        (member,) = staff.everybody(session)
    assert not member.on_duty


def decided(unit):
    """An application whose decision is approved and that nobody has been told of yet."""
    reference = unit.receive({**ROW, "external_id": "S-1"})
    for _ in range(40):
        if unit.carry(reference) == Stage.DISCLOSURE:
            return reference
        for item in unit.open_items(reference):
            if able := unit.fitting(item):
                unit.do(able[0], item, unit.answer(able[0], item))
    raise AssertionError(unit.open_items(reference))


def test_a_suspension_ends_tokens_at_once_and_no_new_one_is_given(acting, store, unit):
    with acting() as act:
        token = staffing.add(act, "one", [Role.RESEARCHER])
        staff.suspend(act, "one")
    with refused("token_refused"):
        identified(store, unit, "one", token)
    with refused("suspended"), acting() as act:
        staffing.renew(act, "one")
    with refused("already_suspended"), acting() as act:
        staff.suspend(act, "one")


def test_a_suspension_returns_what_was_claimed_to_its_queue(unit):
    reference = unit.receive({**ROW, "external_id": "S-1", "b_dob": "", "b_surname": ""})
    (item,) = [item for item in unit.open_items(reference) if item.kind == WorkKind.COMPLETE_DETAILS]
    with unit.acting("intake") as act:
        work_queue.claim(act, item.id)
    with unit.acting() as act:
        assert staff.suspend(act, "intake").returned_items == 1
    with unit.store.session() as session:
        row = session.get_one(WorkItem, item.id)
    assert (row.owner, row.claimed_at, row.reserved) == (None, None, False)


@pytest.mark.parametrize("who", ["chair", "approve"])
def test_an_undelivered_decision_of_theirs_goes_back_to_the_panel_for_fresh_people(unit, who):
    reference = decided(unit)
    with unit.acting() as act:
        account = staff.suspend(act, who)
    assert account.superseded_decisions == [reference]
    assert reference in account.touched
    assert reference in account.hold_offered
    with unit.acting() as act:
        application = act.application(reference)
        assert (application.stage, application.version, application.outcome) == (Stage.PANEL_DECISION, 2, None)
    assert WorkKind.CONVENE_PANEL in {item.kind for item in unit.open_items(reference)}
    with unit.acting() as act:
        assert audit.verify(act).broken == []


def test_a_suspension_leaves_others_decisions_alone_and_lists_what_was_only_touched(unit):
    reference = decided(unit)
    with unit.acting() as act:
        account = staff.suspend(act, "read")
    assert account.superseded_decisions == []
    assert account.touched == [reference]
    with unit.acting() as act:
        assert act.application(reference).stage == Stage.DISCLOSURE


def test_looking_is_not_touching(unit):
    reference = unit.receive({**ROW, "external_id": "S-1"})
    unit.shown("head", reference)
    with unit.acting() as act:
        assert staff.suspend(act, "head").touched == []


def test_a_suspended_member_is_asked_for_no_panel_and_keeps_no_reserved_seat(unit):
    reference = unit.receive({**ROW, "external_id": "S-1"})
    for _ in range(40):
        unit.carry(reference)
        waiting = unit.open_items(reference)
        if any(item.kind == WorkKind.DECIDE for item in waiting):
            break
        for item in waiting:
            if able := unit.fitting(item):
                unit.do(able[0], item, unit.answer(able[0], item))
    with unit.acting() as act:
        staff.suspend(act, "member")
    assert [item.owner for item in unit.open_items(reference) if item.owner == "member"] == []

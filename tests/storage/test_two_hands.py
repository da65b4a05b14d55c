"""Nobody opens an account, a role, a token or the end of a suspension alone, but for the first two of an empty casebook."""

from __future__ import annotations

import os
import random
import threading
from datetime import timedelta

import pytest
import staffing
from sqlalchemy import select

from casebook.casework.governance import exceptions
from casebook.casework.reporting import audit, board
from casebook.casework.staff import accounts, staff
from casebook.domain.account_changes import STANDS, AccountChange
from casebook.domain.actors import OPERATOR
from casebook.domain.authority import MAY, Command
from casebook.domain.vocabulary import Role
from casebook.errors import NotFound, NotPermitted, Refused
from casebook.storage.tables import AccountProposal, Notice, Staff, StaffRole, Token

SEQUENCES = int(os.environ.get("CASEBOOK_SEQUENCES", "15"))


@pytest.fixture
def begun(acting):
    """A casebook with its first two accounts: a head of unit, and a researcher."""
    with acting() as act:
        for staff_id, role in (("head", Role.HEAD_OF_UNIT), ("other", Role.RESEARCHER)):
            assert accounts.add(act, staff_id, [role]).in_effect


@pytest.fixture
def person_in(store, now):
    """Somebody as the casebook knows them."""

    def known(staff_id):
        with store.session() as session:
            return staffing.with_token(session, staff.actor_of(session, session.get(Staff, staff_id), now))

    return known


@pytest.fixture
def now(acting):
    with acting() as act:
        return act.now


def refusal(do):
    with pytest.raises(Refused) as caught:
        do()
    return caught.value.code


def opened(store):
    """Every account, role and token that is in effect."""
    with store.session() as session:
        return {
            "accounts": set(session.scalars(select(Staff.id))),
            "roles": {(row.staff_id, row.role) for row in session.scalars(select(StaffRole)) if row.ended_at is None},
            "tokens": {row.id for row in session.scalars(select(Token)) if row.revoked_at is None},
        }


def test_the_first_two_accounts_take_effect_at_once_and_the_third_waits_for_another_person(
    acting, store, begun, person_in, now
):
    before = opened(store)
    with acting() as act:
        state = accounts.add(act, "third", [Role.APPROVER])
    assert (state.in_effect, state.token) == (False, None)
    assert opened(store) == before
    with acting(person_in("other")) as act:
        state = accounts.confirm(act, "third")
    assert state.in_effect
    with store.session() as session:
        assert staff.identify(session, "third", state.token, now).roles == {Role.APPROVER}


def test_a_change_is_told_to_professional_standards_and_stands_on_the_list_of_exceptions(
    acting, store, begun, person_in
):
    with acting() as act:
        accounts.add(act, "third", [Role.APPROVER])
    with acting(person_in("other")) as act:
        accounts.confirm(act, "third")
    with acting(person_in("head")) as act:
        told = [(line["what"], line["by"], line["reference"]) for line in exceptions.listing(act)]
        notices = {row.reason: row.role for row in act.session.scalars(select(Notice))}
    assert ("account_change:account:third", "other", None) in told
    assert ("account_change:bootstrap:head", "operator", None) in told
    assert notices["account_change:account:third"] == Role.PROFESSIONAL_STANDARDS


def test_what_one_person_made_alone_shows_until_both_accounts_are_ended(acting, store, begun, person_in):
    with acting() as act:
        accounts.add(act, "third", [Role.HEAD_OF_UNIT])
    with acting(person_in("other")) as act:
        accounts.confirm(act, "third")
    for suspended, left in ((None, ["head", "other"]), ("head", ["other"]), ("other", [])):
        with acting() as act:
            if suspended:
                staff.suspend(act, suspended)
        with acting() as act:
            assert board.figures(act)["made_alone"] == left
            assert audit.verify(act).made_alone == left
            assert (", ".join(left) in board.markdown(board.figures(act))) is True


def test_a_head_of_unit_alone_gives_themselves_nothing(acting, store, begun, person_in):
    before, head = opened(store), person_in("head")
    for propose, change in (
        (lambda act: accounts.give_role(act, "head", Role.APPROVER), AccountChange.ROLE),
        (lambda act: accounts.new_token(act, "other"), AccountChange.TOKEN),
        (lambda act: accounts.add(act, "me-too", [Role.APPROVER]), AccountChange.ACCOUNT),
    ):
        with acting(head) as act:
            state = propose(act)
        with acting(head) as act:
            assert refusal(lambda act=act, state=state: accounts.confirm(act, state.staff_id)) == "same_person"
        assert state.change == change
    assert opened(store) == before


def test_the_operator_alone_confirms_nothing(acting, store, begun):
    before = opened(store)
    with acting() as act:
        accounts.add(act, "third", [Role.APPROVER])
    with acting() as act, pytest.raises(NotPermitted):
        accounts.confirm(act, "third")
    assert opened(store) == before


def test_nobody_confirms_what_is_about_themselves(acting, begun, person_in):
    with acting() as act:
        accounts.give_role(act, "other", Role.APPROVER)
    with acting(person_in("other")) as act:
        assert refusal(lambda: accounts.confirm(act, "other")) == "about_yourself"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OPERATOR, Role.SYSTEM}))
def test_who_may_confirm_besides_the_first_two(acting, begun, person_in, role):
    with acting() as act:
        accounts.add(act, "third", [role])
    with acting(person_in("other")) as act:
        accounts.confirm(act, "third")
    with acting() as act:
        accounts.add(act, "fourth", [Role.RESEARCHER])
    third = person_in("third")
    if role in MAY[Command.CONFIRM_STAFF]:
        with acting(third) as act:
            assert accounts.confirm(act, "fourth").in_effect
    else:
        with acting(third) as act:
            assert refusal(lambda: accounts.confirm(act, "fourth")) == "not_permitted"


def _passes_time(acting, now):
    return now + STANDS


def _is_suspended(acting, now):
    with acting() as act:
        staff.suspend(act, "head")
    return now


def _loses_the_role(acting, now):
    with acting() as act:
        accounts.take_role(act, "head", Role.HEAD_OF_UNIT)
    return now


@pytest.mark.parametrize("happens", [_passes_time, _is_suspended, _loses_the_role])
def test_a_proposal_lapses(acting, store, begun, person_in, now, happens):
    with acting(person_in("head")) as act:
        accounts.add(act, "third", [Role.APPROVER])
    other = person_in("other")
    with acting(other, now + STANDS - timedelta(seconds=1)) as act:
        assert [row.staff_id for row in accounts.waiting(act)] == ["third"]
    later = happens(acting, now)
    with acting(other, later) as act:
        assert accounts.waiting(act) == []
        with pytest.raises(NotFound):
            accounts.confirm(act, "third")
    # nor is it in the way of a new one
    with acting(OPERATOR, later) as act:
        accounts.add(act, "third", [Role.RESEARCHER])
    with acting(other, later) as act:
        assert accounts.confirm(act, "third").roles == (Role.RESEARCHER,)


def test_a_proposal_is_made_once_and_can_be_declined(acting, store, begun, person_in):
    with acting() as act:
        accounts.add(act, "third", [Role.APPROVER])
    with acting(person_in("head")) as act:
        assert refusal(lambda: accounts.add(act, "third", [Role.RESEARCHER])) == "already_proposed"
    with acting(person_in("other")) as act:
        accounts.decline(act, "third")
    with acting(person_in("other")) as act, pytest.raises(NotFound):
        accounts.confirm(act, "third")
    with store.session() as session:
        (row,) = session.scalars(select(AccountProposal))
    assert (row.confirmed, row.ended_by) == (False, "other")


def test_whoever_confirms_says_which_change_if_several_wait(acting, store, begun, person_in):
    with acting() as act:
        accounts.add(act, "third", [Role.SUPERVISOR])
    with acting(person_in("head")) as act:
        accounts.confirm(act, "third")
    with acting() as act:
        for role in (Role.APPROVER, Role.RESEARCHER):
            accounts.give_role(act, "third", role)
        accounts.new_token(act, "third")
    head = person_in("head")
    with acting(head) as act:
        assert refusal(lambda: accounts.confirm(act, "third")) == "which_change"
        assert refusal(lambda: accounts.confirm(act, "third", AccountChange.ROLE)) == "which_change"
    with acting(head) as act:
        accounts.confirm(act, "third", AccountChange.ROLE, Role.APPROVER)
    with acting(head) as act:
        assert accounts.confirm(act, "third", AccountChange.TOKEN).token
    assert person_in("third").roles == {Role.SUPERVISOR, Role.APPROVER}


def test_the_end_of_a_suspension_takes_two_and_shows_a_new_token(acting, store, begun, person_in, now):
    with acting() as act:
        accounts.add(act, "third", [Role.SUPERVISOR])
    with acting(person_in("head")) as act:
        old = accounts.confirm(act, "third").token
    with acting() as act:
        assert refusal(lambda: accounts.reinstate(act, "third")) == "not_suspended"
    with acting() as act:
        staff.suspend(act, "third")
        accounts.reinstate(act, "third")
    with store.session() as session, pytest.raises(NotPermitted):
        staff.identify(session, "third", old, now)
    with acting(person_in("head")) as act:
        token = accounts.confirm(act, "third").token
    with store.session() as session:
        assert staff.identify(session, "third", token, now).roles == {Role.SUPERVISOR}
    with acting() as act:
        assert audit.verify(act).broken == []


def test_three_accounts_at_once_in_an_empty_casebook_are_two_and_a_proposal(acting):
    states, go = list[bool](), threading.Barrier(3)

    def add(staff_id):
        with acting() as act:
            go.wait()
            states.append(accounts.add(act, staff_id, [Role.SUPERVISOR]).in_effect)

    started = [threading.Thread(target=add, args=(f"s{number}",)) for number in range(3)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    assert sorted(states) == [False, True, True]


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_one_person_with_any_roles_opens_nothing_in_any_order(acting, store, begun, person_in, seed):
    """They are a head of unit with every role, and were not there at the bootstrap."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    everything = sorted(set(Role) - {Role.OPERATOR, Role.SYSTEM})
    with acting() as act:
        accounts.add(act, "one", everything)
    with acting(person_in("head")) as act:
        accounts.confirm(act, "one")
    with acting() as act:
        staff.suspend(act, "other")
    before, one = opened(store), person_in("one")
    acts = (
        lambda act, who, role: accounts.add(act, who, [role]),
        accounts.give_role,
        lambda act, who, _: accounts.new_token(act, who),
        lambda act, who, _: accounts.reinstate(act, who),
        lambda act, who, _: accounts.confirm(act, who, rng.choice([None, *AccountChange])),
        lambda act, who, role: accounts.confirm(act, who, AccountChange.ROLE, role),
        lambda act, who, _: accounts.decline(act, who, rng.choice([None, *AccountChange])),
    )
    for _ in range(40):
        who, role = rng.choice(["one", "One", "head", "other", "new", "ghost"]), rng.choice(everything)
        try:
            with acting(one) as act:
                rng.choice(acts)(act, who, role)
        except Refused:
            continue
    after = opened(store)
    assert after == before, "one person opened something alone"

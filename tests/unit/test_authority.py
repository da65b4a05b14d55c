"""Every role against every command, and the rules that keep people apart."""

from __future__ import annotations

import pytest

from casebook.domain import authority
from casebook.domain.actors import OPERATOR, Actor, system
from casebook.domain.authority import MAY, Command
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import SPECS

STAFF = [role for role in Role if role not in {Role.OPERATOR, Role.SYSTEM}]
MACHINE = {Role.OPERATOR, Role.SYSTEM}

# formats.md: what the operator may do, and nothing else
OPERATOR_MAY = {
    Command.IMPORT_APPLICATIONS, Command.LOAD_SOURCE, Command.RECONCILE, Command.TRIAGE, Command.SWEEP, Command.ANALYSE,
    Command.VERIFY_LEDGER, Command.SEAL_LEDGER, Command.ADMINISTER_STAFF, Command.SUSPEND_STAFF, Command.LIST_APPLICATIONS,
    Command.LIST_WORK, Command.SHOW_APPLICATION, Command.SEE_OTHER_CASES, Command.RAISE_PRIORITY, Command.RECOMPUTE_DEADLINES,
    Command.SEE_REVIEW, Command.LEAD_REVIEW, Command.RECEIVE_ENQUIRY, Command.SEE_POLICIES, Command.BACK_TEST,
}  # fmt: skip


def actor(role: Role, *others: Role) -> Actor:
    return Actor(id=f"the-{role}", roles=frozenset({role, *others}))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("command", Command)
def test_a_command_is_allowed_to_the_roles_of_the_table_and_refused_with_a_reason_to_all_others(role, command):
    reason = authority.why_not_allowed(actor(role), command)
    if role in MAY[command]:
        assert reason is None
    else:
        assert reason is not None
        assert reason.code == "not_permitted"


@pytest.mark.parametrize("command", Command)
def test_the_operator_may_keep_the_machine_and_nothing_that_a_person_must_do(command):
    assert (authority.why_not_allowed(OPERATOR, command) is None) == (command in OPERATOR_MAY)


def test_the_review_is_seen_by_those_who_answer_for_it_and_not_by_those_whose_cases_it_reviews():
    seeing = {role for role in STAFF if authority.why_not_allowed(actor(role), Command.SEE_REVIEW) is None}
    assert seeing == {
        Role.REVIEW_LEAD, Role.REVIEW_OFFICER, Role.PROFESSIONAL_STANDARDS, Role.HEAD_OF_UNIT, Role.CHIEF_OFFICER, Role.AUDITOR,
    }  # fmt: skip
    assert {role for role in STAFF if authority.why_not_allowed(actor(role), Command.RECEIVE_ENQUIRY) is None} == set(
        STAFF
    )


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", WorkKind)
def test_a_work_item_is_for_its_roles(role, kind):
    reason = authority.why_not_work(actor(role), kind, role=SPECS[kind].roles[0], owner=None, reserved=False)
    if role in SPECS[kind].roles:
        assert reason is None
    else:
        assert reason is not None
        assert reason.code == ("not_a_person" if role in MACHINE else "not_permitted")


def test_a_machine_does_no_human_step_whatever_its_roles():
    busy = Actor(id="system:x", roles=frozenset(Role))
    for kind in WorkKind:
        reason = authority.why_not_work(busy, kind, role=SPECS[kind].roles[0], owner=None, reserved=False)
        assert reason is not None
        assert reason.code == "not_a_person"


def test_an_item_claimed_by_another_or_reserved_for_another_is_refused():
    asked = {"role": Role.RESEARCHER, "owner": "somebody-else"}
    researcher = actor(Role.RESEARCHER)
    claimed = authority.why_not_work(researcher, WorkKind.REVIEW_MATCH, reserved=False, **asked)
    reserved = authority.why_not_work(researcher, WorkKind.REVIEW_MATCH, reserved=True, **asked)
    assert (claimed.code, reserved.code) == ("claimed_by_another", "reserved")


@pytest.mark.parametrize("role", [*STAFF, Role.OPERATOR])
def test_a_restricted_application_is_seen_by_named_people_only(role):
    assert authority.why_not_see(actor(role), restricted=True, named=[], sits=True).code == "restricted"
    assert authority.why_not_see(actor(role), restricted=True, named=[f"the-{role}"], sits=True) is None
    assert authority.why_not_see(actor(role), restricted=False, named=[], sits=True) is None


def test_the_machine_goes_on_carrying_a_restricted_application():
    assert authority.why_not_see(system("lifecycle"), restricted=True, named=[], sits=False) is None


def test_a_panel_member_with_no_other_role_sees_only_the_cases_they_sit_on():
    member, chair = actor(Role.PANEL_MEMBER), actor(Role.PANEL_MEMBER, Role.PANEL_CHAIR)
    asked = {"restricted": False, "named": []}
    assert authority.why_not_see(member, **asked, sits=False).code == "not_your_panel"
    assert authority.why_not_see(member, **asked, sits=True) is None
    assert authority.why_not_see(chair, **asked, sits=False) is None


def test_a_second_person_is_not_the_first():
    assert authority.why_not_second(actor(Role.SUPERVISOR), ["the-supervisor"]).code == "same_person"
    assert authority.why_not_second(actor(Role.SUPERVISOR), ["x", None]) is None

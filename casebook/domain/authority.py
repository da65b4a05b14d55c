"""Who may do what: a table of commands by role, and the rules that need a second person. Every use case asks here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from casebook.domain import words
from casebook.domain.actors import Actor, Reason
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import SPECS


class Command(StrEnum):
    """Every command except doing a work item."""

    IMPORT_APPLICATIONS = "import_applications"
    LOAD_SOURCE = "load_source"
    ACCEPT_MISSING_ROWS = "accept_missing_rows"
    RECONCILE = "reconcile"
    TRIAGE = "triage"
    SEE_REVIEW = "see_review"
    LEAD_REVIEW = "lead_review"
    EXAMINE_REVIEW = "examine_review"
    REFER_REVIEW = "refer_review"
    RECEIVE_ENQUIRY = "receive_enquiry"
    SWEEP = "sweep"
    RECOMPUTE_DEADLINES = "recompute_deadlines"
    ANALYSE = "analyse"
    SEE_SIGNALS = "see_signals"
    LOOK_BACK = "look_back"
    VERIFY_LEDGER = "verify_ledger"
    SEAL_LEDGER = "seal_ledger"
    EXPORT_APPLICATION = "export_application"
    ADMINISTER_STAFF = "administer_staff"
    CONFIRM_STAFF = "confirm_staff"
    SUSPEND_STAFF = "suspend_staff"
    LIST_APPLICATIONS = "list_applications"
    LIST_WORK = "list_work"
    CLAIM_WORK = "claim_work"
    SHOW_APPLICATION = "show_application"
    FIND = "find"
    SEE_OTHER_CASES = "see_other_cases"
    SEE_PERSONAL_DETAIL = "see_personal_detail"
    RAISE_PRIORITY = "raise_priority"
    LOWER_PRIORITY = "lower_priority"
    OPEN_SAFEGUARDING = "open_safeguarding"
    RESTRICT = "restrict"
    LIFT_RESTRICTION = "lift_restriction"
    HOLD = "hold"
    DISPOSE = "dispose"
    OVERRIDE_GATE = "override_gate"
    OVERRIDE_CONTACT = "override_contact"
    DISCLOSE_IN_EMERGENCY = "disclose_in_emergency"
    CONTACT = "contact"
    NARROW_CONTACT = "narrow_contact"
    CLOSE_EARLY = "close_early"
    REOPEN = "reopen"
    MERGE = "merge"
    ADD_INFORMATION = "add_information"
    CORRECT_SUBMISSION = "correct_submission"
    TAKE_APPLICATION = "take_application"
    ALLOCATE = "allocate"
    CHECK_OPEN_CASE = "check_open_case"
    ADD_NOTE = "add_note"
    TAKE_CALL = "take_call"
    ATTACH = "attach"
    CALL_PANEL_MEETING = "call_panel_meeting"
    RECORD_STATEMENT = "record_statement"
    UPDATE_CIRCUMSTANCES = "update_circumstances"
    ENQUIRE = "enquire"
    RENEW_WATCH = "renew_watch"
    FIND_CONFLICT = "find_conflict"
    ADOPT_POLICY = "adopt_policy"
    SEE_POLICIES = "see_policies"
    BACK_TEST = "back_test"


_CASE_STAFF = frozenset({
    Role.INTAKE_OFFICER, Role.RESEARCHER, Role.SECOND_READER, Role.RISK_ASSESSOR, Role.PANEL_MEMBER, Role.PANEL_CHAIR,
    Role.APPROVER, Role.DISCLOSURE_OFFICER, Role.SUPERVISOR, Role.HEAD_OF_UNIT, Role.DUTY_INSPECTOR,
})  # fmt: skip
_OVERSIGHT = frozenset(
    {Role.CHIEF_OFFICER, Role.REVIEW_OFFICER, Role.REVIEW_LEAD, Role.PROFESSIONAL_STANDARDS, Role.AUDITOR}
)
_PEOPLE = _CASE_STAFF | _OVERSIGHT
_LEADS = frozenset({Role.SUPERVISOR, Role.HEAD_OF_UNIT})
_MACHINE = frozenset({Role.OPERATOR, Role.SYSTEM})

MAY: Mapping[Command, frozenset[Role]] = MappingProxyType({
    Command.IMPORT_APPLICATIONS: frozenset({Role.OPERATOR, Role.SYSTEM, Role.INTAKE_OFFICER, Role.SUPERVISOR}),
    Command.LOAD_SOURCE: _MACHINE,
    Command.ACCEPT_MISSING_ROWS: _LEADS,
    Command.RECONCILE: _MACHINE,
    Command.TRIAGE: _MACHINE | {Role.REVIEW_LEAD, Role.REVIEW_OFFICER},
    # not for staff whose own cases are reviewed: the queue shows whose cases, and why
    Command.SEE_REVIEW: _MACHINE | _OVERSIGHT | {Role.HEAD_OF_UNIT},
    Command.LEAD_REVIEW: _MACHINE | {Role.REVIEW_LEAD},
    Command.EXAMINE_REVIEW: frozenset({Role.REVIEW_LEAD, Role.REVIEW_OFFICER}),
    Command.REFER_REVIEW: frozenset({Role.REVIEW_LEAD, Role.PROFESSIONAL_STANDARDS}),
    Command.RECEIVE_ENQUIRY: _MACHINE | _PEOPLE,
    Command.SWEEP: _MACHINE | _LEADS,
    Command.RECOMPUTE_DEADLINES: frozenset({Role.OPERATOR, Role.HEAD_OF_UNIT}),
    Command.ANALYSE: _MACHINE | {Role.PROFESSIONAL_STANDARDS, Role.HEAD_OF_UNIT},
    Command.SEE_SIGNALS: frozenset({Role.PROFESSIONAL_STANDARDS}),
    Command.LOOK_BACK: frozenset({Role.PROFESSIONAL_STANDARDS, Role.CHIEF_OFFICER}),
    Command.VERIFY_LEDGER: _MACHINE | {Role.AUDITOR, Role.PROFESSIONAL_STANDARDS},
    Command.SEAL_LEDGER: _MACHINE | {Role.AUDITOR},
    Command.EXPORT_APPLICATION: frozenset({Role.AUDITOR, Role.HEAD_OF_UNIT, Role.PROFESSIONAL_STANDARDS}),
    Command.ADMINISTER_STAFF: frozenset({Role.OPERATOR, Role.HEAD_OF_UNIT}),
    # besides the first two accounts, which may always: domain/account_changes.py
    Command.CONFIRM_STAFF: _LEADS | {Role.CHIEF_OFFICER, Role.PROFESSIONAL_STANDARDS},
    Command.SUSPEND_STAFF: frozenset({Role.OPERATOR, Role.HEAD_OF_UNIT, Role.PROFESSIONAL_STANDARDS}),
    Command.LIST_APPLICATIONS: _PEOPLE | _MACHINE,
    Command.LIST_WORK: _PEOPLE | _MACHINE,
    Command.CLAIM_WORK: _PEOPLE,
    Command.SHOW_APPLICATION: _PEOPLE | _MACHINE,
    # who they are and where they live: only for whoever sees personal detail
    Command.FIND: _CASE_STAFF | {Role.AUDITOR, Role.REVIEW_OFFICER, Role.REVIEW_LEAD},
    # not the member of a panel, who comes from an agency: they read the cases they sit on
    Command.SEE_OTHER_CASES: (_PEOPLE | _MACHINE) - {Role.PANEL_MEMBER},
    Command.SEE_PERSONAL_DETAIL: _CASE_STAFF | {Role.AUDITOR, Role.REVIEW_OFFICER, Role.REVIEW_LEAD},
    Command.RAISE_PRIORITY: _PEOPLE | _MACHINE,
    Command.LOWER_PRIORITY: _LEADS,
    Command.OPEN_SAFEGUARDING: _PEOPLE,
    Command.RESTRICT: _PEOPLE,
    Command.LIFT_RESTRICTION: frozenset({Role.HEAD_OF_UNIT, Role.SUPERVISOR, Role.CHIEF_OFFICER}),
    Command.HOLD: _LEADS | {Role.PROFESSIONAL_STANDARDS, Role.CHIEF_OFFICER},
    Command.DISPOSE: _LEADS | {Role.AUDITOR},
    Command.OVERRIDE_GATE: _LEADS,
    Command.OVERRIDE_CONTACT: frozenset({Role.DUTY_INSPECTOR}),
    Command.DISCLOSE_IN_EMERGENCY: frozenset({Role.DUTY_INSPECTOR}),
    Command.CONTACT: frozenset({Role.SUPERVISOR})
    | {Role.INTAKE_OFFICER, Role.RESEARCHER, Role.DISCLOSURE_OFFICER, Role.DUTY_INSPECTOR},
    Command.NARROW_CONTACT: _PEOPLE,
    Command.CLOSE_EARLY: frozenset({Role.INTAKE_OFFICER, Role.RESEARCHER, Role.DISCLOSURE_OFFICER, Role.SUPERVISOR}),
    Command.REOPEN: _CASE_STAFF,
    Command.MERGE: frozenset({Role.INTAKE_OFFICER, Role.RESEARCHER, Role.SUPERVISOR}),
    Command.ADD_INFORMATION: _CASE_STAFF,
    Command.CORRECT_SUBMISSION: _LEADS | {Role.INTAKE_OFFICER},
    # by hand, from somebody who is there or on the phone
    Command.TAKE_APPLICATION: frozenset({Role.INTAKE_OFFICER, Role.SUPERVISOR}),
    Command.ALLOCATE: _LEADS,
    Command.CHECK_OPEN_CASE: _LEADS,
    Command.ADD_NOTE: _CASE_STAFF,
    Command.ATTACH: _CASE_STAFF,
    Command.CALL_PANEL_MEETING: frozenset({Role.PANEL_CHAIR, Role.SUPERVISOR}),
    Command.RECORD_STATEMENT: frozenset({Role.PANEL_CHAIR, Role.PANEL_MEMBER, Role.RESEARCHER, Role.SUPERVISOR}),
    # whoever answers the telephone
    Command.TAKE_CALL: _PEOPLE,
    Command.UPDATE_CIRCUMSTANCES: _PEOPLE,
    Command.ENQUIRE: frozenset({Role.RESEARCHER, Role.SUPERVISOR}),
    Command.RENEW_WATCH: _LEADS,
    Command.FIND_CONFLICT: _LEADS | {Role.PROFESSIONAL_STANDARDS},
    # not the operator: whoever runs the machine does not set the rules
    Command.ADOPT_POLICY: _LEADS | {Role.CHIEF_OFFICER, Role.PROFESSIONAL_STANDARDS, Role.REVIEW_LEAD},
    Command.SEE_POLICIES: _PEOPLE | _MACHINE,
    Command.BACK_TEST: _LEADS | {Role.OPERATOR, Role.CHIEF_OFFICER, Role.PROFESSIONAL_STANDARDS},
})  # fmt: skip


def why_not_allowed(actor: Actor, command: Command) -> Reason | None:
    """A reason if none of the actor's roles allows the command."""
    if actor.roles & MAY[command]:
        return None
    return Reason("not_permitted", f"'{words.COMMAND.of(command)}' needs one of these roles: {_names(MAY[command])}")


def why_not_work(actor: Actor, kind: WorkKind, *, role: str, owner: str | None, reserved: bool) -> Reason | None:
    """A reason if the actor may not do a work item of this kind, in this role's queue, claimed by this owner."""
    if not actor.is_person:
        return Reason("not_a_person", "only a member of staff can do work items; the operator and the system cannot")
    allowed = {*SPECS[kind].roles, Role(role)}
    if not actor.roles & allowed:
        return Reason("not_permitted", f"'{words.WORK.of(kind)}' needs one of these roles: {_names(allowed)}")
    if reserved and owner != actor.id:
        return Reason("reserved", "this item is reserved for another member of staff")
    if owner is not None and owner != actor.id:
        return Reason("claimed_by_another", "somebody else has claimed this item")
    return None


def sees_only_own_panels(actor: Actor) -> bool:
    """Whether the actor reads only the cases they sit on: a panel's member who has no other role."""
    return not actor.roles & MAY[Command.SEE_OTHER_CASES]


def why_not_see(actor: Actor, *, restricted: bool, named: Collection[str], sits: bool) -> Reason | None:
    """A reason if an application is restricted and the actor is not named for it, or if they read only cases they sit on.

    `sits`: whether they sit on its panel, or have work on it.
    """
    if restricted and actor.id not in named and Role.SYSTEM not in actor.roles:
        return Reason("restricted", "this application is restricted to named people")
    if not sits and sees_only_own_panels(actor):
        return Reason("not_your_panel", "a panel member sees the cases they sit on, and you do not sit on this one")
    return None


def why_not_second(actor: Actor, first: Collection[str | None]) -> Reason | None:
    """A reason if the actor is one of the people whose act a second person must check."""
    if actor.id in first:
        return Reason("same_person", "this needs a second person, and you were the first")
    return None


def _names(roles: Collection[Role]) -> str:
    return ", ".join(sorted(map(words.ROLE.of, roles)))

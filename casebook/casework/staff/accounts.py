"""Accounts, roles, tokens and the end of a suspension: one person proposes such a change, and another confirms it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text

from casebook.casework.core import notices, two_people
from casebook.casework.core.acting import Act, refuse, refuse_all, refuse_because
from casebook.casework.staff import staff, tokens
from casebook.casework.staff.tokens import IssuedToken
from casebook.domain import account_changes, authority, words
from casebook.domain.account_changes import AccountChange
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Role
from casebook.errors import NotFound, NotPermitted
from casebook.storage import people
from casebook.storage.tables import AccountProposal, Staff, StaffRole

_ONE_AT_A_TIME = 0x0CA5EB01  # any fixed number: the advisory lock under which accounts are counted


@dataclass(frozen=True, kw_only=True)
class ChangeState:
    """What became of a change. `token`: shown once, to whoever confirmed it."""

    staff_id: str
    change: AccountChange
    roles: tuple[Role, ...] = ()
    in_effect: bool = False  # False: it waits for a second person
    token: str | None = None


def add(act: Act, staff_id: str, roles: Sequence[Role], *, line_manager: str | None = None) -> ChangeState:
    """Propose an account. The first two of an empty casebook take effect at once, and are marked as such for ever."""
    act.allowed(Command.ADMINISTER_STAFF)
    act.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_AT_A_TIME})
    manager = staff.named(act.session, line_manager) if line_manager is not None else None
    refuse_all(
        [
            staff.why_not_id(act, staff_id),
            *map(_why_not_give, roles),
            Reason("not_found", f"there is no member of staff {line_manager}")
            if line_manager is not None and manager is None
            else None,
        ]
    )
    wanted = _wanted(act, AccountChange.ACCOUNT, staff_id, roles, line_manager=manager.id if manager else None)
    if (act.session.scalar(select(func.count()).select_from(Staff)) or 0) >= account_changes.BOOTSTRAP:
        return _propose(act, wanted)
    done = _carry_out(act, wanted, {"bootstrap": True})
    _tell(act, f"bootstrap:{staff_id}")
    return done


def give_role(act: Act, staff_id: str, role: Role) -> ChangeState:
    """Propose a role for a member of staff."""
    act.allowed(Command.ADMINISTER_STAFF)
    refuse(_why_not_give(role))
    return _propose(act, _wanted(act, AccountChange.ROLE, staff.locked_member(act, staff_id).id, [role]))


def take_role(act: Act, staff_id: str, role: Role) -> None:
    """Take a role away, at once."""
    act.allowed(Command.ADMINISTER_STAFF)
    staff_id = staff.locked_member(act, staff_id).id
    if (row := act.session.get(StaffRole, (staff_id, role))) is not None:
        row.ended_at = act.now
    act.record(None, "role_taken", staff=staff_id, role=role)


def new_token(act: Act, staff_id: str) -> ChangeState:
    """Propose a new token. When it is confirmed, every earlier one is revoked."""
    act.allowed(Command.ADMINISTER_STAFF)
    member = staff.locked_member(act, staff_id)
    refuse(_why_no_token(member))
    return _propose(act, _wanted(act, AccountChange.TOKEN, member.id))


def reinstate(act: Act, staff_id: str) -> ChangeState:
    """Propose that a suspension ends."""
    act.allowed(Command.ADMINISTER_STAFF)
    member = staff.locked_member(act, staff_id)
    refuse(_why_not_reinstate(member))
    return _propose(act, _wanted(act, AccountChange.REINSTATEMENT, member.id))


def waiting(act: Act) -> list[AccountProposal]:
    """Changes that wait for a second person, oldest first. Not those whose proposer may not propose any more."""
    query = select(AccountProposal).where(AccountProposal.ended_at.is_(None))
    rows = act.session.scalars(query.order_by(AccountProposal.proposed_at, AccountProposal.id))
    return [row for row in rows if _stands(act, row)]


def confirm(act: Act, staff_id: str, change: AccountChange | None = None, role: Role | None = None) -> ChangeState:
    """Confirm a change that somebody else proposed. `change` and `role` say which, if several wait for one person."""
    _may_confirm(act)
    proposal = _the_one(act, staff_id, change, role)
    refuse_all(account_changes.why_not_this(act.actor, proposed_by=proposal.proposed_by, about=proposal.staff_id))
    done = _carry_out(act, proposal, {"proposed_by": proposal.proposed_by})
    proposal.ended_by, proposal.ended_at, proposal.confirmed = act.actor.id, act.now, True
    _tell(act, f"{proposal.change}:{proposal.staff_id}", key=proposal.id)
    return done


def decline(act: Act, staff_id: str, change: AccountChange | None = None, role: Role | None = None) -> ChangeState:
    """End a proposal without effect: whoever may propose or confirm may do that."""
    if authority.why_not_allowed(act.actor, Command.ADMINISTER_STAFF) is not None:
        _may_confirm(act)
    proposal = _the_one(act, staff_id, change, role)
    proposal.ended_by, proposal.ended_at, proposal.confirmed = act.actor.id, act.now, False
    act.record(None, "account_change_declined", staff=proposal.staff_id, change=proposal.change)
    return _state(proposal)


def _may_confirm(act: Act) -> None:
    made_alone = act.actor.id in people.made_alone(act.session)
    refuse(account_changes.why_not_confirm(act.actor, is_bootstrap=made_alone), NotPermitted)


def _wanted(
    act: Act, change: AccountChange, staff_id: str, roles: Sequence[Role] = (), *, line_manager: str | None = None
) -> AccountProposal:
    return AccountProposal(
        id=secrets.token_hex(8), change=change, staff_id=staff_id, roles=sorted(roles), line_manager=line_manager,
        proposed_by=act.actor.id, proposed_at=act.now, ended_by=None, ended_at=None, confirmed=None,
    )  # fmt: skip


def _propose(act: Act, wanted: AccountProposal) -> ChangeState:
    for proposal in waiting(act):
        same_change = (proposal.staff_id, proposal.change) == (wanted.staff_id, wanted.change)
        if same_change and (wanted.change != AccountChange.ROLE or proposal.roles == wanted.roles):
            refuse_because(
                "already_proposed",
                f"this was proposed by {proposal.proposed_by} already and waits: another person confirms or declines it",
            )
    act.session.add(wanted)
    act.record(None, "account_change_proposed", staff=wanted.staff_id, change=wanted.change, roles=wanted.roles)
    return _state(wanted)


def _state(proposal: AccountProposal) -> ChangeState:
    roles = tuple(map(Role, proposal.roles))
    return ChangeState(staff_id=proposal.staff_id, change=AccountChange(proposal.change), roles=roles)


def _stands(act: Act, proposal: AccountProposal) -> bool:
    """Whether a proposal can still be confirmed: it is not too old, and its proposer may still propose."""
    return two_people.why_lapsed(act, Command.ADMINISTER_STAFF, proposal) is None


def _the_one(act: Act, staff_id: str, change: AccountChange | None, role: Role | None) -> AccountProposal:
    """The waiting proposal that is meant, locked. Refused if none is, or more than one."""
    query = select(AccountProposal).where(
        func.lower(AccountProposal.staff_id) == staff_id.lower(), AccountProposal.ended_at.is_(None)
    )
    rows = act.session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    meant = [
        row
        for row in rows
        if _stands(act, row) and change in {None, row.change} and (role is None or row.roles == [role])
    ]
    if not meant:
        raise NotFound(f"no such change waits for {staff_id}: see `casebook staff proposals`", "nothing_proposed")
    if len(meant) > 1:
        refuse_because(
            "which_change",
            f"several changes wait for {staff_id}: say which with --change and --role; see `casebook staff proposals`",
        )
    return meant[0]


def _carry_out(act: Act, proposal: AccountProposal, how: dict[str, object]) -> ChangeState:
    """Make the change. `how` it came about stands in the ledger: who proposed it, or that it is of the bootstrap."""
    change, staff_id, roles = AccountChange(proposal.change), proposal.staff_id, [Role(role) for role in proposal.roles]
    token: str | None = None
    match change:
        case AccountChange.ACCOUNT:
            token = _open(act, proposal, how)
        case AccountChange.ROLE:
            _give(act, staff.locked_member(act, staff_id).id, roles)
            act.record(None, "role_given", staff=staff_id, role=roles[0], **how)
        case AccountChange.TOKEN:
            refuse(_why_no_token(staff.locked_member(act, staff_id)))
            issued = _replace_token(act, staff_id)
            act.record(None, "token_issued", staff=staff_id, token=issued.id, **how)
            token = issued.secret
        case AccountChange.REINSTATEMENT:
            member = staff.locked_member(act, staff_id)
            refuse(_why_not_reinstate(member))
            member.suspended_at = member.suspended_by = None
            issued = _replace_token(act, staff_id)
            act.record(None, "staff_reinstated", staff=staff_id, token=issued.id, **how)
            token = issued.secret
    return ChangeState(staff_id=staff_id, change=change, roles=tuple(roles), in_effect=True, token=token)


def _open(act: Act, proposal: AccountProposal, how: dict[str, object]) -> str:
    staff_id, roles = proposal.staff_id, [Role(role) for role in proposal.roles]
    refuse(staff.why_not_id(act, staff_id))  # it may have been given since
    act.session.add(
        Staff(
            id=staff_id, added_at=act.now, added_by=act.actor.id, line_manager=proposal.line_manager, on_duty=True,
            suspended_at=None, suspended_by=None,
        )
    )  # fmt: skip
    act.session.flush()
    _give(act, staff_id, roles)
    issued = tokens.issue(act, staff_id)
    act.record(None, "staff_added", staff=staff_id, roles=sorted(roles), token=issued.id, **how)
    return issued.secret


def _replace_token(act: Act, staff_id: str) -> IssuedToken:
    tokens.revoke(act, staff_id)
    return tokens.issue(act, staff_id)


def _give(act: Act, staff_id: str, roles: Sequence[Role]) -> None:
    for role in roles:
        row = StaffRole(staff_id=staff_id, role=role, given_at=act.now, given_by=act.actor.id, ended_at=None)
        act.session.merge(row)


def _why_not_give(role: Role) -> Reason | None:
    if role in staff.GIVEN:
        return None
    return Reason("not_a_staff_role", f"this role cannot be given to staff: {words.ROLE.of(role)}")


def _why_no_token(member: Staff) -> Reason | None:
    if member.suspended_at is None:
        return None
    return Reason("suspended", "a suspended member of staff cannot get a token: propose the end of the suspension")


def _why_not_reinstate(member: Staff) -> Reason | None:
    return Reason("not_suspended", f"{member.id} is not suspended") if member.suspended_at is None else None


def _tell(act: Act, what: str, *, key: str = "") -> None:
    """Put a change on the list of exceptions, and tell professional standards: they watch who opens doors to whom."""
    act.record(None, "exception_recorded", what=f"account_change:{what}")
    notices.notify(act, None, role=Role.PROFESSIONAL_STANDARDS, reason=f"account_change:{what}", key=key)

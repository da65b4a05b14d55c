"""`casebook staff`: who may act, in which roles, and what they are trained for."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace, _SubParsersAction
from collections.abc import Mapping
from dataclasses import asdict

from casebook.casework.staff import accounts, staff
from casebook.casework.staff.accounts import ChangeState
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.operations import allocation
from casebook.cli.reading import day
from casebook.domain import words
from casebook.domain.account_changes import STANDS, AccountChange
from casebook.domain.case.conflict import SharedDetail
from casebook.domain.vocabulary import Role
from casebook.domain.words.operations import TRAINING

_MEMBER = "the staff id"


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser(
        "add", help="propose a member of staff; the first two of an empty casebook are added at once"
    )
    add.add_argument("id", metavar="ID", help="a new staff id")
    add.add_argument(
        "--role", action="extend", nargs="+", required=True, type=_role, metavar="ROLE", help=", ".join(Role)
    )
    add.add_argument("--line-manager", metavar="ID", help="their line manager's staff id")
    add.set_defaults(handler=_add)
    role = actions.add_parser("role", help="propose a role, or take one away")
    role.add_argument("id", metavar="ID", help=_MEMBER)
    role.add_argument("role", type=_role, metavar="ROLE", help=", ".join(Role))
    role.add_argument("--take", action="store_true", help="take the role away instead of giving it")
    role.set_defaults(handler=_set_role)
    _configure_competence(
        actions.add_parser("competence", help="record training for a source or a task, and when it expires")
    )
    _configure_details(
        actions.add_parser("details", help="keep details of a member of staff, to notice conflicts of interest")
    )
    duty = actions.add_parser("duty", help="record whether a member of staff is on duty")
    duty.add_argument("id", metavar="ID", help=_MEMBER)
    duty.add_argument("state", choices=["on", "off"], help="on duty or off duty")
    duty.set_defaults(handler=_set_duty)
    _configure_standing(actions)
    _configure_second_person(actions)
    allocation.configure(actions)
    actions.add_parser("list", help="list all staff with their roles").set_defaults(handler=_list)


def _configure_standing(actions: _SubParsersAction[ArgumentParser]) -> None:
    for name, handler, text in (
        ("token", _token, "propose a new token for a member of staff"),
        ("reinstate", _reinstate, "propose that a suspension ends"),
        (
            "suspend",
            _suspend,
            "suspend a member of staff: tokens stop working, work returns to the queue, open decisions go to other people",
        ),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("id", metavar="ID", help=_MEMBER)
        action.set_defaults(handler=handler)


def _configure_second_person(actions: _SubParsersAction[ArgumentParser]) -> None:
    for name, handler, text in (
        ("confirm", _confirm, "confirm what another person proposed; prints the token of a new account, once"),
        ("decline", _decline, "decline or take back what was proposed"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("id", metavar="ID", help=_MEMBER)
        which = ", if several changes wait"
        action.add_argument("--change", type=AccountChange, choices=list(AccountChange), help=f"which change{which}")
        action.add_argument("--role", type=_role, metavar="ROLE", help=f"which role{which}")
        action.set_defaults(handler=handler)
    proposals = actions.add_parser("proposals", help="list the changes of accounts that wait for a second person")
    proposals.set_defaults(handler=_proposals)


def _configure_details(details: ArgumentParser) -> None:
    details.add_argument("id", metavar="ID", help=_MEMBER)
    for tie, text in (
        (SharedDetail.SURNAME, "a surname, also a former one"),
        (SharedDetail.ADDRESS, "the lines of an address"),
        (SharedDetail.PHONE, "a phone number"),
    ):
        kept = f"{text}; only a digest is kept"
        details.add_argument(f"--{tie.removeprefix('shared_')}", dest=tie, metavar="TEXT", default="", help=kept)
    details.set_defaults(handler=_set_details)


def _configure_competence(competence: ArgumentParser) -> None:
    competence.add_argument("id", metavar="ID", help=_MEMBER)
    competence.add_argument("subject", metavar="SUBJECT", help="a source, or a kind of training such as domestic_abuse")
    competence.add_argument(
        "--from",
        dest="granted_on",
        type=day,
        metavar="YYYY-MM-DD",
        help="the day the training was completed (default: today)",
    )
    competence.add_argument("--until", required=True, type=day, metavar="YYYY-MM-DD", help="the last day it is valid")
    competence.set_defaults(handler=_set_competence)


def _set_details(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        kept = staff.set_details(act, options.id, {tie: getattr(options, tie) for tie in SharedDetail})
    return Output(
        data={"id": options.id, "kept": kept},
        lines=[f"{options.id}: kept as digests: {words.TIE.of_all(kept) or 'nothing'}"],
    )


def _role(text: str) -> Role:
    if text not in set(Role):
        raise ArgumentTypeError(f"there is no role {text!r}; the roles are: {', '.join(Role)}")
    return Role(text)


def _add(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        state = accounts.add(act, options.id, options.role, line_manager=options.line_manager)
    return _answer(state)


def _set_role(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        data = {"id": options.id, "role": options.role, "given": False}  # not before another person confirms it
        if not options.take:
            return _answer(accounts.give_role(act, options.id, options.role), data)
        accounts.take_role(act, options.id, options.role)
    return Output(data=data, lines=[f"{options.id} no longer has the role {words.ROLE.of(options.role)}"])


def _answer(state: ChangeState, more: Mapping[str, object] | None = None) -> Output:
    """What became of a change. A token is printed to whoever made it effective, and to nobody else."""
    data = {
        "id": state.staff_id,
        "change": state.change,
        "roles": list(state.roles),
        "state": "in_effect" if state.in_effect else "proposed",
        **(more or {}),
    }
    what = f"{words.ACCOUNT_CHANGE.of(state.change)} for {state.staff_id}"
    named = f"{what}: {words.ROLE.of_all(state.roles)}" if state.roles else what
    if not state.in_effect:
        again = f"casebook staff confirm {state.staff_id}"
        return Output(
            data=data, lines=[f"{named}. Proposed: another person confirms it within {STANDS.days} days: {again}"]
        )
    if state.token is None:
        return Output(data=data, lines=[f"{named}. In effect now."])
    lines = [
        f"{named}. In effect now.",
        f"{state.staff_id} may act with --as {state.staff_id} and CASEBOOK_TOKEN={state.token}",
        "The token is not shown again.",
    ]
    return Output(data={**data, "token": state.token}, lines=lines)


def _set_competence(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        granted_on = staff.set_competence(
            act, options.id, options.subject, expires_on=options.until, granted_on=options.granted_on
        )
    data = {"id": options.id, "subject": options.subject, "granted_on": granted_on.isoformat()}
    line = f"{options.id} is trained for {_trained_for(options.subject)} until {options.until.isoformat()}"
    return Output(data={**data, "expires_on": options.until.isoformat()}, lines=[line])


def _trained_for(subject: str) -> str:
    """The words of a source or of a kind of training."""
    return (words.SOURCE if subject in words.SOURCE.words else TRAINING).of(subject)


def _set_duty(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        staff.set_duty(act, options.id, on_duty=options.state == "on")
    return Output(
        data={"id": options.id, "on_duty": options.state == "on"}, lines=[f"{options.id} is {options.state} duty"]
    )


def _token(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        state = accounts.new_token(act, options.id)
    return _answer(state)


def _reinstate(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        state = accounts.reinstate(act, options.id)
    return _answer(state)


def _confirm(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        state = accounts.confirm(act, options.id, options.change, options.role)
    return _answer(state)


def _decline(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        state = accounts.decline(act, options.id, options.change, options.role)
    data = {"id": state.staff_id, "change": state.change, "state": "declined"}
    return Output(data=data, lines=[f"{words.ACCOUNT_CHANGE.of(state.change)} for {state.staff_id}: declined"])


def _proposals(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        rows = [
            {
                "id": row.staff_id, "change": row.change, "roles": row.roles, "proposed_by": row.proposed_by,
                "proposed_at": row.proposed_at.isoformat(), "lapses_at": (row.proposed_at + STANDS).isoformat(),
            }
            for row in accounts.waiting(act)
        ]  # fmt: skip
    lines = [
        f"{row['id']:<20} {words.ACCOUNT_CHANGE.of(row['change'])}  {words.ROLE.of_all(row['roles'])}"
        f"  proposed by {row['proposed_by']}, lapses {row['lapses_at']}"
        for row in rows
    ]
    return Output(data=rows, lines=lines or ["nothing waits for a second person"])


def _suspend(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        account = staff.suspend(act, options.id)
    return Output(
        data={"id": options.id, **asdict(account)},
        lines=[
            f"{options.id} is suspended; {account.returned_items} items went back to the queue",
            f"decisions that other people must make again: {', '.join(account.superseded_decisions) or 'none'}",
            f"applications they acted on: {', '.join(account.touched) or 'none'}",
            f"{len(account.hold_offered)} of them can be put under legal hold: casebook applications hold REF",
            f"professional standards is asked for a look-back: casebook monitor look-back {account.look_back_proposed}",
        ],
    )


def _list(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        members = staff.everybody(act.session)
    lines = [
        f"{member.id:<20} {', '.join(map(words.ROLE.of, member.roles))}"
        + ("" if member.on_duty else "  off duty")
        + ("  SUSPENDED" if member.suspended else "")
        for member in members
    ]
    return Output(
        data=[asdict(member) for member in members],
        lines=lines or ["no staff yet; add one: casebook staff add ID --role ROLE"],
    )

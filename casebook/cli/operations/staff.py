"""`casebook staff`: who may act, and what they are trained for."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import asdict

from casebook.casework.staff import staff
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.reading import day
from casebook.domain import words
from casebook.domain.vocabulary import Role


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="add a member of staff; prints their token once")
    add.add_argument("id")
    add.add_argument("--role", action="extend", nargs="+", required=True, type=_role, metavar="ROLE")
    add.add_argument("--line-manager", metavar="ID")
    add.set_defaults(handler=_add)
    role = actions.add_parser("role", help="give or take a role")
    role.add_argument("id")
    role.add_argument("role", type=_role)
    role.add_argument("--take", action="store_true", help="take it instead of giving it")
    role.set_defaults(handler=_set_role)
    competence = actions.add_parser("competence", help="record training for a source or task, and its last day")
    competence.add_argument("id")
    competence.add_argument("subject", help="a source, or what a task asks for, such as domestic_abuse")
    competence.add_argument(
        "--from", dest="granted_on", type=day, metavar="YYYY-MM-DD", help="the day it was granted (default: today)"
    )
    competence.add_argument("--until", required=True, type=day, metavar="YYYY-MM-DD")
    competence.set_defaults(handler=_set_competence)
    duty = actions.add_parser("duty", help="say whether somebody is on duty")
    duty.add_argument("id")
    duty.add_argument("state", choices=["on", "off"])
    duty.set_defaults(handler=_set_duty)
    for name, handler, text in (
        ("token", _token, "replace somebody's token; prints the new one once"),
        ("suspend", _suspend, "tokens dead at once, work back to the queue, decisions need fresh people"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("id")
        action.set_defaults(handler=handler)
    actions.add_parser("list", help="all staff").set_defaults(handler=_list)


def _role(text: str) -> Role:
    if text not in set(Role):
        raise ArgumentTypeError(f"there is no role {text!r}; the roles are {', '.join(Role)}")
    return Role(text)


def _add(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        token = staff.add(act, options.id, options.role, line_manager=options.line_manager)
    return Output(
        data={"id": options.id, "roles": sorted(options.role), "token": token},
        lines=[
            f"{options.id} may act with --as {options.id} and CASEBOOK_TOKEN={token}",
            "The token is not shown again.",
        ],
    )


def _set_role(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        staff.set_role(act, options.id, options.role, given=not options.take)
    return Output(data={"id": options.id, "role": options.role, "given": not options.take}, lines=["done"])


def _set_competence(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        granted_on = staff.set_competence(
            act, options.id, options.subject, expires_on=options.until, granted_on=options.granted_on
        )
    data = {"id": options.id, "subject": options.subject, "granted_on": granted_on.isoformat()}
    return Output(data={**data, "expires_on": options.until.isoformat()}, lines=["done"])


def _set_duty(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        staff.set_duty(act, options.id, on_duty=options.state == "on")
    return Output(data={"id": options.id, "on_duty": options.state == "on"}, lines=["done"])


def _token(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        token = staff.new_token(act, options.id)
    return Output(data={"id": options.id, "token": token}, lines=[f"CASEBOOK_TOKEN={token}"])


def _suspend(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        account = staff.suspend(act, options.id)
    return Output(
        data={"id": options.id, **asdict(account)},
        lines=[
            f"{options.id} is suspended; {account.returned_items} items went back to the queue",
            f"decisions that need fresh people: {', '.join(account.superseded_decisions) or 'none'}",
            f"applications they acted on: {', '.join(account.touched) or 'none'}",
            f"legal hold can be set on {len(account.hold_offered)} of them: casebook applications hold REF",
            f"professional standards is asked to look at it all again: casebook monitor look-back {account.look_back_proposed}",
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
        data=[asdict(member) for member in members], lines=lines or ["nobody yet: casebook staff add ID --role ROLE"]
    )

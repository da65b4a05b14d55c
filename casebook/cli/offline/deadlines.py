"""`casebook deadlines`: the time limits that an application received at a moment has."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from casebook import policies
from casebook.cli.answer import Call, Output
from casebook.cli.reading import moment
from casebook.domain import words
from casebook.domain.deadlines import Deadline, due_from_receipt
from casebook.domain.policy import Policy
from casebook.domain.vocabulary import Priority, Route
from casebook.errors import WrongUsage


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--received", required=True, type=moment, metavar="T", help="date and time with offset, ISO 8601"
    )
    parser.add_argument("--route", choices=[each.value for each in Route], default=Route.RIGHT_TO_ASK)
    parser.add_argument("--priority", choices=[each.value for each in Priority], default=Priority.STANDARD)
    parser.add_argument("--policy", metavar="NAME", help="one of " + ", ".join(policies.names()) + "; else by receipt")
    parser.set_defaults(handler=show)


def show(options: Namespace, _call: Call) -> Output:
    received_at = options.received
    try:
        policy = policies.load(options.policy) if options.policy else policies.for_receipt(received_at)
        found = due_from_receipt(
            received_at,
            route=Route(options.route),
            priority=Priority(options.priority),
            policy=policy,
            holidays=policies.BankHolidays(policy),
        )
    except OverflowError:
        raise WrongUsage("--received lies outside the calendar") from None
    return Output(data=[row(each, policy) for each in found], lines=table(found, policy))


def row(deadline: Deadline, policy: Policy) -> dict[str, object]:
    return {
        "limit": deadline.what,
        "due_at": deadline.due_at.isoformat(),
        "source": deadline.source,
        "verified": deadline.verified,
        "note": deadline.note,
        "unit": deadline.allowance.unit,
        "budget": deadline.allowance.budget,
        "runs_from": deadline.anchor,
        "policy": policy.name,
    }


def table(deadlines: list[Deadline], policy: Policy) -> list[str]:
    rows = [
        (
            words.LIMIT.of(each.what),
            f"{each.due_at:%a %d %b %Y %H:%M}",
            "verified" if each.verified else "unverified",
            each.source,
        )
        for each in deadlines
    ]
    widths = [max(len(each[at]) for each in rows) for at in range(3)]
    return [
        policy.title,
        *(
            f"  {limit:<{widths[0]}}  {due_at:<{widths[1]}}  {known:<{widths[2]}}  {source}"
            for limit, due_at, known, source in rows
        ),
        "Limits of the follow-up run from the delivery; that of safeguarding from the moment danger is known.",
    ]

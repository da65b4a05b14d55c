"""`casebook deadlines`: calculates the time limits of an application from when it was received."""

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
        "--received", required=True, type=moment, metavar="T", help="when it was received: ISO 8601, with offset"
    )
    parser.add_argument(
        "--route",
        choices=[route.value for route in Route],
        default=Route.RIGHT_TO_ASK,
        help="Right to Ask or Right to Know (default: %(default)s)",
    )
    parser.add_argument(
        "--priority",
        choices=[priority.value for priority in Priority],
        default=Priority.STANDARD,
        help="the priority of the application (default: %(default)s)",
    )
    parser.add_argument(
        "--policy", metavar="NAME", help=", ".join(policies.names()) + " (default: the one in force at receipt)"
    )
    parser.set_defaults(handler=show)


def show(options: Namespace, _call: Call) -> Output:
    received_at = options.received
    try:
        policy = policies.load(options.policy) if options.policy else policies.for_receipt(received_at)
        deadlines = due_from_receipt(
            received_at,
            route=Route(options.route),
            priority=Priority(options.priority),
            policy=policy,
            holidays=policies.BankHolidays(policy),
        )
    except OverflowError:
        raise WrongUsage("--received is outside the calendar") from None
    return Output(data=[row(deadline, policy) for deadline in deadlines], lines=table(deadlines, policy))


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
            words.LIMIT.of(deadline.what),
            f"{deadline.due_at:%a %d %b %Y %H:%M}",
            "verified" if deadline.verified else "unverified",
            deadline.source,
        )
        for deadline in deadlines
    ]
    widths = [max(len(cells[at]) for cells in rows) for at in range(3)]
    return [
        policy.title,
        *(
            f"  {limit:<{widths[0]}}  {due_at:<{widths[1]}}  {known:<{widths[2]}}  {source}"
            for limit, due_at, known, source in rows
        ),
        "Follow-up limits run from the delivery; the safeguarding limit runs from when danger is known.",
    ]

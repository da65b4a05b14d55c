"""`casebook sweep`, `reconcile` and `urgent`: bringing the engine back to what it should be working on."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace

from casebook.casework import wakes
from casebook.cli.answer import Answer, Call
from casebook.cli.opening import opened


def configure(parser: ArgumentParser) -> None:
    """One module serves three commands: which one, the parser's own name says."""
    match (parser.prog or "").rpartition(" ")[2]:
        case "reconcile":
            parser.set_defaults(handler=_reconcile)
        case "urgent":
            parser.add_argument("reference")
            parser.add_argument("--reason", required=True, metavar="CODE")
            parser.set_defaults(handler=_urgent)
        case _:
            parser.set_defaults(handler=_sweep)


def _reconcile(_options: Namespace, call: Call) -> Answer:
    with opened(call) as casebook, casebook.acting() as act:
        woken = wakes.reconcile(act)
    return Answer(
        data={"checked": woken.checked, "woken": woken.woken, "freed": woken.freed},
        lines=[f"{woken.checked} open applications are woken; a running platform picks them up at once"],
    )


def _sweep(_options: Namespace, call: Call) -> Answer:
    begun = time.perf_counter()
    with opened(call) as casebook, casebook.acting() as act:
        woken = wakes.wake_neglected(act)
    seconds = round(time.perf_counter() - begun, 3)
    return Answer(
        data={
            "checked": woken.checked, "woken": woken.woken, "escalated": [], "retried": [], "reconciled": woken.freed,
            "seconds": seconds,
        },
        lines=[f"{woken.checked} open, {len(woken.woken)} woken, {len(woken.freed)} leases freed, {seconds} s"],
    )  # fmt: skip


def _urgent(options: Namespace, call: Call) -> Answer:
    with opened(call) as casebook, casebook.acting() as act:
        application = wakes.make_urgent(act, options.reference, options.reason)
        data = {"reference": application.reference, "priority": application.priority}
    return Answer(data=data, lines=[f"{data['reference']} is {data['priority']}; a supervisor is asked to confirm"])

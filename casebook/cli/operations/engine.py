"""`casebook sweep`, `reconcile` and `urgent`: bringing the engine back to what it should be working on."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace

from casebook import settings
from casebook.casework.core import channels
from casebook.casework.sweep import sweep, wakes
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.reading import moment


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
            parser.add_argument("--now", type=moment, metavar="T", help="sweep as if it were this moment")
            parser.set_defaults(handler=_sweep)


def _reconcile(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        woken = wakes.reconcile(act)
    return Output(
        data={"checked": woken.checked, "woken": woken.woken, "freed": woken.freed},
        lines=[f"{woken.checked} open applications are woken; a running platform picks them up at once"],
    )


def _sweep(options: Namespace, call: Call) -> Output:
    begun = time.perf_counter()
    with opened(call) as casebook:
        swept = sweep.sweep(casebook.acting, now=options.now, ways=channels.read(settings.load(call.home).notify_urls))
    seconds = round(time.perf_counter() - begun, 3)
    summary = (
        f"{swept.checked} open, {len(swept.woken)} woken, {len(swept.raised)} raised, {len(swept.escalated)} escalated,"
        f" {len(swept.retried)} whose sources are asked again, {len(swept.reconciled)} leases freed,"
        f" {swept.delivered.received} notices received, {swept.delivered.waiting} not yet, {seconds} s"
    )
    return Output(
        data={
            "checked": swept.checked, "woken": len(swept.woken), "escalated": swept.escalated,
            "retried": len(swept.retried), "reconciled": len(swept.reconciled), "raised": swept.raised,
            "seconds": seconds,
            "references": {"woken": swept.woken, "retried": swept.retried, "reconciled": swept.reconciled},
        },
        lines=[
            *("{reference} is now {to}: {reason}".format_map(told) for told in swept.raised),
            *(_rung(told) for told in swept.escalated),
            summary,
        ],
    )  # fmt: skip


def _rung(told: dict[str, object]) -> str:
    about = told["reference"] or "the unit"
    return f"{about} rung {told['rung']} to {told['role']}: {told['kind']} {told['reason']}"


def _urgent(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        application = wakes.make_urgent(act, options.reference, options.reason)
        data = {"reference": application.reference, "priority": application.priority}
    return Output(data=data, lines=[f"{data['reference']} is {data['priority']}; a supervisor is asked to confirm"])

"""`casebook sweep`, `reconcile` and `urgent`: make sure that the engine works on what it should."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from casebook import settings
from casebook.casework.core import channels
from casebook.casework.sweep import sweep, wakes
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.reading import moment
from casebook.domain import words
from casebook.storage import trial


def configure(parser: ArgumentParser) -> None:
    """One module has three commands; the name of the parser says which one."""
    match (parser.prog or "").rpartition(" ")[2]:
        case "reconcile":
            parser.set_defaults(handler=_reconcile)
        case "urgent":
            parser.add_argument("reference", metavar="REF", help="the application")
            parser.add_argument(
                "--reason",
                required=True,
                metavar="WHY",
                help="why: a code, words, or both as `new_threat: he rang`",
            )
            parser.set_defaults(handler=_urgent)
        case _:
            parser.add_argument(
                "--now",
                type=moment,
                metavar="T",
                help="in a trial home: sweep as if it were this moment (ISO 8601, with offset)",
            )
            parser.set_defaults(handler=_sweep)


def _reconcile(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        woken = wakes.reconcile(act)
    return Output(
        data={"checked": woken.checked, "woken": woken.woken, "freed": woken.freed},
        lines=[f"{woken.checked} open applications woken; a running platform picks them up at once"],
    )


def _sweep(options: Namespace, call: Call) -> Output:
    begun = time.perf_counter()
    with opened(call) as casebook:
        if options.now is not None:
            with casebook.store.session() as session:
                trial.refuse_live(session)
        swept = sweep.sweep(casebook.acting, now=options.now, ways=channels.read(settings.load(call.home).notify_urls))
    seconds = round(time.perf_counter() - begun, 3)
    summary = (
        f"{swept.checked} open applications: {len(swept.woken)} woken, {len(swept.raised)} given a higher priority,"
        f" {len(swept.escalated)} escalations, {len(swept.arranged)} absences and reminders of today,"
        f" sources asked again for {len(swept.retried)},"
        f" {len(swept.reconciled)} freed from runs that ended; notices: {swept.delivered.received} received,"
        f" {swept.delivered.waiting} not received yet; {seconds} s"
    )
    return Output(
        data={
            "checked": swept.checked, "woken": len(swept.woken), "escalated": swept.escalated,
            "retried": len(swept.retried), "reconciled": len(swept.reconciled), "raised": swept.raised,
            "arranged": swept.arranged, "seconds": seconds,
            "references": {"woken": swept.woken, "retried": swept.retried, "reconciled": swept.reconciled},
        },
        lines=[
            *map(_raised, swept.raised),
            *map(_escalated, swept.escalated),
            summary,
        ],
    )  # fmt: skip


def _raised(change: Mapping[str, object]) -> str:
    return f"{change['reference']}: priority is now {words.PRIORITY.of(change['to'])}: {words.reason(change['reason'])}"


def _escalated(escalation: Mapping[str, object]) -> str:
    about, level = escalation["reference"] or "the unit", escalation["rung"]
    role, work = words.ROLE.of(escalation["role"]), words.WORK.of(escalation["kind"])
    return f"{about}: escalation level {level}, to {role}: {work}: {words.reason(escalation['reason'])}"


def _urgent(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        application = wakes.make_urgent(act, options.reference, options.reason)
        data = {"reference": application.reference, "priority": application.priority}
    return Output(
        data=data,
        lines=[
            f"{data['reference']}: priority is {words.PRIORITY.of(data['priority'])}; a supervisor is asked to confirm"
        ],
    )

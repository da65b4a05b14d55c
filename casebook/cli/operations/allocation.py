"""Absence, cover and workload: `casebook staff absence`, `absences`, `back` and `workload`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction

from casebook.casework.allocation import absences
from casebook.casework.allocation.workload import workload
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.reading import day


def configure(actions: _SubParsersAction[ArgumentParser]) -> None:
    absence = actions.add_parser(
        "absence", help="plan an absence: who covers, by role and training, and what is handed over"
    )
    absence.add_argument("id", metavar="ID", help="who will be away")
    absence.add_argument(
        "--from", dest="first", required=True, type=day, metavar="YYYY-MM-DD", help="the first day away"
    )
    absence.add_argument("--until", required=True, type=day, metavar="YYYY-MM-DD", help="the last day away")
    absence.add_argument("--cover", required=True, metavar="ID", help="who stands for them")
    absence.add_argument("--handover", metavar="TEXT", help="what the cover needs to know of the cases they answer for")
    absence.set_defaults(handler=_plan_absence)
    back = actions.add_parser("back", help="end an absence now, or cancel one that has not begun")
    back.add_argument("absence", metavar="ABSENCE", help="its id, as `staff absences` prints it")
    back.set_defaults(handler=_end_absence)
    listed = actions.add_parser("absences", help="list who is or will be away, and who covers")
    listed.set_defaults(handler=_absences)
    actions.add_parser(
        "workload", help="show what everybody answers for, has claimed, is late with and did in 7 and 30 days"
    ).set_defaults(handler=_workload)


def _plan_absence(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        done = absences.plan(
            act, options.id, first=options.first, last=options.until, cover=options.cover, handover=options.handover
        )
    line = f"{options.id} is away from {options.first} to {options.until}; {options.cover} covers"
    return Output(data=done, lines=[line])


def _end_absence(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        done = absences.cancel(act, options.absence)
    return Output(data=done, lines=[f"{done['staff']} is not away any more"])


def _absences(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        rows = absences.listing(act)
    lines = [
        f"{row['absence']}  {row['staff']}: {row['first']} to {row['last']}, {row['cover']} covers"
        + ("  NOW" if row["begun"] else "")
        for row in rows
    ]
    return Output(data=rows, lines=lines or ["nobody is or will be away"])


def _workload(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        rows = workload(act)
    head = f"{'staff':<20} {'cases':>6} {'claimed':>8} {'today':>6} {'late':>5} {'7 days':>7} {'30 days':>8}"
    lines = [
        f"{row['staff']:<20} {row['cases']:>6} {row['claimed']:>8} {row['due_today']:>6} {row['late']:>5}"
        f" {row['done_7_days']:>7} {row['done_30_days']:>8}"
        + (f"  away, {row['covered_by']} covers" if row["away"] else "")
        + (f"  covers for {row['covers']}" if row["covers"] else "")
        for row in rows
    ]
    return Output(data=rows, lines=[head, *lines])

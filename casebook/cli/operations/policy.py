"""`casebook policy`: recalculate open deadlines after a change of policy; list applications kept for long enough."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from casebook.casework.core.acting import Act
from casebook.casework.governance import recomputing, retention
from casebook.cli.answer import Call, Output
from casebook.cli.opening import Opened, opened
from casebook.domain import words


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    again = actions.add_parser(
        "recompute", help="recalculate open deadlines; lists those that moved and those that could not"
    )
    again.add_argument("--dry-run", action="store_true", help="list what would move, and change nothing")
    again.set_defaults(handler=_recompute)
    kept = actions.add_parser(
        "retention", help="list closed applications whose retention period is over; two people may dispose of each"
    )
    kept.set_defaults(handler=_retention)


def _recompute(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook:
        done = recomputing.recompute(lambda: _undone(casebook) if options.dry_run else casebook.acting())
    would = "would move" if options.dry_run else "moved"
    lines = [
        *(f"{line['reference']} {_deadline(line['what'])}: {line['was']} -> {line['due_at']}" for line in done.moved),
        *(
            f"{line['reference']} {_deadline(line.get('what'))}: not moved, {words.spelled(line['why'])}"
            for line in done.could_not
        ),
        f"{done.checked} open applications, {len(done.moved)} deadlines {would}, {len(done.could_not)} could not be moved",
    ]
    return Output(data=asdict(done) | {"dry_run": options.dry_run}, lines=lines, exit_code=1 if done.could_not else 0)


def _retention(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        everything = retention.over(act)
    lines = [
        f"{'rejected row ' * kept.rejected_row}{kept.reference} retention period over since {kept.over_since:%d %b %Y}"
        f"{'; under legal hold, so it is kept' if kept.legal_hold else ''}"
        for kept in everything
    ]
    return Output(data=[asdict(kept) for kept in everything], lines=lines or ["no retention period is over"])


def _deadline(code: object) -> str:
    """The words of a time limit, or of the work item that is due."""
    return (words.LIMIT if code in words.LIMIT.words else words.WORK).of(code)


@contextmanager
def _undone(casebook: Opened) -> Iterator[Act]:
    """An act that is rolled back at the end."""
    with casebook.store.session() as session:
        yield casebook.act_on(session)
        session.rollback()

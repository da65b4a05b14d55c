"""`casebook policy recompute`: every open deadline reckoned again after a change of a policy's numbers or calendar."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from casebook.casework import recomputing
from casebook.casework.acting import Act
from casebook.cli.answer import Answer, Call
from casebook.cli.opening import Opened, opened


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    again = actions.add_parser(
        "recompute", help="reckon every open deadline again; lists what moved and what could not"
    )
    again.add_argument("--dry-run", action="store_true", help="only say what would move")
    again.set_defaults(handler=_recompute)


def _recompute(options: Namespace, call: Call) -> Answer:
    with opened(call) as casebook:
        done = recomputing.recompute(lambda: _undone(casebook) if options.dry_run else casebook.acting())
    would = "would move" if options.dry_run else "moved"
    lines = [
        *(f"{line['reference']} {line['what']}: {line['was']} -> {line['due_at']}" for line in done.moved),
        *(f"{line['reference']} {line.get('what', '')}: stays, {line['why']}" for line in done.could_not),
        f"{done.checked} open applications, {len(done.moved)} deadlines {would}, {len(done.could_not)} could not",
    ]
    return Answer(data=asdict(done) | {"dry_run": options.dry_run}, lines=lines, exit_code=1 if done.could_not else 0)


@contextmanager
def _undone(casebook: Opened) -> Iterator[Act]:
    """An act that nothing remains of."""
    with casebook.store.session() as session:
        yield casebook.act_on(session)
        session.rollback()

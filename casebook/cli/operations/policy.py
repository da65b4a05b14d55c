"""`casebook policy`: every open deadline reckoned again after a change; what has been kept for as long as the policy says."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from casebook.casework.core.acting import Act
from casebook.casework.governance import recomputing, retention
from casebook.cli.answer import Call, Output
from casebook.cli.opening import Opened, opened


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    again = actions.add_parser(
        "recompute", help="reckon every open deadline again; lists what moved and what could not"
    )
    again.add_argument("--dry-run", action="store_true", help="only say what would move")
    again.set_defaults(handler=_recompute)
    kept = actions.add_parser("retention", help="closed applications whose time is over, for two people to dispose of")
    kept.set_defaults(handler=_retention)


def _recompute(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook:
        done = recomputing.recompute(lambda: _undone(casebook) if options.dry_run else casebook.acting())
    would = "would move" if options.dry_run else "moved"
    lines = [
        *(f"{line['reference']} {line['what']}: {line['was']} -> {line['due_at']}" for line in done.moved),
        *(f"{line['reference']} {line.get('what', '')}: stays, {line['why']}" for line in done.could_not),
        f"{done.checked} open applications, {len(done.moved)} deadlines {would}, {len(done.could_not)} could not",
    ]
    return Output(data=asdict(done) | {"dry_run": options.dry_run}, lines=lines, exit_code=1 if done.could_not else 0)


def _retention(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        found = retention.over(act)
    lines = [
        f"{each.reference} over since {each.over_since:%d %b %Y}{': legal hold, it stays' if each.legal_hold else ''}"
        for each in found
    ]
    return Output(data=[asdict(each) for each in found], lines=lines or ["nothing has been kept for so long"])


@contextmanager
def _undone(casebook: Opened) -> Iterator[Act]:
    """An act that nothing remains of."""
    with casebook.store.session() as session:
        yield casebook.act_on(session)
        session.rollback()

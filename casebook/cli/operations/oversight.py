"""`casebook board` and `watchdog`: the figures of the unit, and whether the parts that watch it are running."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace

from casebook.casework.reporting import board
from casebook.casework.sweep import watchdog
from casebook.cli import terminal
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.domain import words
from casebook.domain.authority import Command
from casebook.storage import session as storage


def configure(parser: ArgumentParser) -> None:
    """One module has two commands; the name of the parser says which one."""
    if (parser.prog or "").endswith(" watchdog"):
        parser.set_defaults(handler=_watchdog)
        return
    parser.add_argument("--live", action="store_true", help="stay open and refresh every few seconds; Ctrl-C ends it")
    parser.set_defaults(handler=_board)


def _board(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook:
        while True:
            with casebook.acting() as act:
                figures = board.figures(act)
            if not options.live or call.json:
                return Output(data=figures, lines=board.markdown(figures).splitlines())
            terminal.clear()
            terminal.show(board.markdown(figures).splitlines())
            time.sleep(5)


def _watchdog(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        act.allowed(Command.LIST_WORK)
        health = watchdog.watch(act.session, casebook.store.key, storage.now(act.session))
    stopped = health["stopped"]
    line = "every part is running" if health["ok"] else f"stopped: {words.PART.of_all(stopped)}"
    return Output(data=health, lines=[line], exit_code=0 if health["ok"] else 1)

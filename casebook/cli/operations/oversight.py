"""`casebook board` and `watchdog`: what operations look at, and whether those who look are alive."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace

from casebook.casework.reporting import board
from casebook.casework.sweep import watchdog
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.domain import words
from casebook.domain.authority import Command
from casebook.storage import session as storage


def configure(parser: ArgumentParser) -> None:
    """One module serves two commands: which one, the parser's own name says."""
    if (parser.prog or "").endswith(" watchdog"):
        parser.set_defaults(handler=_watchdog)
        return
    parser.add_argument("--live", action="store_true", help="stay, and look again every few seconds, until Ctrl-C")
    parser.set_defaults(handler=_board)


def _board(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook:
        while True:
            with casebook.acting() as act:
                shown = board.figures(act)
            if not options.live or call.json:
                return Output(data=shown, lines=board.markdown(shown).splitlines())
            print("\x1b[2J\x1b[H" + board.markdown(shown), flush=True)
            time.sleep(5)


def _watchdog(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        act.allowed(Command.LIST_WORK)
        seen = watchdog.watch(act.session, casebook.store.key, storage.now(act.session))
    stopped = seen["stopped"]
    line = "everything is alive" if seen["ok"] else f"stopped: {words.PART.of_all(stopped)}"
    return Output(data=seen, lines=[line], exit_code=0 if seen["ok"] else 1)

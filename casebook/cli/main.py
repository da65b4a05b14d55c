"""The `casebook` command: takes the global options from anywhere, loads one noun's module, prints its answer."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from casebook import __version__
from casebook.cli.answer import Call, Output, as_json
from casebook.errors import CasebookError, Collision, Fault, WrongUsage

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Sequence

# command -> (module, one line of help). A module offers configure(parser), which sets `handler` as a default.
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("casebook.cli.operations.up", "run the platform in the foreground: databases, Prefect, worker, dispatcher"),
    "demo": ("casebook.cli.operations.demo", "a synthetic force, from intake to follow-up, on the real platform"),
    "applications": ("casebook.cli.case.applications", "take applications in, list them, look at one"),
    "work": ("casebook.cli.case.work", "the queue of what people must do"),
    "pack": ("casebook.cli.case.pack", "what a panel reads before it decides, as text, HTML or PDF"),
    "staff": ("casebook.cli.operations.staff", "who may act, and what they are trained for"),
    "audit": ("casebook.cli.operations.audit", "verify, seal and export the ledger"),
    "urgent": ("casebook.cli.operations.engine", "put one application before all others"),
    "sweep": ("casebook.cli.operations.engine", "find what is overdue, stalled or forgotten"),
    "reconcile": ("casebook.cli.operations.engine", "start a fresh run for every open application"),
    "board": (
        "casebook.cli.operations.oversight",
        "who waits, for whom, how late; escalations; the limit kept by week",
    ),
    "forecast": (
        "casebook.cli.operations.forecast",
        "how many applications will pass their limit in the next eight weeks",
    ),
    "returns": ("casebook.cli.operations.returns", "the figures a force gives, as CSV"),
    "watchdog": (
        "casebook.cli.operations.oversight",
        "whether sweep, dispatcher and notifier are alive; exit 1 names what stopped",
    ),
    "identifiers": ("casebook.cli.offline.identifiers", "check PNC and CRO numbers, postcodes and dates of birth"),
    "deadlines": ("casebook.cli.offline.deadlines", "the time limits an application received at a moment would have"),
    "policy": (
        "casebook.cli.operations.policy",
        "after a change: reckon every open deadline again; what has been kept long enough",
    ),
    "score": ("casebook.cli.offline.score", "score a subject's history from a JSON file"),
    "instruments": ("casebook.cli.offline.instruments", "the questions of DASH, SAFELIVES and DARA, and their codes"),
    "match": ("casebook.cli.offline.match", "link subjects to persons, file against file"),
    "sources": ("casebook.cli.case.sources", "list, load and check the record sources"),
    "search": ("casebook.cli.case.search", "who in a loaded source may be this person"),
    "review": ("casebook.cli.review.commands", "look again at past applications: import registers, rank, report"),
    "monitor": (
        "casebook.cli.monitor.files",
        "watch decision-makers: charts, questions, blind samples, training, fairness",
    ),
    "database-url": (
        "casebook.cli.operations.database_url",
        "an address of the database, for the operator; good for a minute",
    ),
}

TRIES = 5
PAUSE = 0.05  # seconds before the second try of an act that collided with another, longer before each further one


class HelpAsked(Exception):
    """Carries the text of --help to where every answer is shown."""


class Parser(argparse.ArgumentParser):
    """Tells a wrong call the way every other error is told, and help the way of every other answer."""

    def print_help(self, file: object = None) -> None:
        del file
        raise HelpAsked(self.format_help())

    def error(self, message: str) -> NoReturn:
        raise WrongUsage(f"{message}; `{self.prog} --help` says more")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code and never shows a traceback."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever called; nothing else may take its number
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - as long as we run
    words = list(sys.argv[1:] if argv is None else argv)
    stop_in_order()
    call = Call(run=run, json="--json" in words)  # known even when the other options cannot be understood
    try:
        call, words = take_global_options(words)
        return show(run(call, words), call)
    except CasebookError as error:
        return complain(error, call)
    except BrokenPipeError:
        let_go_of_stdout()  # the reader went away (head, less): nothing is wrong
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the last door: a fault is told, its kind only, for a message may hold a value
        return complain(
            CasebookError(f"unexpected {type(error).__name__}; set CASEBOOK_DEBUG=1 to see where"), call, error
        )


def stop_in_order() -> None:
    """What asks a command to end lets it leave as an interrupt from the keyboard does: the shared database is released."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:  # what is ignored (nohup) stays ignored
                signal.signal(number, _stop)


def _stop(number: int, _frame: object) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)  # once is enough: what is being released is not to be interrupted
    raise SystemExit(128 + number)


def take_global_options(words: list[str]) -> tuple[Call, list[str]]:
    """Split `--json`, `--home DIR` and `--as ID`, wherever they stand, from the rest."""
    if not all(map(_is_text, words)) and "identifiers" not in words:  # which tells of each value what is wrong with it
        raise WrongUsage("an argument is not UTF-8 text")
    call, rest, waiting = Call(run=run), list[str](), iter(words)
    for word in waiting:
        name, given, value = word.partition("=")
        match name:
            case "--":
                return call, [*rest, word, *waiting]
            case "--json" if not given:
                call = replace(call, json=True)
            case "--home" | "--as":
                value = value if given else next(waiting, "")
                if not value or (not given and value.startswith("--")):
                    raise WrongUsage(f"{name} needs a value")
                call = (
                    replace(call, home=Path(value).expanduser().absolute())
                    if name == "--home"
                    else replace(call, staff_id=value)
                )
            case _:
                rest.append(word)
    return call, rest


def run(call: Call, words: list[str]) -> Output:
    """Parse the words of one command and call its handler."""
    if words and words[0] == "--version":
        return Output(data={"version": __version__}, lines=[f"casebook {__version__}"])
    if not words or words[0] in {"-h", "--help", "help"}:
        return Output(data={"commands": {name: text for name, (_, text) in COMMANDS.items()}}, lines=overview())
    if words[0] not in COMMANDS:
        raise WrongUsage(f"there is no command {words[0]!r}; `casebook --help` lists them")
    module = importlib.import_module(COMMANDS[words[0]][0])
    parser = Parser(prog=f"casebook {words[0]}", description=COMMANDS[words[0]][1], allow_abbrev=False)
    module.configure(parser)
    try:
        options = parser.parse_args(words[1:])
    except HelpAsked as asked:
        return Output(data={"help": str(asked)}, lines=[str(asked).rstrip()])
    return call_handler(options.handler, options, call)


def call_handler(handler: Callable[[Namespace, Call], Output], options: Namespace, call: Call) -> Output:
    """Call a handler, again if it collided with somebody else's act: what collides has changed nothing."""
    for number in range(1, TRIES):
        try:
            return handler(options, call)
        except Collision:
            time.sleep(PAUSE * number)
    return handler(options, call)


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def overview() -> list[str]:
    width = max(map(len, COMMANDS))
    return [
        "usage: casebook COMMAND ... [--json] [--home DIR] [--as STAFF_ID]",
        "",
        *(f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items()),
        "",
        "casebook COMMAND --help says more. Exit: 0 done, 1 refused or incomplete, 2 wrong usage, 3 a fault.",
    ]


def show(answer: Output, call: Call) -> int:
    encoding = sys.stdout.encoding or "utf-8"  # of a narrow terminal or pipe: what it cannot show is escaped
    lines = [as_json(answer.data, ensure_ascii=not encoding.lower().startswith("utf"))] if call.json else answer.lines
    try:
        for line in lines:
            print(line.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        let_go_of_stdout()
        raise Fault(f"it is done, but the answer cannot be written: {error.strerror}", "cannot_write") from None
    return answer.exit_code


def let_go_of_stdout() -> None:
    """What is still in its buffer goes nowhere; Python would complain about it again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(error: CasebookError, call: Call, cause: Exception | None = None) -> int:
    if call.json:
        print(json.dumps({"error": {"code": error.code, "message": error.message}}))
    print(f"casebook: {error.message} [{error.code}]", file=sys.stderr)
    if cause is not None and os.environ.get("CASEBOOK_DEBUG"):
        raise cause
    return error.exit_code


if __name__ == "__main__":
    raise SystemExit(main())

"""The `casebook` command: reads the global options, runs the module of one command, prints its answer."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from casebook import __version__
from casebook.cli import surroundings, terminal
from casebook.cli.answer import Call, Output, as_json, call_handler
from casebook.cli.parsers import HelpAsked, Parser
from casebook.errors import CasebookError, Fault, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

# command -> (module, one line of help). Each module has configure(parser), which sets `handler` as a default.
COMMANDS: dict[str, tuple[str, str]] = {
    "up": (
        "casebook.cli.operations.up",
        "run the platform until you stop it: databases, Prefect, worker, dispatcher, sealer",
    ),
    "desk": ("casebook.cli.operations.desk", "serve the pages on which staff work in a browser"),
    "demo": (
        "casebook.cli.operations.demo",
        "run a demonstration: a synthetic force, from intake to follow-up, on the real platform",
    ),
    "applications": (
        "casebook.cli.case.applications",
        "import, list, show and correct applications; restrict, hold, transfer, contact",
    ),
    "find": (
        "casebook.cli.case.find",
        "find an application by any person in it, by its reference or by its id elsewhere",
    ),
    "work": ("casebook.cli.case.work", "list the work that is waiting, claim an item, do it"),
    "pack": ("casebook.cli.case.pack", "print what a panel reads before it decides, as text, HTML or PDF"),
    "panel": ("casebook.cli.case.panel", "meetings of the panel: agenda, who came, what agencies said, minutes"),
    "staff": ("casebook.cli.operations.staff", "manage staff: roles, training, duty, tokens, suspension"),
    "audit": ("casebook.cli.operations.audit", "verify, seal and export the ledger"),
    "urgent": ("casebook.cli.operations.engine", "make one application urgent, before all others"),
    "sweep": ("casebook.cli.operations.engine", "find what is overdue, stalled or forgotten"),
    "reconcile": ("casebook.cli.operations.engine", "start a new run for every open application"),
    "board": (
        "casebook.cli.operations.oversight",
        "show what is waiting, for whom, how late; escalations; time limits kept, by week",
    ),
    "forecast": (
        "casebook.cli.operations.forecast",
        "forecast how many applications will miss their limit in the next eight weeks",
    ),
    "returns": ("casebook.cli.operations.returns", "print the figures a force reports, as CSV"),
    "watchdog": (
        "casebook.cli.operations.oversight",
        "check that sweep, dispatcher, notifier and sealer are running; exit 1 if one has stopped",
    ),
    "identifiers": ("casebook.cli.offline.identifiers", "check PNC and CRO numbers, postcodes and dates of birth"),
    "deadlines": (
        "casebook.cli.offline.deadlines",
        "calculate the time limits of an application from when it was received",
    ),
    "policy": (
        "casebook.cli.operations.policy",
        "recalculate open deadlines after a policy change; list what may be disposed of",
    ),
    "score": ("casebook.cli.offline.score", "score a subject's history from a JSON file"),
    "instruments": (
        "casebook.cli.offline.instruments",
        "list the questions of DASH, SAFELIVES and DARA, with their codes",
    ),
    "match": ("casebook.cli.offline.match", "find which persons in one file may be the subjects in another"),
    "sources": ("casebook.cli.case.sources", "list, load and check the record sources"),
    "search": ("casebook.cli.case.search", "search one source for who may be this person"),
    "review": ("casebook.cli.review.commands", "review past applications: import registers, rank, allocate, report"),
    "monitor": (
        "casebook.cli.monitor.files",
        "monitor decisions: charts, signals, blind samples, training, fairness",
    ),
    "database-url": (
        "casebook.cli.operations.database_url",
        "print an address of the database that works for one minute (operator only)",
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code and never shows a traceback."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by the caller; no other file may take its number
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - as long as we run
    surroundings.settle(os.environ)
    words = list(sys.argv[1:] if argv is None else argv)
    stop_in_order()
    call = Call(
        run=run, parser=parser_of, json="--json" in words
    )  # set before the other options are read, so that their errors are JSON too
    try:
        call, words = take_global_options(words)
        return show(run(call, words), call)
    except CasebookError as error:
        return stopped_by(error) or complain(error, call)
    except BrokenPipeError:
        let_go_of_stdout()  # the reader ended first (head, less): not an error
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the last place to catch it: only its kind is printed, because a message may contain a value
        return stopped_by(error) or complain(
            CasebookError(f"unexpected {type(error).__name__}; set CASEBOOK_DEBUG=1 to see where it happened"),
            call,
            error,
        )


def stop_in_order() -> None:
    """On SIGTERM or SIGHUP, end as on Ctrl-C, so that the shared database is released."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:  # a signal that is ignored (nohup) stays ignored
                signal.signal(number, _stop)


def _stop(number: int, _frame: object) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)  # a second signal must not interrupt the release
    raise SystemExit(128 + number)


def stopped_by(error: BaseException) -> int | None:
    """The exit code of the signal that ended the command, if this fault only came up while it was being ended.

    Whatever is left on the way out may fail in its turn: a transaction rolled back on a server that is stopping as well.
    """
    context: BaseException | None = error
    while context is not None:
        if isinstance(context, KeyboardInterrupt):
            return 128 + signal.SIGINT
        if isinstance(context, SystemExit) and isinstance(context.code, int):
            return context.code
        context = context.__context__
    return None


def take_global_options(words: list[str]) -> tuple[Call, list[str]]:
    """Separate `--json`, `--home DIR` and `--as ID`, wherever they stand, from the other words."""
    if (
        not all(map(_is_text, words)) and "identifiers" not in words
    ):  # that command says for each value what is wrong with it
        raise WrongUsage("an argument is not UTF-8 text")
    call, rest, waiting = Call(run=run, parser=parser_of), list[str](), iter(words)
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
        raise WrongUsage(f"there is no command {words[0]!r}; for a list: `casebook --help`")
    parser = parser_of(words[0])
    if call.staff_id is not None and call.opened is None and os.environ.get("CASEBOOK_SERVICE_URL"):
        from casebook.cli import elsewhere  # noqa: PLC0415 - few commands go elsewhere, and it takes time to import

        return elsewhere.run(call, words, parser)
    try:
        options = parser.parse_args(words[1:])
    except HelpAsked as asked:
        return Output(data={"help": str(asked)}, lines=[str(asked).rstrip()])
    return call_handler(options.handler, options, call)


@cache
def parser_of(command: str) -> Parser:
    """The parser of one command, whose module is imported now. Reading words does not change it."""
    module_name, text = COMMANDS[command]
    parser = Parser(prog=f"casebook {command}", description=text, allow_abbrev=False)
    importlib.import_module(module_name).configure(parser)
    return parser


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
        "For more: casebook COMMAND --help. Exit codes: 0 done, 1 refused or not complete, 2 wrong call, 3 fault.",
    ]


def show(answer: Output, call: Call) -> int:
    encoding = sys.stdout.encoding or "utf-8"  # a terminal or pipe may not be UTF-8: what it cannot show is escaped
    lines = [as_json(answer.data, ensure_ascii=not encoding.lower().startswith("utf"))] if call.json else answer.lines
    try:
        terminal.show(lines)
    except BrokenPipeError:
        raise
    except OSError as error:
        let_go_of_stdout()
        raise Fault(
            f"the command was carried out, but its answer cannot be written: {error.strerror}", "cannot_write"
        ) from None
    return answer.exit_code


def let_go_of_stdout() -> None:
    """Discard what is still in the buffer of stdout; Python would report it again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(error: CasebookError, call: Call, cause: Exception | None = None) -> int:
    if call.json:
        terminal.show([as_json({"error": {"code": error.code, "message": error.message}}, ensure_ascii=True)])
    terminal.tell(f"casebook: {error.message} [{error.code}]")
    if cause is not None and os.environ.get("CASEBOOK_DEBUG"):
        raise cause
    return error.exit_code


if __name__ == "__main__":
    raise SystemExit(main())

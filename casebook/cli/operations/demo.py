"""`casebook demo`: a synthetic force and its staff take applications through all six stages on the real platform."""

from __future__ import annotations

import json
import os
import tempfile
import time
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

from casebook import bounds, json_once, settings
from casebook.casework.opening_home import open_casebook
from casebook.cli import terminal
from casebook.cli.answer import Call, Output, default_home
from casebook.cli.operations.desk import serving
from casebook.cli.operations.up import running
from casebook.cli.reading import whole
from casebook.demo import force
from casebook.demo import running as running_cases
from casebook.demo.desk import Desk, Run
from casebook.demo.engine import Engine
from casebook.demo.flaky_source import FlakySource
from casebook.demo.story import Story
from casebook.errors import NotPermitted, Refused, UnreadableFile
from casebook.settings import Settings
from casebook.storage import session as storage
from casebook.storage import trial
from casebook.writing import write_whole

SIGN_IN = "sign-in.json"  # of a demonstration: who can sign in at its desk, and with which token
MOST_MADE_UP = 100_000  # applications: more than all forces of England and Wales have in a year


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--applications",
        type=whole(0, MOST_MADE_UP),
        default=24,
        metavar="N",
        help="how many synthetic applications; the special cases come first (default: %(default)s)",
    )
    parser.add_argument(
        "--file", type=Path, metavar="applications.csv", help="use these applications instead of synthetic ones"
    )
    parser.add_argument(
        "--seed",
        type=whole(0, bounds.LARGEST_SEED),
        default=1,
        metavar="S",
        help="the same seed gives the same synthetic force (default: %(default)s)",
    )
    parser.add_argument(
        "--past",
        type=whole(0, MOST_MADE_UP),
        default=3800,
        metavar="N",
        help="how many synthetic past applications to look back at in the end; 0: none (default: %(default)s)",
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help="open the desk of the last demonstration that had a home of its own, and print who can sign in",
    )
    parser.set_defaults(handler=_demo)


def _demo(options: Namespace, call: Call) -> Output:
    if call.staff_id is not None:
        raise NotPermitted("only the operator can run the demonstration; leave out --as")
    if options.again:
        return _again(call)
    if options.applications < 1:
        raise UnreadableFile("--applications must be at least 1", "bad_count")
    given = _given(options.file) if options.file else None  # read before there is a home, because a home must be empty
    home = _fresh_home(call)
    files = _files(options, home, given)
    try:
        account = _played(options, call, home, files)
    finally:
        if given is not None:  # somebody's real applications are kept in the database alone
            (files / "applications.csv").unlink(missing_ok=True)
    _remember(home)
    _tell(f"to open it again: casebook up --home {home}; its desk alone: casebook demo --again")
    done = account["open"] == 0 and account["ledger_ok"] and account.get("monitor_asks_about_planted", True)
    return Output(data=account, lines=[f"{key}: {value}" for key, value in account.items()], exit_code=0 if done else 1)


def _played(options: Namespace, call: Call, home: Path, files: Path) -> dict[str, Any]:
    """Play the demonstration in its home; returns what came of it."""
    begun = time.monotonic()
    with (
        FlakySource.of(files, "pnd").serving() as elsewhere,
        running(_asking(home, elsewhere), None, _tell) as here,
        storage.in_use(
            open_casebook(home, here.server.url("casebook_app"), owner=here.server.url("casebook"))
        ) as store,
        Desk(run=_runner(call), home=home, address=here.desk) as operator,
    ):
        with store.session() as session:
            trial.begin(session)
            session.commit()
        up = here.platform
        _tell(f"Prefect's interface, while this runs: {up.ui} (user and password in {home / 'prefect' / 'auth'})")
        return Story(
            operator=operator,
            files=files,
            past=_past(options, files),
            engine=Engine(store=store, api=up.api, auth=up.environment["PREFECT_API_AUTH_STRING"]),
            elsewhere=elsewhere,
            tell=_tell,
            begun=begun,
            keep=lambda tokens: write_whole(home / SIGN_IN, json.dumps(tokens).encode()),
        ).run()


def _again(call: Call) -> Output:
    """Serve the desk of the last demonstration, for whoever wants to click through its cases."""
    home = Path(bounds.content(_last(), bounds.DOCUMENT).decode()) if _last().is_file() else None
    if home is None or not (home / SIGN_IN).is_file():
        raise Refused("there is no demonstration to open again: run `casebook demo` first", "no_demonstration")
    with serving(settings.load(home), replace(call, home=home), port=0) as served:
        _tell(f"desk: {served.address}login")
        known = json_once.loads(bounds.content(home / SIGN_IN, bounds.DOCUMENT))
        for staff_id, token in known.items() if isinstance(known, dict) else ():
            _tell(f"  {staff_id:<18} {token}")
        _tell("all people in it are made up; Ctrl-C stops it")
        served.run_until_stopped()
    return Output(data={"desk": served.address, "stopped": True}, lines=["stopped"])


def _last() -> Path:
    """Where the home of the last demonstration is written down."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "casebook" / "last-demonstration"


def _remember(home: Path) -> None:
    _last().parent.mkdir(parents=True, exist_ok=True)
    write_whole(_last(), str(home).encode())


def _runner(call: Call) -> Run:
    """Runs commands in this process as a member of staff would at a terminal."""

    def run(home: Path, staff_id: str | None, words: list[str]) -> object:
        return call.run(replace(call, home=home, staff_id=staff_id, json=True), words).data

    return run


def _asking(home: Path, elsewhere: FlakySource) -> Settings:
    """The settings of the home, with one source that is asked over HTTP."""
    elsewhere.write_configuration(home / "sources.toml")
    return settings.load(home)


def _fresh_home(call: Call) -> Path:
    """A new home for the demonstration. A home given by the caller must be empty, because its clock is moved."""
    if call.home == default_home() and not os.environ.get("CASEBOOK_HOME"):
        home = Path(tempfile.mkdtemp(prefix="casebook-demo-"))
        home.chmod(0o711)  # for root, the database server runs as another user and must pass through this directory
        return home
    if call.home.exists() and any(call.home.iterdir()):
        raise Refused("the demonstration needs an empty home: it moves the clock", "home_not_fresh")
    return call.home


def _given(file: Path) -> bytes:
    return bounds.content(file, bounds.TABLE)


def _files(options: Namespace, home: Path, given: bytes | None) -> Path:
    """Write the files of the synthetic force; `given` replaces its applications."""
    files = home / "files"
    files.mkdir(mode=0o700, parents=True, exist_ok=True)
    force.write(force.build(options.seed, applications=options.applications), files)
    if given is None:
        running_cases.bring_along(files)
    else:
        write_whole(files / "applications.csv", given)
    return files


def _past(options: Namespace, files: Path) -> Path | None:
    """Write the registers of past applications, with the same people and those whom the registers are about."""
    if not options.past:
        return None
    made = force.build(options.seed, applications=options.applications, register=options.past, data_faults=0.05)
    force.write(made, files / "past")
    return files / "past"


def _tell(line: str) -> None:
    terminal.tell(line)

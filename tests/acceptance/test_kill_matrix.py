"""The platform killed at every named point and in every part, applications under way: each ends where it would have, once.

`make soak` keeps the table in docs/evidence/kills.txt. The first pair of applications meets no death: all others are compared
with it, ledger entry by ledger entry.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import staffing
from killable import CASEBOOK, Killing
from killing.kill_points import DISPATCHER, POINTS, RUN, SERVER, WORKER
from processes import children, kill
from trial_platform import LEASE, Trial, command

from casebook.storage.server import databases

REACHED = 180  # seconds to come to where somebody is to be killed
ONLY = os.environ.get("CASEBOOK_KILLS", "")  # names apart by white space; all unless given


@dataclass(frozen=True)
class Death:
    """`strike` takes a pair in, kills, and gives the references and what was seen."""

    name: str
    sentence: str
    strike: Callable[[Trial], tuple[list[str], str]]


def at(point: str) -> Callable[[Trial], tuple[list[str], str]]:
    """Killed at a named point, the first time a process of the platform comes there."""

    def strike(trial: Trial) -> tuple[list[str], str]:
        trial.killing.arm(point)
        references = trial.receive()
        deadline = time.monotonic() + REACHED
        while not trial.killing.wait(point, 1):
            assert time.monotonic() < deadline, f"nobody came to {point}"
            trial.work(references)
        return references, "killed there"

    return strike


def nothing(trial: Trial) -> tuple[list[str], str]:
    return trial.receive(), "nothing was killed"


def part(name: str) -> Callable[[Trial], tuple[list[str], str]]:
    """A whole process of the platform, a run being at work."""

    def strike(trial: Trial) -> tuple[list[str], str]:
        references = trial.receive()
        trial.await_lease(references)
        kill(trial.part(name))
        return references, "killed while a run was at work"

    return strike


def run_itself(trial: Trial) -> tuple[list[str], str]:
    references = trial.receive()
    server = trial.part("forkserver")
    trial.await_lease(references)
    runs = children(server.pid)
    kill(*runs)
    return references, f"{len(runs)} runs killed at work"


def dispatcher(trial: Trial) -> tuple[list[str], str]:
    kill(trial.part("dispatcher"))
    return trial.receive(), "killed; both taken in while it was down"


def postgres(trial: Trial) -> tuple[list[str], str]:
    references = trial.receive()
    trial.await_lease(references)
    killed = trial.postgres()
    kill(*killed)
    return references, f"its {len(killed)} processes killed while a run was at work"


def up_itself(trial: Trial) -> tuple[list[str], str]:
    references = trial.receive()
    trial.await_lease(references)
    assert trial.process is not None
    kill(psutil.Process(trial.process.pid))
    trial.process.wait()
    trial.up()
    return references, "killed while a run was at work; started again at once"


def power_cut(trial: Trial) -> tuple[list[str], str]:
    references = trial.receive()
    trial.await_lease(references)
    assert trial.process is not None
    up = psutil.Process(trial.process.pid)
    killed = [up, *children(up.pid, recursive=True), *trial.postgres()]
    kill(*killed)
    trial.process.wait()
    trial.up()
    return references, f"{len(killed)} processes killed at once; started again"


def engine_lost(trial: Trial) -> tuple[list[str], str]:
    """Prefect's database dropped while everything is down."""
    references = trial.receive()
    trial.carry(references, until="record_checks")
    trial.end()
    with databases.connect(trial.superuser) as connection:
        connection.execute("drop database prefect with (force)")
    trial.up()
    done = command("reconcile", home=trial.home)
    assert done.returncode == 0, done.stderr
    return references, f"dropped while down; {done.stdout.strip()}"


def a_command(point: str) -> Callable[[Trial], tuple[list[str], str]]:
    """Somebody's command killed; they give it again."""

    def strike(trial: Trial) -> tuple[list[str], str]:
        references = trial.receive()
        deadline = time.monotonic() + REACHED
        while not (items := trial.unit.open_items(references[0])):
            assert time.monotonic() < deadline, "there was nothing to do"
            time.sleep(0.2)
        who = trial.unit.fitting(items[0])[0]
        with trial.unit.acting() as act:
            token = staffing.renew(act, who)
        answer = trial.home / "answer.json"
        answer.write_text(json.dumps(trial.unit.answer(who, items[0])))
        words = ["work", "do", items[0].id, "--file", str(answer), "--as", who]
        point_of = Killing(trial.home / "command")
        point_of.run(point, *CASEBOOK[1:], *words, "--home", str(trial.home), CASEBOOK_TOKEN=token)
        again = command(*words, home=trial.home, CASEBOOK_TOKEN=token)
        return references, f"killed; given again it said: {(again.stdout + again.stderr).strip()}"

    return strike


def an_import(trial: Trial) -> tuple[list[str], str]:
    trial.at_once()
    rows = trial.rows()
    path = trial.home / "applications.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    words = ["applications", "import", str(path), "--home", str(trial.home)]
    Killing(trial.home / "command").run("import-half", *CASEBOOK[1:], *words)
    again = json.loads(command("applications", "import", str(path), "--json", home=trial.home).stdout)
    references = [each["reference"] for each in again["accepted"]]
    return references, f"killed; imported again: {len(references)} accepted, {len(again['rejected'])} rejected"


def a_sweep(trial: Trial) -> tuple[list[str], str]:
    """A run dies with its lease; the sweep that would free it dies too; the next one does it."""
    references, _ = at("lease-held")(trial)
    time.sleep(LEASE + 1)
    Killing(trial.home / "command").run("sweep-half", *CASEBOOK[1:], "sweep", "--home", str(trial.home))
    again = json.loads(command("sweep", "--json", home=trial.home).stdout)
    return references, f"killed; the next one woke {again['woken']} and freed {again['reconciled']}"


DEATHS = [
    Death("nothing", "nobody dies: what the others are compared with", nothing),
    Death("act-before-commit", POINTS["act-before-commit"].sentence, a_command("act-before-commit")),
    Death("act-committed", POINTS["act-committed"].sentence, a_command("act-committed")),
    Death("import-half", POINTS["import-half"].sentence, an_import),
    *(Death(name, point.sentence, at(name)) for name, point in {**DISPATCHER, **WORKER, **SERVER, **RUN}.items()),
    Death("sweep-half", POINTS["sweep-half"].sentence, a_sweep),
    Death("run", "the process of a run", run_itself),
    Death("worker", "the worker", part("worker")),
    Death("forkserver", "the process that runs are forked from", part("forkserver")),
    Death("dispatcher", "the dispatcher", dispatcher),
    Death("server", "Prefect's server", part("server")),
    Death("postgres", "PostgreSQL, with all its processes", postgres),
    Death("up", "`casebook up` itself", up_itself),
    Death("power-cut", "everything at once", power_cut),
    Death("engine-lost", "the whole `prefect` database", engine_lost),
]


def more_or_less(mine, theirs):
    """What happened more often than to the one that met no death, and, below zero, less often."""
    return {what: mine[what] - theirs[what] for what in mine | theirs if mine[what] != theirs[what]}


@pytest.fixture
def trial():
    home = Path(tempfile.mkdtemp(prefix="casebook-kill-", dir="/tmp"))
    home.chmod(0o711)
    with Trial.begun(home) as it:
        it.up()
        yield it
    shutil.rmtree(home, ignore_errors=True)


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
def test_whatever_is_killed_every_application_ends_where_it_should_and_nothing_is_done_twice(trial):
    print(HEAD, flush=True)  # noqa: T201 - the table is what is kept
    control, wrong = [], []
    for death in DEATHS:
        if ONLY and death.name not in {"nothing", *ONLY.split()}:
            continue
        begun, swept = time.monotonic(), trial.swept
        references, seen = death.strike(trial)
        arrived = trial.carry(references)
        stories = [trial.story(reference) for reference in references]
        control = control or stories
        differs = [more_or_less(mine, theirs) for mine, theirs in zip(stories, control, strict=True)]
        whole = trial.ledger_ok()
        if not arrived or any(differs) or not whole:
            wrong.append((death.name, differs))
        print(  # noqa: T201
            "\n".join([
                f"\n{death.name}: {death.sentence}",
                f"    seen          {seen}",
                *(f"    ended         {reference}  {trial.ended(reference)}" for reference in references),
                f"    done twice    {'nothing, and nothing left out' if not any(differs) else differs}",
                f"    ledger        {'holds' if whole else 'BROKEN'}",
                f"    runs          {', '.join(f'{count} {state}' for state, count in sorted(trial.runs(references).items()))}",
                f"    sweeps        {trial.swept - swept} needed; {time.monotonic() - begun:.0f} s in all",
            ]),
            flush=True,
        )  # fmt: skip
        trial.killing.disarm(death.name)
    time.sleep(30)
    left = trial.unfinished()
    print(f"\nruns that Prefect still believes to be under way: {left or 'none'}")  # noqa: T201
    assert wrong == []
    assert left == []


HEAD = f"""Deaths by `kill -9`, on the real platform. Each meets two applications on their way from intake to their end: of one
subject nothing is known, of the other something is told. `done twice` compares every ledger entry of both with those of a pair
that met no death. A dead run's lease lasts {LEASE:.0f} s here instead of the product's 90; a sweep comes by when nothing has moved
for 15 s, where the schedule has it come every quarter of an hour."""

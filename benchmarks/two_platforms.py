"""Two complete platforms side by side on separate homes. They differ in the worker: the warm one, and Prefect's own."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from casebook import settings
from casebook.casework.opening_home import open_casebook
from casebook.cli import main
from casebook.cli.answer import Call
from casebook.cli.operations.up import SERVICES
from casebook.demo import force
from casebook.demo.desk import Desk
from casebook.demo.engine import Engine
from casebook.storage import migrate
from casebook.storage.server import cluster
from deployments import platform
from deployments.platform import PlatformPlan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WORKERS = {"warm": "warm-process", "stock": "process"}
SOURCES = ("rms", "pnc", "dvds_register")


@dataclass(frozen=True, kw_only=True)
class Side:
    """A running platform with applications taken in and an intake officer at a desk."""

    home: Path
    engine: Engine
    environment: Mapping[str, str]
    operator: Desk
    officer: Desk


@contextmanager
def sides(applications: int) -> Iterator[dict[str, Side]]:
    """Both platforms, at rest, each with the same synthetic applications waiting for people."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="platforms-")))
        directory.chmod(0o711)  # root's database user keeps its data inside; removed with the directory
        files = directory / "files"
        files.mkdir()
        force.write(force.build(7, applications=applications), files)
        both = {kind: stack.enter_context(_side(directory / kind, worker, files)) for kind, worker in WORKERS.items()}
        for side in both.values():
            side.engine.rest()
        yield both


@contextmanager
def _side(home: Path, worker_type: str, files: Path) -> Iterator[Side]:
    home.mkdir(mode=0o711)
    with cluster.database(settings.load(home)) as server:
        migrate.upgrade(server.url("casebook"))
        plan = PlatformPlan(
            home=home,
            prefect_database_url=server.url("prefect"),
            services={"dispatcher": SERVICES["dispatcher"]},
            worker_type=worker_type,
            environment={"CASEBOOK_HOME": str(home)},
        )
        with platform.running(plan, _tell) as up:
            store = open_casebook(home, server.url("casebook"))
            operator = Desk(run=_run, home=home)
            for source in SOURCES:
                operator.ask("sources", "load", source, "--persons", str(files / f"persons-{source}.csv"),
                             "--records", str(files / f"records-{source}.csv"))  # fmt: skip
            token = operator.ask("staff", "add", "syn-intake", "--role", "intake_officer")["token"]
            operator.ask("applications", "import", str(files / "applications.csv"))
            yield Side(
                home=home,
                engine=Engine(store=store, api=up.api, auth=up.environment["PREFECT_API_AUTH_STRING"]),
                environment={**os.environ, **up.environment, "CASEBOOK_HOME": str(home)},
                operator=operator,
                officer=Desk(run=_run, home=home, staff_id="syn-intake", token=token),
            )
            store.engine.dispose()


def _run(home: Path, staff_id: str | None, words: list[str]) -> object:
    return main.run(Call(run=main.run, parser=main.parser_of, home=home, staff_id=staff_id, json=True), words).data


def memory(home: Path) -> dict[str, float]:
    """Megabytes of the platform's own processes and of the database servers, by share of what they have in common."""
    mine = {"platform": 0, "database": 0}
    for process in psutil.process_iter():
        try:
            named = str(home) in " ".join([*process.environ().values(), *process.cmdline()])
            if named and process.pid != os.getpid():
                mine["database" if process.name().startswith("postgres") else "platform"] += (
                    process.memory_full_info().pss
                )
        except psutil.Error:
            continue
    return {name: round(value / 1e6, 0) for name, value in mine.items()}


def of_runs(home: Path) -> float:
    """Megabytes that the largest run under way has for itself; what it shares with others is not counted."""
    found = [0.0]
    for process in psutil.process_iter():
        try:
            words, parent = process.cmdline(), process.parent()
            forked = "deployments.forkserver" in words and parent and "deployments.forkserver" in parent.cmdline()
            if (forked or "prefect.engine" in words) and str(home) in " ".join(process.environ().values()):
                found.append(round(process.memory_full_info().uss / 1e6, 0))
        except psutil.Error:
            continue
    return max(found)


def load() -> list[float]:
    """The machine's load beside this, as a share of its cores."""
    return [round(one / (psutil.cpu_count() or 1), 1) for one in psutil.getloadavg()]


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)

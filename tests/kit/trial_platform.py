"""A trial home with the real platform in its own processes, a unit of staff at work, and the results."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psutil
from killable import CASEBOOK, Killing
from processes import children, command_line, started
from sqlalchemy import select
from staffing import ONE_SUPERVISOR
from walking import KNOWN, ROW, Unit

from casebook.casework.opening_home import open_casebook
from casebook.casework.reporting import audit
from casebook.demo import judgement
from casebook.demo.engine import Engine
from casebook.demo.flaky_source import FlakySource
from casebook.demo.terminals import Terminal
from casebook.domain.vocabulary import Stage, WorkKind
from casebook.errors import CasebookError, Refused
from casebook.sources import catalogue
from casebook.storage import session as storage
from casebook.storage import trial
from casebook.storage.server import cluster
from casebook.storage.tables import Application, Lease, LedgerEntry, WorkItem

LEASE = 20.0  # seconds: a dead run's lease is not what is measured here
READY = 180
QUIET = 15.0  # seconds without anything to do after which somebody sweeps, as the schedule would
LONGEST = 300.0  # seconds for a pair to get to its end
PARTS = {
    "server": ("prefect", "server"),
    "worker": ("prefect", "worker"),
    "dispatcher": ("deployments.dispatcher",),
    "forkserver": ("deployments.forkserver",),
}
# what a sweep says depends on when it comes, so it is no part of what an application went through
SWEPT = frozenset({WorkKind.ACKNOWLEDGE_ESCALATION, WorkKind.SAFEGUARD_DURING_DELAY})
BESIDE = frozenset(
    {"work_escalated", "overrun_gathered", "priority_raised", "deadlines_recomputed", "personal_detail_viewed"}
)
NAMES = ("quayle", "birtwhistle", "oxenham", "trevarthen", "yaxley", "huckstep", "zouch", "pemberley", "ludgrove", "iveson",
         "capstick", "marwood", "fothergill", "delacourt", "gathercole", "sillitoe", "wolstenholme", "abernethy", "ruddock",
         "kerslake", "nankivell", "eccleston", "tattersall", "venables", "judd", "oglethorpe", "haythornthwaite", "pym",
         "bickerstaff", "crowther")  # fmt: skip


@dataclass(kw_only=True)
class Trial:
    """Two applications at a time: of one subject nothing is known, of the other something is to be told."""

    home: Path
    killing: Killing
    unit: Unit
    port: int
    superuser: str = field(repr=False)
    process: subprocess.Popen[bytes] | None = None
    started: ExitStack = field(default_factory=ExitStack, repr=False)  # ends every process that was started
    pairs: int = 0
    swept: int = 0

    @classmethod
    @contextmanager
    def begun(cls, home: Path):
        with ExitStack() as stack:
            elsewhere = stack.enter_context(FlakySource(name="pnd", persons=[], records={}).serving())
            elsewhere.write_configuration(home / "sources.toml")
            command("staff", "list", home=home)  # the first command makes and migrates the database
            server = stack.enter_context(cluster.running(home))
            store = open_casebook(home, server.url("casebook"))
            stack.callback(store.engine.dispose)
            catalogue.configure(home / "sources.toml")
            stack.callback(catalogue.configure, None)
            with store.session() as session:
                trial.begin(session)
                session.commit()
            killing = Killing(home / "points", lease_seconds=LEASE)
            killing.folder.mkdir()
            it = cls(
                home=home,
                killing=killing,
                unit=Unit(store=store),
                port=free_port(),
                superuser=server.address("postgres"),
            )
            stack.callback(it.end)
            it.at_once()
            for staff_id, role in ONE_SUPERVISOR.items():
                it.unit.hire(staff_id, role)
            yield it

    # the platform

    def up(self) -> None:
        """Start the platform and wait until it says that it is ready."""
        log = self.home / "up.log"
        words = [*CASEBOOK, "up", "--home", str(self.home), "--port", str(self.port)]
        said = log.stat().st_size if log.exists() else 0
        with log.open("ab") as file:
            self.process = self.started.enter_context(
                started(words, env=self.killing.environment(), stdin=subprocess.DEVNULL, stdout=file, stderr=file)
            )
        deadline = time.monotonic() + READY
        while b"ready; Ctrl-C" not in log.read_bytes()[said:]:
            assert self.process.poll() is None, log.read_bytes()[said:]
            assert time.monotonic() < deadline, log.read_bytes()[said:]
            time.sleep(0.2)

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(60)
            self.started.close()
            self.process = None

    def part(self, name: str) -> psutil.Process:
        """One of the platform's processes."""
        assert self.process is not None
        found = [p for p in children(self.process.pid, recursive=True) if is_part(p, name)]
        assert found, (name, (self.home / "up.log").read_text()[-2000:])
        return found[0]

    def postgres(self) -> list[psutil.Process]:
        data = next((self.home / "database").glob("**/postmaster.pid"), None)
        if data is None:
            record = json.loads((self.home / "database" / "cluster.json").read_text())
            data = Path(record["outside"]) / "data" / "postmaster.pid"
        first = psutil.Process(int(data.read_text().split()[0]))
        return [first, *children(first.pid, recursive=True)]

    def said(self) -> str:
        return (self.home / "up.log").read_text()

    # the applications

    def at_once(self) -> None:
        """The home's present is the unit's."""
        with self.unit.store.session() as session:
            self.unit.now = storage.now(session)

    def rows(self) -> list[dict[str, str]]:
        """Two applications of people that no other pair has."""
        rows = []
        for number in (2 * self.pairs, 2 * self.pairs + 1):
            surname, dob = NAMES[number % len(NAMES)], f"{1955 + number}-0{1 + number % 9}-1{number % 9}"
            who = {
                "b_surname": surname.title(),
                "b_dob": dob,
                "b_address": f"{number} Synthetic Row",
                "b_postcode": f"QX{number} 3AB",
            }
            a = {
                "a_surname": NAMES[-1 - number % len(NAMES)].title() + "e",
                "a_dob": f"19{70 + number % 30}-11-2{number % 9}",
            }
            a |= {"a_phone": f"077009{number:05}", "external_id": f"K-{number}", "concern": f"number {number}"}
            rows.append({**ROW, **who, **a, "submitted_at": (self.unit.now - timedelta(hours=1)).isoformat()})
        self.pairs += 1
        known = rows[1]
        person = {**KNOWN.persons[0], "surname": known["b_surname"], "dob": known["b_dob"], "person_id": f"P{self.pairs}",
                  "address": known["b_address"], "postcode": known["b_postcode"]}  # fmt: skip
        record = {**KNOWN.records["P1"][0], "person_id": f"P{self.pairs}", "record_id": f"R{self.pairs}"}
        self.unit.terminals = {"pnc": Terminal(persons=[person], records={f"P{self.pairs}": [record]})}
        return rows

    def receive(self) -> list[str]:
        self.at_once()
        return [self.unit.receive(row) for row in self.rows()]

    def work(self, references: list[str]) -> int:
        """Everybody does what can be done now; returns how much that was."""
        done = 0
        items = [item for reference in references for item in self.unit.open_items(reference)]
        if not self.together(references, items):
            items = [item for item in items if item.kind not in judgement.CONTACTS]
        for item in sorted(items, key=lambda item: "as" in item.subject):  # a chair answers after the members
            self.at_once()
            self.unit.wait_for(item)
            with self.unit.store.session() as session:
                trial.move_clock(session, self.unit.now)
                session.commit()
            if not (able := self.unit.fitting(item)):
                continue
            try:
                self.unit.do(able[0], item, self.unit.answer(able[0], item))
                done += 1
            except Refused:
                continue  # a run was quicker, and it is no longer needed
        return done

    def together(self, references: list[str], items: list[WorkItem]) -> bool:
        """Whether all wait for somebody to be spoken to: time may pass, and nobody's searches grow old meanwhile."""
        waiting = {item.reference for item in items if item.kind in judgement.CONTACTS}
        return all(
            stage == Stage.CLOSED or reference in waiting
            for reference, stage in zip(references, self.stages(references), strict=True)
        )

    def carry(self, references: list[str], *, until: Stage = Stage.CLOSED) -> bool:
        """Everybody works and the platform carries on, until both are there; a sweep comes by when nothing moves."""
        deadline, quiet = time.monotonic() + LONGEST, time.monotonic()
        while (stages := set(self.stages(references))) != {until}:
            if time.monotonic() > deadline:
                return False
            try:
                if self.work(references) or set(self.stages(references)) != stages:
                    quiet = time.monotonic()
            except CasebookError:
                time.sleep(1)  # the database is starting again
            if time.monotonic() - quiet > QUIET:
                self.sweep()
                quiet = time.monotonic()
            time.sleep(0.2)
        return True

    def stages(self, references: list[str]) -> list[str]:
        with suppress(CasebookError), self.unit.store.session() as session:
            return [session.get_one(Application, reference).stage for reference in references]
        return []

    def sweep(self) -> None:
        self.swept += 1
        command("sweep", home=self.home)

    def await_lease(self, references: list[str]) -> None:
        """Until a run is at work on one of them."""
        deadline = time.monotonic() + 60
        held = select(Lease.reference).where(Lease.reference.in_(references), Lease.holder.is_not(None))
        while time.monotonic() < deadline:
            with self.unit.store.session() as session:
                if session.scalars(held).first():
                    return
            time.sleep(0.02)
        raise AssertionError("no run came")

    # what became of them

    def story(self, reference: str) -> Counter[str]:
        """Every event of an application in the ledger, and how often it happened."""
        with self.unit.store.session() as session:
            query = select(LedgerEntry).where(LedgerEntry.chain == reference, LedgerEntry.event.not_in(BESIDE))
            return Counter(words for entry in session.scalars(query) for words in told(entry))

    def ledger_ok(self) -> bool:
        with self.unit.acting() as act:
            return audit.verify(act).broken == []

    def ended(self, reference: str) -> str:
        with self.unit.store.session() as session:
            found = session.get_one(Application, reference)
            return f"{found.stage}, {found.outcome}"

    def runs(self, references: list[str]) -> Counter[str]:
        """How Prefect says the runs of these applications ended, those that still run given a minute."""
        deadline = time.monotonic() + 60
        while (states := self._states(references)).keys() & {"Scheduled", "Pending", "Running"}:
            if time.monotonic() > deadline:
                break
            time.sleep(1)
        return states

    def _states(self, references: list[str]) -> Counter[str]:
        wanted = {"flow_runs": {"tags": {"any_": references}}, "limit": 200}
        return Counter(run["state"]["type"].capitalize() for run in self.engine()._post("flow_runs/filter", wanted))

    def unfinished(self) -> list[str]:
        """Runs that Prefect believes to be under way."""
        wanted = {"flow_runs": {"state": {"type": {"any_": ["PENDING", "RUNNING", "CANCELLING"]}}}}
        return [f"{run['name']}: {run['state']['name']}" for run in self.engine()._post("flow_runs/filter", wanted)]

    def engine(self) -> Engine:
        auth = (self.home / "prefect" / "auth").read_text().strip()
        return Engine(store=self.unit.store, api=f"http://127.0.0.1:{self.port}/api", auth=auth)


def told(entry: LedgerEntry) -> list[str]:
    """The part of an entry that is the same in every run of the same history."""
    body = entry.body
    said = [body.get(name) for name in ("origin", "to", "outcome", "stage", "source")]
    each = (
        body.get("kinds") or [body.get("kind")]
        if {"kind", "kinds"} & body.keys()
        else sorted(body.get("searches", [""]))
    )
    return [" ".join(str(word) for word in (entry.event, what, *said) if word) for what in each if what not in SWEPT]


def command(*words: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command of somebody at a terminal."""
    return subprocess.run(
        [*CASEBOOK, *words, "--home", str(home)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def is_part(process: psutil.Process, name: str) -> bool:
    return set(PARTS[name]) <= set(command_line(process))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

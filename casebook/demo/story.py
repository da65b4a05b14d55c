"""The demonstration from beginning to end: a fresh home, a synthetic force, its crew, the real platform, and time that passes."""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from casebook.demo.desk import Desk
from casebook.demo.engine import Engine
from casebook.demo.flaky_source import FlakySource
from casebook.demo.unit import SimulatedUnit

EXTRACTS = ("rms", "pnc", "dvds_register")  # what is loaded; pnd is asked over HTTP, the other sources by hand
LONGEST = 1000  # rounds of people's work
LONDON = ZoneInfo("Europe/London")
MORNING, SATURDAY = time_of_day(9, 30), 5
TOGETHER = timedelta(minutes=30)  # what can be done so soon after is waited for
GLANCE = 2.0  # seconds after which somebody without work looks at the queue again


@dataclass(kw_only=True)
class Story:
    """One demonstration under way."""

    operator: Desk
    files: Path
    engine: Engine
    elsewhere: FlakySource
    tell: Callable[[str], None]
    begun: float

    def __post_init__(self) -> None:
        self.references: dict[str, str] = {}

    def run(self) -> dict[str, Any]:
        """Everything, in order; gives the answer of `casebook demo --json`."""
        self.begin_in_the_morning()
        self.load_sources()
        self.crew = SimulatedUnit.hire(self.operator, self.files)
        self.tell(f"{len(self.crew.desks)} synthetic staff are at their desks")
        self.take_in()
        self.special_beginnings()
        self.work_until_closed()
        return self.account()

    def begin_in_the_morning(self) -> None:
        """Of a working day, whenever it is run: at night nobody may be rung, and half of what there is to see would wait."""
        now = self.engine.now().astimezone(LONDON)
        begin = datetime.combine(now.date(), MORNING, LONDON)
        while begin < now or begin.weekday() >= SATURDAY:
            begin = datetime.combine(begin.date() + timedelta(days=1), MORNING, LONDON)
        self.engine.move_clock(begin)
        self.tell(f"it is {begin:%a %d %b %Y %H:%M}, by this home's clock")

    def load_sources(self) -> None:
        for source in EXTRACTS:
            words = [
                "--persons",
                str(self.files / f"persons-{source}.csv"),
                "--records",
                str(self.files / f"records-{source}.csv"),
            ]
            loaded = self.operator.ask("sources", "load", source, *words)
            self.tell(f"source {source}: {loaded['persons']['landed']} persons, {loaded['records']['landed']} records")

    def take_in(self) -> None:
        if surname := self._subject("SOURCE-RECOVERS"):
            self.elsewhere.fail_about(surname, 2)
        if surname := self._subject("SOURCE-DOWN"):
            self.elsewhere.fail_about(surname, 1_000_000)
            self.crew.waits_for.add("pnd")
        imported = self.operator.ask("applications", "import", str(self.files / "applications.csv"))
        self.references = {each["external_id"]: each["reference"] for each in imported["accepted"]}
        self.tell(f"{len(imported['accepted'])} applications taken in, {len(imported['rejected'])} faults listed")

    def _subject(self, name: str) -> str | None:
        """The surname that a special case gives its subject: what the source elsewhere is made to fail about."""
        with (self.files / "applications.csv").open(encoding="utf-8", newline="") as file:
            return next(
                (row["b_surname"] for row in csv.DictReader(file) if row["external_id"] == f"SPECIAL-{name}"), None
            )

    def mend_source(self) -> bool:
        """The source that was down answers again, and the sweep finds who waited for it; False if it never was."""
        surname, reference = self._subject("SOURCE-DOWN"), self.special("SOURCE-DOWN")
        if surname is None or reference is None or not self.crew.waits_for:
            return False
        self.elsewhere.fail_about(surname, 0)
        self.crew.waits_for.clear()
        swept = self.operator.ask("sweep")
        self.tell(f"{reference}: its source is back after being down; the sweep retried {swept['retried']}")
        return True

    def special(self, name: str) -> str | None:
        """The reference of a special case, if this file has it."""
        return self.references.get(f"SPECIAL-{name}")

    def special_beginnings(self) -> None:
        """What people outside the queue do at the beginning: ops, an inspector, somebody who sees who B is."""
        if reference := self.special("URGENT"):
            self.engine.start("urgent_case/urgent", {"reference": reference, "reason": "release_from_custody"})
            self.tell(f"{reference}: made urgent from Prefect's interface")
        if reference := self.special("DANGER"):
            self._tell_at_once(reference)
        if reference := self.special("RESTRICTED"):
            supervisor = self.crew.desks["syn-supervisor"]
            supervisor.ask("applications", "restrict", reference, "--reason", "subject_is_police_staff")
            for staff_id in self.crew.desks:
                supervisor.ask("applications", "name", reference, "--staff", staff_id)
            self.tell(f"{reference}: restricted to named people")
        if reference := self.special("UNREACHABLE"):
            self.crew.unreachable.add(reference)

    def _tell_at_once(self, reference: str) -> None:
        """Danger waits for no procedure: safeguarded first, told under a threat to life, ratified by the panel afterwards."""
        inspector = self.crew.desks["syn-inspector"]
        self.crew.work(inspector)
        said = ("--reason", "he_says_tonight", "--told", "a conviction for violence against a partner")
        words = ("--recipient", "a", "--channel", "in_person", "--override", "threat_to_kill", *said)
        told = inspector.ask("applications", "emergency-disclose", reference, *words)
        self.tell(
            f"{reference}: safeguarded, and told at once by a duty inspector; to be ratified by {told['ratify_by']}"
        )

    def work_until_closed(self) -> None:
        """Everybody works while the platform does; when neither can go on, time passes."""
        rested = False
        for _ in range(LONGEST):
            done = self.crew.work_once(self.engine.now())
            for reference in sorted(self.crew.mended):
                self.tell(f"{reference}: its gate held it; what was missing was agreed by phone and written down")
            rows = self.operator.ask("applications", "list")
            if done:
                self.tell(f"{self.engine.now():%a %d %b %H:%M}: {done} items done, " + _stages(rows))
            if all(row["stage"] == "closed" for row in rows):
                return
            if not done and rested and not self.go_on():
                return
            rested = not done and not rested and self.engine.rest(within=GLANCE)

    def go_on(self) -> bool:
        """Nobody can do anything now: the source that is down comes back, or the next moment at which somebody can act."""
        return self.mend_source() or self.pass_time()

    def pass_time(self) -> bool:
        """On to the next moment at which somebody can act, and the sweep that would have come by then."""
        moments = sorted(self.crew.postponed.values())
        if not moments:
            self.tell(f"nobody can go on: {dict(self.crew.left)}")
            return False
        if moments[0] > self.engine.now():
            soon = [moment for moment in moments if moment <= moments[0] + TOGETHER]
            self.engine.move_clock(soon[-1] + timedelta(minutes=1))
            self.operator.ask("sweep")
            self.tell(f"time passes: it is {self.engine.now():%a %d %b %Y %H:%M}")
        return True

    def account(self) -> dict[str, Any]:
        rows = self.operator.ask("applications", "list")
        closed = [row for row in rows if row["stage"] == "closed"]
        ledger = self.operator.ask("audit", "verify")
        for name in specials_named(self.references):
            self.tell(_ending(name, self.references[name], rows))
        self.tell(
            "outcomes: "
            + ", ".join(
                f"{count} {outcome}" for outcome, count in Counter(row["outcome"] for row in closed).most_common()
            )
        )
        return {
            "applications": len(rows),
            "closed": len(closed),
            "open": len(rows) - len(closed),
            "runs": self.engine.runs(),
            **self.engine.figures(),
            "seconds": round(time.monotonic() - self.begun, 1),
            "ledger_ok": ledger["ok"],
        }


def specials_named(references: dict[str, str]) -> Sequence[str]:
    return [name for name in references if name.startswith("SPECIAL-")]


def _stages(rows: list[dict[str, Any]]) -> str:
    return ", ".join(f"{count} in {stage}" for stage, count in Counter(row["stage"] for row in rows).items())


def _ending(name: str, reference: str, rows: list[dict[str, Any]]) -> str:
    row = next(each for each in rows if each["reference"] == reference)
    ended = f"{row['stage']:<10} {row['outcome'] or '-':<22}"
    return f"{name:<26} {reference}  {ended} priority {row['priority']}, band {row['band'] or '-'}"

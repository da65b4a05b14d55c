"""The demonstration from beginning to end: a new home, a synthetic force and staff, the real platform, moving time."""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from casebook.demo import own_policy, running
from casebook.demo.decider import PastDeciders
from casebook.demo.desk import Desk
from casebook.demo.engine import Engine
from casebook.demo.everyday import Everyday
from casebook.demo.flaky_source import FlakySource
from casebook.demo.look_back import PastReview
from casebook.demo.panel_day import PanelDay
from casebook.demo.unit import SimulatedUnit
from casebook.domain.words import BAND, OUTCOME, PRIORITY, SOURCE, STAGE, WORK

EXTRACTS = (
    "rms",
    "pnc",
    "dvds_register",
)  # sources that are loaded; pnd is asked over HTTP, the others are searched by hand
LONGEST = 1000  # rounds of people's work
LONDON = ZoneInfo("Europe/London")
MORNING, SATURDAY = time_of_day(9, 30), 5
TOGETHER = timedelta(minutes=30)  # work that can be done so soon after is done together
GLANCE = 2.0  # seconds after which staff without work look at the queue again


@dataclass(kw_only=True)
class Story:
    """One demonstration."""

    operator: Desk
    files: Path
    past: Path | None  # the registers of past applications; None: no look-back
    engine: Engine
    elsewhere: FlakySource
    tell: Callable[[str], None]
    begun: float
    keep: Callable[[dict[str, str]], None]  # who can sign in at the desk, and with which token

    def __post_init__(self) -> None:
        self.references: dict[str, str] = {}

    def run(self) -> dict[str, Any]:
        """Run the demonstration in order. Returns the data of `casebook demo --json`."""
        self.begin_in_the_morning()
        self.load_sources()
        self.crew = SimulatedUnit.hire(self.operator, self.files)
        self.keep({staff_id: desk.token or "" for staff_id, desk in self.crew.desks.items()})
        self.tell(f"{len(self.crew.desks)} synthetic staff start work")
        self.panel_day = PanelDay(crew=self.crew, engine=self.engine, files=self.files, tell=self.tell)
        self.panel_day.await_it()
        self.take_in()
        self.special_beginnings()
        own = own_policy.adopt(
            self.crew.desks["syn-supervisor"],
            self.crew.desks["syn-head"],
            self.files,
            self.engine.now().astimezone(LONDON).date(),
            self.tell,
        )
        self.work_until_closed()
        self.panel_day.close()
        account = self.account() | own
        if self.past is None:
            return account
        account |= PastReview(
            operator=self.operator, hire=self.crew.join, engine=self.engine, files=self.past, tell=self.tell
        ).run()
        account |= PastDeciders(hire=self.crew.join, engine=self.engine, tell=self.tell).run()
        return account | self._at_the_end()

    def begin_in_the_morning(self) -> None:
        """Move the clock to the morning of a working day: at night nobody may be telephoned, and much work would wait."""
        now = self.engine.now().astimezone(LONDON)
        begin = datetime.combine(now.date(), MORNING, LONDON)
        while begin < now or begin.weekday() >= SATURDAY:
            begin = datetime.combine(begin.date() + timedelta(days=1), MORNING, LONDON)
        self.engine.move_clock(begin)
        self.tell(f"The clock of this home is set to {begin:%a %d %b %Y %H:%M}")

    def load_sources(self) -> None:
        for source in EXTRACTS:
            options = [
                "--persons",
                str(self.files / f"persons-{source}.csv"),
                "--records",
                str(self.files / f"records-{source}.csv"),
            ]
            loaded = self.operator.ask("sources", "load", source, *options)
            self.tell(
                f"{SOURCE.of(source)} loaded: {loaded['persons']['landed']} persons, {loaded['records']['landed']} records"
            )

    def take_in(self) -> None:
        if surname := self._subject("SOURCE-RECOVERS"):
            self.elsewhere.fail_about(surname, 2)
        if surname := self._subject("SOURCE-DOWN"):
            self.elsewhere.fail_about(surname, 1_000_000)
            self.crew.waits_for.add("pnd")
        imported = self.operator.ask("applications", "import", str(self.files / "applications.csv"))
        self.references = {application["external_id"]: application["reference"] for application in imported["accepted"]}
        self.tell(f"{len(imported['accepted'])} applications imported, {len(imported['rejected'])} faults listed")
        self._take_over()

    def _take_over(self) -> None:
        """The running cases of the force's spreadsheet: looked at first, and then taken over."""
        if not (sheet := self.files / running.FILE).exists():
            return
        late = sum(
            bool(case["late"])
            for case in self.operator.ask("applications", "take-over", str(sheet), "--preview")["would_take"]
        )
        taken = self.operator.ask("applications", "take-over", str(sheet))["accepted"]
        self.references |= {case["external_id"]: case["reference"] for case in taken}
        self.tell(f"{len(taken)} running cases taken over, {late} of them late; whether there is danger is asked again")

    def _subject(self, name: str) -> str | None:
        """The surname of the subject of a special case: the remote source is made to fail for it."""
        row = self._rows().get(f"SPECIAL-{name}")
        return row["b_surname"] if row else None

    def _rows(self) -> dict[str, dict[str, str]]:
        """The rows of the file of applications, by external id."""
        with (self.files / "applications.csv").open(encoding="utf-8", newline="") as file:
            return {row["external_id"]: row for row in csv.DictReader(file)}

    def mend_source(self) -> bool:
        """Make the failed source answer again and sweep, so that the waiting search is retried. False if none failed."""
        surname, reference = self._subject("SOURCE-DOWN"), self.special("SOURCE-DOWN")
        if surname is None or reference is None or not self.crew.waits_for:
            return False
        self.elsewhere.fail_about(surname, 0)
        self.crew.waits_for.clear()
        swept = self.operator.ask("sweep")
        self.tell(
            f"{reference}: the source answers again; number of applications whose search was retried: {swept['retried']}"
        )
        return True

    def special(self, name: str) -> str | None:
        """The reference of a special case, if this file has it."""
        return self.references.get(f"SPECIAL-{name}")

    def special_beginnings(self) -> None:
        """Acts outside the queue at the beginning: by the operator, a duty inspector and a supervisor."""
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
        self.duplicate = Everyday(
            desks=self.crew.desks,
            references=self.references,
            rows=self._rows(),
            today=self.engine.now().astimezone(LONDON).date(),
            tell=self.tell,
        ).comes_up()

    def _tell_at_once(self, reference: str) -> None:
        """Respond to danger at once: safeguard, disclose under a threat to life, let the panel ratify it afterwards."""
        inspector = self.crew.desks["syn-inspector"]
        self.crew.work(inspector)
        reasons = ("--reason", "he_says_tonight", "--told", "a conviction for violence against a partner")
        options = ("--recipient", "a", "--channel", "in_person", "--override", "threat_to_kill", *reasons)
        disclosure = inspector.ask("applications", "emergency-disclose", reference, *options)
        self.tell(
            f"{reference}: safeguarded, and told at once by a duty inspector. The panel must ratify by {disclosure['ratify_by']}"
        )

    def work_until_closed(self) -> None:
        """Let everybody and the platform work. When neither can go on, move the clock."""
        rested = False
        for _ in range(LONGEST):
            done = self.crew.work_once(self.engine.now())
            for reference in sorted(self.crew.mended):
                self.tell(f"{reference}: held by its gate. What was missing was agreed by phone and recorded")
            rows = self.operator.ask("applications", "list")
            if done:
                self.tell(f"{self.engine.now():%a %d %b %H:%M}: {done} items done, " + _stages(rows))
            if all(row["stage"] == "closed" for row in rows):
                return
            if not done and rested and not self.go_on():
                return
            rested = not done and not rested and self.engine.rest(within=GLANCE)

    def go_on(self) -> bool:
        """Go on when nobody can act now: let the panel meet, restore the failed source, or move the clock."""
        return self.panel_day.sit() or self.mend_source() or self.pass_time()

    def pass_time(self) -> bool:
        """Move the clock to the next moment at which somebody can act, and sweep. False if there is no such moment."""
        moments = sorted(self.crew.postponed.values())
        if not moments:
            self.tell(f"Nobody can go on. Work that could not be done: {_left(self.crew.left)}")
            return False
        if moments[0] > self.engine.now():
            soon = [moment for moment in moments if moment <= moments[0] + TOGETHER]
            self.engine.move_clock(soon[-1] + timedelta(minutes=1))
            self.operator.ask("sweep")
            self.tell(f"Time moves on to {self.engine.now():%a %d %b %Y %H:%M}")
        return True

    def account(self) -> dict[str, Any]:
        listed = self.operator.ask("applications", "list")
        rows = [row for row in listed if row["reference"] != self.duplicate]
        closed = [row for row in rows if row["stage"] == "closed"]
        for name in specials_named(self.references):
            self.tell(_ending(name, self.references[name], rows))
        self.tell(
            "outcomes: "
            + ", ".join(
                f"{count} {OUTCOME.of(outcome)}"
                for outcome, count in Counter(row["outcome"] for row in closed).most_common()
            )
        )
        return {
            "applications": len(rows),
            "closed": len(closed),
            "open": len(rows) - len(closed),
            "merged": len(listed) - len(rows),
            **self._at_the_end(),
        }

    def _at_the_end(self) -> dict[str, Any]:
        """What is counted over everything that was done so far."""
        return {
            "runs": self.engine.runs(),
            **self.engine.figures(),
            "seconds": round(time.monotonic() - self.begun, 1),
            "ledger_ok": self.operator.ask("audit", "verify")["ok"],
        }


def specials_named(references: dict[str, str]) -> Sequence[str]:
    return [name for name in references if name.startswith("SPECIAL-")]


def _left(counts: Mapping[str, int]) -> str:
    """The items that nobody could do, in words: kind, how many, and the reason code in brackets."""
    parts = ((*name.partition(":"), count) for name, count in counts.items())
    return ", ".join(f"{WORK.of(kind)}: {count} ({reason})" for kind, _, reason, count in parts) or "none"


def _stages(rows: list[dict[str, Any]]) -> str:
    return ", ".join(f"{count} in {STAGE.of(stage)}" for stage, count in Counter(row["stage"] for row in rows).items())


def _ending(name: str, reference: str, rows: list[dict[str, Any]]) -> str:
    row = next(listed for listed in rows if listed["reference"] == reference)
    ended = f"{STAGE.of(row['stage']):<10} {OUTCOME.of(row['outcome']):<22}"
    return f"{name:<26} {reference}  {ended} priority {PRIORITY.of(row['priority'])}, band {BAND.of(row['band'])}"

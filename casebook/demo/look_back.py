"""The look-back of the demonstration: past applications are ranked, ten are examined blind, and one person is reached."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from casebook.demo.desk import Desk
from casebook.demo.engine import Engine
from casebook.demo.unit import Hiring
from casebook.domain.vocabulary import Source
from casebook.domain.words import CHECKLIST
from casebook.errors import Refused

Dossier = Mapping[str, Any]  # what `review dossier` printed

TEN = 10
OFFICERS = ("syn-review-1", "syn-review-2")
LEAD = "syn-review-lead"
FAILED = frozenset({"service", "harm"})
PLAN = (
    "--channel",
    "phone",
    "--days",
    "mon;tue;wed;thu;fri",
    "--start",
    "09:00",
    "--until",
    "17:00",
    "--voicemail",
    "no",
)
SURELY = 0.0  # bits: at least as likely as not


@dataclass(kw_only=True)
class PastReview:
    """The review of a synthetic force's past applications by its own simulated reviewers. `files`: its registers."""

    operator: Desk
    hire: Hiring
    engine: Engine
    files: Path
    tell: Callable[[str], None]
    concluded: dict[str, str] = field(default_factory=dict)  # reference -> the outcome of the last reviewer
    overlooked: str = ""  # the reference in which the first reviewer misses what the second sees

    def run(self) -> dict[str, int]:
        """Carry out the review. Returns its counts for the summary."""
        self.load()
        self.rank()
        self.desks = {who: self.hire(who, "review_officer") for who in OFFICERS}
        self.desks[LEAD] = self.hire(LEAD, "review_lead")
        self.examine()
        reached = self.reach()
        self.rank()
        return {**self._ranked(), **self._examined(), "past_people_reached": reached}

    def load(self) -> None:
        for source in Source:
            persons, records = (self.files / f"{what}-{source}.csv" for what in ("persons", "records"))
            if persons.exists():
                self.operator.ask("sources", "load", source, "--persons", str(persons), "--records", str(records))
        registers = sorted(str(path) for path in self.files.glob("register-*.csv"))
        imported = self.operator.ask("review", "import", "--no-quality", *registers)
        found = self.operator.ask("review", "reconcile")
        self.tell(
            f"The look-back: {imported['rows']} rows of {len(registers)} registers are {found['applications']} past applications"
        )

    def rank(self) -> None:
        """Rank them on the platform, as somebody would from Prefect's interface."""
        self.engine.run("retrospective_review/review")

    def examine(self) -> None:
        """Ten past applications are examined blind, until each is concluded."""
        allocated = self.desks[LEAD].ask("review", "allocate")["allocated"]
        ten = {item["reference"] for item in allocated[:TEN]}
        for _ in range(4 * TEN):  # at most three reviewers, each with two parts
            if not sum(self._work(desk, ten) for desk in self.desks.values()):
                return

    def _work(self, desk: Desk, ten: set[str]) -> int:
        """One reviewer answers what waits for them about the ten."""
        items = [item for item in desk.ask("work", "list", "--mine") if item["subject"].get("past") in ten]
        for item in items:
            subject = item["subject"]
            dossier = desk.ask("review", "dossier", subject["past"])
            own = subject["part"] == "own"
            desk.do(item["item"], _own_decision(dossier) if own else self._finding(subject, dossier))
        return len(items)

    def _finding(self, subject: Mapping[str, Any], dossier: Dossier) -> dict[str, Any]:
        """What went wrong. In one case the first reviewer overlooks it, so that a second disagrees and a third settles."""
        reference, finding = subject["past"], finding_of(dossier)
        if subject["place"] == 1 and finding["outcome"] in FAILED and not self.overlooked:
            self.overlooked = reference
            finding = _no_failure("one system was read, and nothing stood in it")
        self.concluded[reference] = finding["outcome"]
        return finding

    def reach(self) -> int:
        """Reach one person whose application failed: agree a plan, contact them within it, make them safe. Returns how many."""
        waiting = {person["reference"] for person in self.desks[LEAD].ask("review", "people")}
        for reference in (name for name, outcome in self.concluded.items() if outcome in FAILED and name in waiting):
            for desk in self.desks.values():
                try:
                    return self._reach(desk, reference)
                except Refused:
                    continue  # they or their line handled it: somebody else reaches this person
        return 0

    def _reach(self, desk: Desk, reference: str) -> int:
        def step(progress: str, note: str, *options: str) -> None:
            desk.ask("review", "contact", reference, "--progress", progress, "--note", note, *options)

        step("safe_plan", "her support worker says when she is alone", *PLAN)
        try:
            step("attempted", "a letter", "--channel", "email")
        except Refused as refused:
            self.tell(f"{reference}: a contact outside the safe-contact plan is refused ({refused.code})")
        shown = desk.ask("review", "people", reference)
        if shown["now"] != "safe":
            self.engine.move_clock(datetime.fromisoformat(shown["next_safe"]) + timedelta(minutes=1))
        step("reached", "spoken to alone", "--channel", "phone", "--asked-plan-again", "yes")
        step("safeguarded", "an adviser took her on, and she has a safety plan")
        self.tell(f"{reference}: the person at risk was reached within the safe-contact plan, and is safe")
        return 1

    def _ranked(self) -> dict[str, int]:
        """How many were ranked and planted, and how many of these the first 2 % hold."""
        ranking = self.operator.ask("review", "queue")
        first = {row["reference"] for row in ranking[: len(ranking) // 50]}
        planted = list(planted_in(self.files))
        found = sum(not first.isdisjoint(names) for names in planted)
        moved = sum(row["rank"] != row["rank_before"] for row in ranking)
        self.tell(f"{found} of {len(planted)} planted failures are in the first {len(first)} of {len(ranking)}")
        return {
            "past_applications": len(ranking), "past_planted": len(planted), "past_planted_in_2_percent": found,
            "past_ranks_moved_by_findings": moved,
        }  # fmt: skip

    def _examined(self) -> dict[str, int]:
        progress, report = self.operator.ask("review", "progress"), self.operator.ask("review", "report", "--internal")
        agreement = report["agreement"]
        differed = agreement["pairs"] - agreement["agreed"]
        self.tell(
            f"{progress['examined']} past applications examined blind; a second reviewer disagreed {differed} times"
        )
        return {"past_examined": progress["examined"], "past_second_disagreed": differed}


def _own_decision(dossier: Dossier) -> dict[str, str]:
    """The reviewer's own decision: disclose if somebody who is likely the subject has a record of what was done."""
    disclose = any(source["weight"] >= SURELY and source["records"] for source in dossier["sources"])
    reason = "a likely match has records" if disclose else "no likely match has a record"
    return {
        "decision": "disclose" if disclose else "not_disclose",
        "reasons": f"{reason}, as far as this dossier shows",
    }


def finding_of(dossier: Dossier) -> dict[str, Any]:
    """What the reviewer finds about the first decision, beside their own and the facts of the dossier."""
    cells = [row["cells"] for row in dossier["lists"]]
    told = any(str(row.get("outcome", "")).startswith("disclosed") for row in cells)
    unsafe = told and any(row.get("contact_safe") == "no" for row in cells)
    missed = not told and _own_decision(dossier)["decision"] == "disclose"
    if not (unsafe or missed):
        return _no_failure("what was decided follows from what the sources hold")
    return {
        "outcome": "service",
        "modes": ["contact_unsafe" if unsafe else "undisclosed"],
        "checklist": dict.fromkeys(CHECKLIST.words, "unknown"),
        "explanation": "the records of a likely match do not fit what was decided",
    }


def _no_failure(explanation: str) -> dict[str, Any]:
    return {"outcome": "no_failure", "checklist": dict.fromkeys(CHECKLIST.words, "yes"), "explanation": explanation}


def planted_in(files: Path) -> Iterator[frozenset[str]]:
    """Each planted failure that any list has, by every name that it may have in the ranking."""
    with (files / "truth-register.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["severity"] in FAILED and row["rows"]:
                yield frozenset(row["also"].split(";"))

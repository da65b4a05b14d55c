"""The simulated unit: its staff, and one round in which each works through their own queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from casebook import clock
from casebook.demo import judgement
from casebook.demo.desk import Desk
from casebook.demo.terminals import Terminal
from casebook.errors import Refused

# synthetic staff, each with the roles of one desk; a pair where two people are needed
HEAD = "syn-head"
STAFF: Mapping[str, tuple[str, ...]] = {
    HEAD: ("head_of_unit",),  # the first two accounts take effect at once; the head confirms the others
    "syn-supervisor": ("supervisor",),
    "syn-intake": ("intake_officer",),
    "syn-research-1": ("researcher",),
    "syn-research-2": ("researcher",),
    "syn-reader": ("second_reader",),
    "syn-risk": ("risk_assessor",),
    "syn-member": ("panel_member",),
    "syn-chair": ("panel_chair",),
    "syn-approver": ("approver",),
    "syn-disclose-1": ("disclosure_officer",),
    "syn-disclose-2": ("disclosure_officer",),
    "syn-supervisor-2": ("supervisor",),
    "syn-inspector": ("duty_inspector",),
}
Hiring = Callable[..., Desk]  # who, and their roles; see SimulatedUnit.join
A_DAY = timedelta(hours=24)
ENOUGH = 3  # attempts that the staff make; the casebook decides whether they are enough
# nobody said that it should end: help is offered all the same, through somebody who sees them
UNSAID = ("--said-by", "nobody", "--help-offered", "a letter with the helpline, through the partner agency")
SOURCES = ("pnc", "pnd", "visor", "rms", "dvds_register", "marac", "courts", "probation")


@dataclass(kw_only=True)
class SimulatedUnit:
    """The desks of all staff. `left` counts the items that nobody could answer, by kind and reason code."""

    operator: Desk
    desks: dict[str, Desk]
    terminals: Mapping[str, Terminal]
    left: Counter[str] = field(default_factory=Counter)
    waits_for: set[str] = field(default_factory=set)  # sources that do not answer: nobody searches them by hand yet
    at_the_meeting: set[str] = field(default_factory=set)  # kinds of work that wait for the meeting of the panel
    unreachable: set[str] = field(default_factory=set)  # references whose applicant never answers
    mended: set[str] = field(default_factory=set)  # references that a gate had held
    postponed: dict[str, datetime] = field(default_factory=dict)  # item -> when it can be done, if not now
    told: dict[str, datetime] = field(default_factory=dict)  # the same from earlier rounds

    @classmethod
    def hire(cls, operator: Desk, files: Path) -> SimulatedUnit:
        """Add the staff from the operator's terminal, trained for everything for 900 days."""
        until = (clock.now() + timedelta(days=900)).date().isoformat()
        desks = dict[str, Desk]()
        for staff_id, roles in STAFF.items():
            desks[staff_id] = _hired(operator, desks.get(HEAD), staff_id, *roles)
        for staff_id, roles in STAFF.items():
            for subject in _training(roles):
                operator.ask("staff", "competence", staff_id, subject, "--until", until)
        return cls(operator=operator, desks=desks, terminals={source: Terminal.of(files, source) for source in SOURCES})

    def join(self, staff_id: str, *roles: str) -> Desk:
        """The terminal of somebody new. They have no queue in the unit's rounds."""
        return _hired(self.operator, self.desks[HEAD], staff_id, *roles)

    def work_once(self, now: datetime) -> int:
        """Everybody works through their queue, each item not before its postponed time. Returns how many items were done."""
        self.left.clear()
        self.told = {item: at for item, at in (self.told | self.postponed).items() if at > now}
        self.postponed.clear()
        self.mended.clear()
        return sum(self.work(desk) for desk in self.desks.values())

    def work(self, desk: Desk) -> int:
        """One member of staff works through their queue."""
        done = 0
        for item in desk.ask("work", "list"):
            if item["owner"] not in (None, desk.staff_id) or item["reference"] is None:
                continue
            if item["nobody_trained_for"] or item["not_for_you"]:
                continue
            if item["kind"] == "attest_delivery" and not _was_there(desk, item):
                continue
            if later := self.told.get(item["item"]):
                self.postponed[item["item"]] = later
                continue
            try:
                done += self._do(desk, item)
            except Refused as refusal:
                self.left[f"{item['kind']}:{refusal.code}"] += 1
            except KeyError:
                self.left[f"{item['kind']}:nobody_knows_how"] += 1
        return done

    def _do(self, desk: Desk, item: dict[str, Any]) -> bool:
        if item["subject"].get("source") in self.waits_for and item["kind"] == "return_search":
            return False
        if item["kind"] in self.at_the_meeting:
            return False
        if item["kind"] == "meet_applicant" and item["reference"] in self.unreachable:
            return self._attempt_contact(desk, item)
        if item["kind"] == "mend_quality" and item["subject"]["expectation"] in judgement.AGREED_BY_PHONE:
            desk.correct(item["reference"], {"safe_contact": {"a": judgement.AGREED_PLAN}})
            self.mended.add(item["reference"])
        if item["kind"] in judgement.CONTACTS and (later := self._not_yet(desk, item)):
            self.postponed[item["item"]] = later
            return False
        reads = item["kind"] in judgement.READS
        shown = desk.ask("applications", "show", item["reference"]) if reads else {}
        desk.do(item["item"], judgement.answer({**item, "owner": desk.staff_id}, shown, self.terminals))
        return True

    def _attempt_contact(self, desk: Desk, item: dict[str, Any]) -> bool:
        """Record an attempt that nobody answers, at a safe time. After enough attempts, two people end the application."""
        reference = item["reference"]
        plan = desk.ask("applications", "safe-time", reference, "--party", "a")
        shown = desk.ask("applications", "show", reference)
        attempts = (row for row in shown.get("contact_attempt", []) if row["purpose"] == "arrange")
        times = [_at(row["occurred_at"]) for row in attempts]
        wait = max(times, default=_at(plan["at"]) - A_DAY) + A_DAY
        if len(times) >= ENOUGH:
            proposed = any(
                row["what"] == "no_engagement" and row["second_by"] is None for row in shown.get("proposal", [])
            )
            for who in (() if proposed else (desk,)) + (self.desks["syn-supervisor"],):
                who.ask("applications", "no-engagement", reference, "--reason", "attempts_exhausted", *UNSAID,
                        "--agency-route", "IDVA asked, no contact either")  # fmt: skip
            return True
        if _at(plan["next_safe"]) > _at(plan["at"]) or wait > _at(plan["at"]):
            self.postponed[item["item"]] = max(_at(plan["next_safe"]), wait)
            return False
        options = (
            "--purpose",
            "arrange",
            "--channel",
            plan["channels"][0],
            "--result",
            "not_reached",
            "--asked-plan-again",
            "yes",
        )
        desk.ask("applications", "contact", reference, "--party", "a", *options)
        return True

    def _not_yet(self, desk: Desk, item: dict[str, Any]) -> datetime | None:
        """When the person may safely be contacted, or None for now. Agrees a safe-contact plan if there is none."""
        subject = item["subject"]
        if subject.get("approve"):
            return None
        party = str(subject.get("recipient") or subject.get("party") or "a")[0]
        party = party if party in {"a", "c"} else "a"
        plan = desk.ask("applications", "safe-time", item["reference"], "--party", party)
        if plan["next_safe"] is None:
            desk.ask("applications", "safe-contact", item["reference"], "--party", party, *judgement.PLAN_WORDS)
            plan = desk.ask("applications", "safe-time", item["reference"], "--party", party)
        earliest = max(filter(None, [plan["next_safe"], subject.get("not_before")]), key=_at)
        return None if _at(earliest) <= _at(plan["at"]) else _at(earliest)


def _hired(operator: Desk, head: Desk | None, staff_id: str, *roles: str) -> Desk:
    """Add one member of staff; the head of unit confirms it, unless it is one of the first two. Returns their terminal."""
    added = operator.ask("staff", "add", staff_id, "--role", *roles)
    if head is not None and added["state"] == "proposed":
        added = head.ask("staff", "confirm", staff_id)
    return replace(operator, staff_id=staff_id, token=added["token"])


def _was_there(desk: Desk, item: Mapping[str, Any]) -> bool:
    """The two disclosure officers deliver together; whoever did not report it attests it."""
    return "disclosure_officer" in STAFF[str(desk.staff_id)] and item["subject"]["delivered_by"] != desk.staff_id


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def _training(roles: Sequence[str]) -> tuple[str, ...]:
    if "researcher" in roles or "disclosure_officer" in roles:
        return ("domestic_abuse", *SOURCES)
    return ("domestic_abuse",) if "intake_officer" in roles else ()

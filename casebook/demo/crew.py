"""The simulated unit: who is in it, and one round of everybody working their own queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from casebook import clock
from casebook.demo import judgement
from casebook.demo.desk import Desk
from casebook.demo.terminals import Terminal
from casebook.errors import Refused

# synthetic staff, each with the roles of one desk; a pair where two people are needed
STAFF: Mapping[str, tuple[str, ...]] = {
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
    "syn-supervisor": ("supervisor",),
    "syn-supervisor-2": ("supervisor",),
    "syn-head": ("head_of_unit",),
    "syn-inspector": ("duty_inspector",),
}
SOURCES = ("pnc", "pnd", "visor", "rms", "dvds_register", "marac", "courts", "probation")


@dataclass(kw_only=True)
class Crew:
    """Everybody's desks. `left` counts items that nobody could answer, by kind and reason code."""

    desks: dict[str, Desk]
    terminals: Mapping[str, Terminal]
    left: Counter[str] = field(default_factory=Counter)
    postponed: list[datetime] = field(default_factory=list)  # when somebody who could not go on now can

    @classmethod
    def hire(cls, home: Path, files: Path) -> Crew:
        """Add the staff through the operator's terminal, trained for everything for a year."""
        operator = Desk(home=home)
        until = (clock.now() + timedelta(days=900)).date().isoformat()
        desks = {}
        for staff_id, roles in STAFF.items():
            token = operator.ask("staff", "add", staff_id, "--role", *roles)["token"]
            for subject in ("domestic_abuse", *SOURCES):
                if "researcher" in roles or "disclosure_officer" in roles:
                    operator.ask("staff", "competence", staff_id, subject, "--until", until)
            desks[staff_id] = Desk(home=home, staff_id=staff_id, token=token)
        return cls(desks=desks, terminals={source: Terminal.of(files, source) for source in SOURCES})

    def work_once(self) -> int:
        """Everybody does what is in their queue now; returns how many items were done."""
        self.left.clear()
        self.postponed.clear()
        return sum(self._work(desk) for desk in self.desks.values())

    def mend(self, reference: str) -> None:
        """An application held by its gate: what was missing is agreed with the applicant, and the item says so."""
        officer = self.desks["syn-intake"]
        officer.correct(reference, {"safe_contact": {"a": judgement.AGREED_PLAN}})

    def _work(self, desk: Desk) -> int:
        done = 0
        for item in desk.ask("work", "list"):
            if item["owner"] not in (None, desk.staff_id) or item["reference"] is None:
                continue
            try:
                done += self._do(desk, item)
            except Refused as refusal:
                self.left[f"{item['kind']}:{refusal.code}"] += 1
            except KeyError:
                self.left[f"{item['kind']}:nobody_knows_how"] += 1
        return done

    def _do(self, desk: Desk, item: dict[str, Any]) -> bool:
        if item["kind"] in judgement.CONTACTS and (later := self._not_yet(desk, item)):
            self.postponed.append(later)
            return False
        shown = desk.ask("applications", "show", item["reference"])
        desk.do(item["item"], judgement.answer({**item, "owner": desk.staff_id}, shown, self.terminals))
        return True

    def _not_yet(self, desk: Desk, item: dict[str, Any]) -> datetime | None:
        """When the person may safely be contacted, if that is not now; somebody without a plan gets one agreed."""
        subject = item["subject"]
        if subject.get("approve"):
            return None
        party = str(subject.get("recipient") or subject.get("party") or "a")[0]
        party = party if party in {"a", "c"} else "a"
        said = desk.ask("applications", "safe-time", item["reference"], "--party", party)
        if said["next_safe"] is None:
            desk.ask("applications", "safe-contact", item["reference"], "--party", party, *judgement.PLAN_WORDS)
            said = desk.ask("applications", "safe-time", item["reference"], "--party", party)
        earliest = max(filter(None, [said["next_safe"], subject.get("not_before")]), key=_at)
        return None if _at(earliest) <= _at(said["at"]) else _at(earliest)


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)

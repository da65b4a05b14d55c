"""Makes the home of a release: a small synthetic unit with work of every kind and applications at every stage.

Run on the release's own code: `python tests/kit/release_home.py tests/storage/data/home-of-VERSION.zip`.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from datetime import date
from pathlib import Path

import past_home
import sealing
import staffing
from next_steps import counted, needs, next_steps
from release_events import (
    REGISTERS,
    Events,
    checks,
    contacts,
    dangers,
    gates,
    monitored,
    reviewed,
    swept,
    two_people,
    watched,
)
from walking import CREW, HELD, PASSED, Unit

from casebook import __version__, clock
from casebook.casework import playbook
from casebook.casework.intake import application_file
from casebook.casework.opening_home import open_casebook
from casebook.casework.record_checks import extracts
from casebook.casework.reporting import audit
from casebook.casework.staff import staff
from casebook.demo.applications import NOW
from casebook.demo.terminals import Terminal
from casebook.domain.actors import OPERATOR
from casebook.domain.gates import Verdict
from casebook.domain.vocabulary import Role, Source, Stage
from casebook.storage.server import cluster

SAMPLE = Path(application_file.__file__).parents[2] / "demo" / "sample"
APPLICATIONS = 25  # of the sample
PERSONS = 150  # of each source that is loaded
MACHINE = ("rms", "pnd", "visor")  # sources that are loaded; people search the others
BY_HAND = ("pnc", "dvds_register", "marac", "courts", "probation")
OTHERS = {
    "chief": Role.CHIEF_OFFICER, "review1": Role.REVIEW_OFFICER, "review2": Role.REVIEW_OFFICER,
    "lead": Role.REVIEW_LEAD, "lead2": Role.REVIEW_LEAD, "standards": Role.PROFESSIONAL_STANDARDS,
    "audit": Role.AUDITOR, "head2": Role.HEAD_OF_UNIT, "chair2": Role.PANEL_CHAIR,
}  # fmt: skip
# a plan inside which somebody can be reached on any weekday
PLAN = {"safe_channel": "phone", "safe_days": "mon;tue;wed;thu;fri", "safe_from": "09:00", "safe_until": "17:00"}
# kinds at which the first application that comes by stays, so that each is open
PARKED = frozenset({
    "complete_details", "return_search", "review_match", "second_look_at_rejection", "locate_person_at_risk",
    "verify_applicant", "meet_applicant", "sign_off_identity", "state_adequacy", "assess_risk", "convene_panel",
    "validate_with_owner", "decide", "approve_decision", "deliver_disclosure", "deliver_no_disclosure",
    "contact_follow_up",
})  # fmt: skip


def write_applications(path: Path) -> None:
    with (SAMPLE / "applications.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:APPLICATIONS]
    of_a = {f"a_{name}": value for name, value in PLAN.items()}
    _write(path, [{**row, **PLAN, **({} if row["applicant"] == "a" else of_a)} for row in rows])


def extract(source: str, files: Path) -> dict[str, Path]:
    """Those of a source's persons who come first, as the people of the applications do, and their records."""
    kept = set[str]()
    for name, first in (("persons", PERSONS), ("records", None)):
        with (SAMPLE / f"{name}-{source}.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if first or row["person_id"] in kept][:first]
        kept |= {row["person_id"] for row in rows}
        _write(files / f"{name}-{source}.csv", rows)
    return {name: files / f"{name}-{source}.csv" for name in ("persons", "records")}


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def begin(unit: Unit, files: Path) -> None:
    """Staff, sources, applications."""
    for staff_id, role in CREW.items():
        unit.hire(staff_id, role)
    with unit.acting() as act:
        for staff_id, role in OTHERS.items():
            staffing.add(act, staff_id, [role])
            staff.set_competence(act, staff_id, "domestic_abuse", expires_on=date(2029, 1, 1))
    unit.people += OTHERS
    for source in MACHINE:
        with unit.acting() as act:
            extracts.load(act, Source(source), **extract(source, files))
    write_applications(files / "applications.csv")
    application_file.import_file(unit.store, OPERATOR, files / "applications.csv", playbook=playbook)


def walk(unit: Unit) -> dict[str, str]:
    """Carry each application until it stays where nothing stayed before; where which kind stays."""
    parked: dict[str, str] = {}
    *others, held = unit.references()
    for reference in others:
        if (kind := walk_to(unit, reference, PARKED - set(parked))) is not None:
            parked[kind] = reference
    parked["mend_quality"] = held
    assert walk_to(unit, held, frozenset({"mend_quality"}), verdict=HELD)
    return parked


def walk_to(unit: Unit, reference: str, kinds: frozenset[str], *, verdict: Verdict = PASSED) -> str | None:
    """Work on an application until one of these kinds is open; None if it closed before."""
    for _ in range(40):
        if unit.carry(reference, verdict) == Stage.CLOSED:
            return None
        for item in unit.open_items(reference):
            if found := {each.kind for each in unit.open_items(reference)} & kinds:
                return min(found)
            unit.wait_for(item)
            if item.id in {each.id for each in unit.open_items(reference)} and (able := unit.fitting(item)):
                unit.do(able[0], item, unit.answer(able[0], item))
    raise AssertionError(reference)


def go_on(unit: Unit, parked: dict[str, str], files: Path) -> None:
    """Everything that happens beside the walk."""
    events = Events(unit, parked, files)
    dangers(events)
    checks(events)
    contacts(events)
    gates(events)
    watched(events)
    reviewed(events, SAMPLE)
    two_people(events)
    monitored(events)
    swept(events)
    # newer extracts took it back to its checks
    assert walk_to(unit, parked["assess_risk"], frozenset({"assess_risk"}))


def finish(unit: Unit, url: str, files: Path, out: Path) -> None:
    """The dump, and beside it what the release's own code does next."""
    with unit.acting() as act:
        verified = audit.verify(act).as_json()
    assert verified["ok"], verified
    names = ["applications.csv", *REGISTERS, "records-rms.csv"]
    kept = {name: (files / name).read_text(encoding="utf-8") for name in names}
    kept["seal.json"] = max((files / "seals").iterdir()).read_text(encoding="utf-8")
    past_home.dump(url, out, kept)
    expected = {
        "release": __version__, "now": unit.now.isoformat(), "rows": past_home.rows_of(url), "verified": verified,
        "counted": counted(unit.store), "needs": needs(unit.store, unit.now), "next": next_steps(unit.store, unit.now),
    }  # fmt: skip
    past_home.add(out, "expected.json", json.dumps(expected, indent=1, sort_keys=True))
    print(json.dumps(expected["counted"]))  # noqa: T201 - what whoever makes it looks at


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="home-") as directory:
        home = Path(directory)
        home.chmod(0o711)
        files = home / "files"
        files.mkdir()
        with cluster.running(home) as server:
            url = server.url("casebook")
            store = open_casebook(sealing.with_entry_key(home, past_home.KEY), url)
            unit = Unit(store=store, now=NOW, terminals={each: Terminal.of(SAMPLE, each) for each in BY_HAND})
            clock.now = lambda: unit.now
            begin(unit, files)
            go_on(unit, walk(unit), files)
            finish(unit, url, files, Path(sys.argv[1]))
            store.engine.dispose()


if __name__ == "__main__":
    main()

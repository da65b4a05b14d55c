"""A force's past applications as somebody else would make them up, with planted failures: the second generator.

It shares no code with the rules of the review or with `casebook.demo`. A seed has habits of its own: how often it
refuses, how it words outcomes and reasons, which headings and dates its tracker has.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from benchmarks.second_people import (
    GRAVE,
    TODAY,
    Human,
    Records,
    human,
    some_day,
)

FIRST, LAST = date(2015, 4, 1), date(2023, 9, 30)
ALL = ("pnc", "pnd", "visor", "rms")
# seeds up to 99 are for development, the others for reporting
BASE_RATES = (0.003, 0.005, 0.01)  # of a seed, in turn, unless one is asked for

OUTCOMES = (
    {"nil": "NTD", "told": "Disclosure made", "refused": "Decision not to disclose", "withdrawn": "Withdrew",
     "silent": "Failed to engage", "scope": "Not in scope"},
    {"nil": "NFA - nothing found to disclose", "told": "Closed - disclosed to victim", "refused": "Panel: no disclosure",
     "withdrawn": "Applicant withdrew", "silent": "No reply", "scope": "Out of scope"},
    {"nil": "1 No trace", "told": "2 Told", "refused": "3 Declined by panel", "withdrawn": "4 Applicant stood down",
     "silent": "5 No contact", "scope": "6 Not DVDS"},
)  # fmt: skip
MEANT = {
    "nil": "nothing_to_disclose", "told": "disclosed_to_a", "refused": "not_disclosed", "withdrawn": "withdrawn",
    "silent": "no_engagement", "scope": "out_of_scope",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Habits:
    base_rate: float
    wording: dict[str, str]
    refusals: float  # reasoned refusals, of all applications
    told: float
    terse: float  # of the sound nil returns: a word or two for a reason
    alone: float  # nobody wrote down who approved
    british_dates: bool

    @classmethod
    def of(cls, seed: int, base_rate: float | None) -> Habits:
        rng = Random(f"habits {seed}")
        return cls(
            base_rate=base_rate if base_rate is not None else BASE_RATES[seed % len(BASE_RATES)],
            wording=OUTCOMES[seed % len(OUTCOMES)],
            refusals=rng.uniform(0.06, 0.16),
            told=rng.uniform(0.1, 0.4),
            terse=rng.uniform(0.05, 0.4),
            alone=rng.uniform(0.0, 0.08),
            british_dates=rng.random() < 0.5,
        )


@dataclass(kw_only=True)
class Case:
    a: Human
    b: Human
    cells: dict[str, str]
    received: date
    decided: date
    outcome: str = "nil"
    mode: str = ""  # the planted failure
    danger: bool = False  # somebody is in danger now
    kind: str = ""  # of a sound one
    searched: list[str] = field(default_factory=list)

    @property
    def before(self) -> date:
        return self.received - timedelta(days=20)


@dataclass(kw_only=True)
class Desk:
    rng: Random
    records: Records
    habits: Habits
    made: list[Case] = field(default_factory=list)

    def case(self, *, about: Human | None = None, since: date = FIRST) -> Case:
        rng = self.rng
        b = about or human(rng, rng.choice("mmmmf"))
        a = human(rng, "f" if b.sex == "m" else "m")
        a = replace(a, home=b.home) if (together := rng.random() < 0.45) else a
        received = some_day(rng, since, LAST)
        relationship = rng.choice(("partner", "wife", "boyfriend")) if together or rng.random() < 0.3 else "ex partner"
        cells = {
            "applicant": rng.choice(("self", "self", "self", "mother", "friend", "social services")),
            "route": "RTA", "relationship": relationship, "living_together": "Y" if together else rng.choice(("N", "N", "NK")),
            "children": rng.choice(("", "", "2012-04", "2011;2015")), "immediate_danger": rng.choice(("N", "N", "N", "", "Y")),
            "contact_safe": rng.choice(("Y", "Y", "Y", "Y", "")), "handler": f"W{rng.randint(11, 22)}",
            "approver": f"DI{rng.randint(1, 6)}", "sources_searched": rng.choice(("PNC, PND, ViSOR, RMS", "PNC/PND/ViSOR/RMS")),
        }  # fmt: skip
        if rng.random() < self.habits.alone:
            cells["approver"] = rng.choice(("", cells["handler"]))
        case = Case(a=a, b=b, cells=cells, received=received, decided=received + timedelta(days=rng.randint(4, 30)))
        case.searched = [b.name, *([b.alias] if b.alias else []), *([f"{b.forename} {b.former}"] if b.former else [])]
        self.made.append(case)
        return case

    def history(
        self, case: Case, *, what: tuple[tuple[str, str, str], ...] = GRAVE, sources: tuple[str, ...] = (),
        known: Human | None = None, last: date | None = None, years: int = 7, kinds: tuple[str, ...] = ("conviction", "arrest", "conviction"),
    ) -> None:  # fmt: skip
        """One to three matters against a former partner, filed before the application came."""
        rng, last = self.rng, last or case.before
        filed = [
            (name, self.records.file(name, known or case.b, tidy=False)) for name in sources or self.some_sources()
        ]
        first = max(last - timedelta(days=365 * years), date((known or case.b).born.year + 15, 6, 1))
        for _ in range(rng.randint(1, 3)):
            source, number = rng.choice(filed)
            on = some_day(rng, min(first, last - timedelta(days=5)), last)
            relation = rng.choice(("ex_partner", "intimate_partner", "ex_partner", "family"))
            self.records.enter(source, number, rng.choice(what), on, kind=rng.choice(kinds), relation=relation)

    def some_sources(self) -> tuple[str, ...]:
        return self.rng.choice((("pnc",), ("rms",), ("rms", "pnc"), ("pnd",), ("rms", "pnd"), ("pnc", "rms")))

    def harm(self, case: Case) -> None:
        """B harms A after the decision: in the last two years or until today."""
        victim = self.records.file("rms", case.a)
        number = self.records.file("rms", case.b)
        on = some_day(self.rng, max(case.decided + timedelta(days=20), TODAY - timedelta(days=900)), TODAY)
        relation = "intimate_partner" if case.cells["living_together"] == "Y" else "ex_partner"
        self.records.enter("rms", number, self.rng.choice(GRAVE), on, kind="arrest", victim=victim, relation=relation)
        case.danger = True


def write(desk: Desk, directory: Path) -> dict[str, Case]:
    """Write tracker.csv, inbox.csv and mapping.toml; returns each case by its reference."""
    rng, cases = desk.rng, sorted(desk.made, key=lambda case: (case.received, case.b.name, case.b.born))
    truth, tracker, inbox = dict[str, Case](), [], []
    for number, case in enumerate(cases, start=1):
        reference = f"CL{case.received.year % 100}-{number:05}"
        truth[reference] = case
        row = {"reference": reference, **_told(desk.habits, case)}
        tracker.append(row)
        if rng.random() < 0.3:  # the mailbox knows that somebody asked
            names = ("reference", "received_on", "a_name", "a_dob", "b_name", "b_dob")
            inbox.append({name: row[name] for name in names})
    _rows(directory / "tracker.csv", tracker)
    _rows(directory / "inbox.csv", inbox)
    codes = "".join(f'"{text}" = "{MEANT[key]}"\n' for key, text in desk.habits.wording.items())
    (directory / "mapping.toml").write_text(f"[codes.outcome]\n{codes}", encoding="utf-8")
    return truth


HEADINGS = {
    "reference": "App No", "received_on": "Date rec'd", "a_name": "Victim name", "a_dob": "Victim DOB", "b_name": "Subject name",
    "b_dob": "Subject DOB", "b_address": "Subject address", "b_former_names": "Subject previous names", "b_aliases": "Subject AKA",
    "handler": "OIC", "approver": "Signed off by", "sources_searched": "Systems checked", "searched_as": "Searched under",
    "outcome": "Result", "decided_on": "Decision date", "disclosed_on": "Date disclosed", "rationale": "Reasons",
    "contact_safe": "Safe to contact",
}  # fmt: skip


def _told(habits: Habits, case: Case) -> dict[str, str]:
    def day(on: date) -> str:
        return on.strftime("%d/%m/%Y") if habits.british_dates else on.isoformat()

    a, b, cells = case.a, case.b, case.cells
    born = cells.get("searched_dob", b.born.isoformat())
    return {
        "received_on": day(case.received), "route": cells["route"], "applicant": cells["applicant"],
        "a_name": a.name, "a_dob": day(a.born), "a_address": a.home[0], "a_postcode": a.home[1],
        "b_name": b.name, "b_dob": day(b.born), "b_sex": b.sex, "b_address": b.home[0], "b_postcode": b.home[1],
        "b_former_names": b.former, "b_aliases": b.alias,
        **{name: cells[name] for name in ("relationship", "living_together", "children", "immediate_danger", "handler", "approver")},
        "sources_searched": cells["sources_searched"], "searched_as": ";".join(f"{name}|{born}" for name in case.searched),
        "outcome": habits.wording.get(case.outcome, case.outcome), "decided_on": day(case.decided) if case.outcome else "",
        "disclosed_on": day(case.decided + timedelta(days=2)) if case.outcome == "told" else "",
        "rationale": cells.get("rationale", ""), "contact_safe": cells["contact_safe"],
    }  # fmt: skip


def _rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([HEADINGS.get(name, name) for name in rows[0]])
        writer.writerows([list(row.values()) for row in rows])

"""Nobody with grave records is hidden by a wrong date, or by a slip or two: they stand on the page that people read.

Each case makes one application about somebody on record as clerks and ears write them down (`benchmarks/slips.py`), or with
the exact name and any birth date at all, and reads what `applications show` prints to a researcher.
"""

from __future__ import annotations

import runpy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
import staffing

from casebook.case_page import page as application_page
from casebook.casework import playbook
from casebook.casework.core import lifecycle
from casebook.casework.core.acting import Act
from casebook.casework.intake import intake
from casebook.casework.record_checks import extracts
from casebook.casework.reporting import viewing
from casebook.domain.actors import OPERATOR
from casebook.domain.case import application_file
from casebook.domain.vocabulary import Role, Source, Stage

SLIPS = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "slips.py"))
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
PERSONS = "source,person_id,forename,surname,dob,sex,postcode\n"
RECORDS = "source,record_id,person_id,kind,offence_text,date,victim_relationship,flags\n"
ASSAULT = "conviction,Assault occasioning actual bodily harm,2021-03-01,ex_partner,threats_to_kill"
RESEARCHER = staffing.actors({"r1": Role.RESEARCHER})["r1"]
ON_RECORD = 400


@dataclass(frozen=True, kw_only=True)
class OnRecord:
    person_id: str
    forename: str
    surname: str
    dob: str


def people(rng):
    names = [
        (forename, surname)
        for forenames, surnames in SLIPS["NAMES"].values()
        for forename in forenames.split()
        for surname in surnames.split()
    ]
    return [
        OnRecord(person_id=f"P-{at:04}", forename=forename, surname=surname, dob=any_day(rng))
        for at, (forename, surname) in enumerate(rng.choices(names, k=ON_RECORD))
    ]


def any_day(rng):
    return str(date(1945, 1, 1) + timedelta(days=rng.randrange(60 * 365)))


def told(rng, who):
    """What an applicant says of somebody, and how it went wrong."""
    said = {"forename": who.forename, "surname": who.surname, "dob": who.dob}
    if rng.random() < 0.4:
        said["dob"] = rng.choice([any_day(rng), any_day(rng)[:4], any_day(rng)[:7], ""])
        return said, "any date"
    fields = rng.choice([*combinations(said, 1), *combinations(said, 2)])
    for field in fields:
        said[field] = SLIPS["slipped"](rng, field, said[field])
    return said, " and ".join(fields)


def hidden(store, tmp_path, *, cases, seed):
    """The cases in which the page does not show the person, and does not say either that somebody was not told apart."""
    rng = Random(seed)  # noqa: S311 - a seeded generator wants to be repeatable
    known = people(rng)
    paths = {name: tmp_path / f"{name}.csv" for name in ("persons", "records")}
    rows = [f"pnc,{who.person_id},{who.forename},{who.surname},{who.dob},m,\n" for who in known]
    paths["persons"].write_text(PERSONS + "".join(rows), "utf-8")
    rows = [f"pnc,R-{who.person_id},{who.person_id},{ASSAULT}\n" for who in known]
    paths["records"].write_text(RECORDS + "".join(rows), "utf-8")
    with store.session() as session:
        extracts.load(Act(session=session, actor=OPERATOR, now=NOW, playbook=playbook), Source.PNC, **paths)
        session.commit()
    missed = []
    for number in range(cases):
        who = rng.choice(known)
        said, how = told(rng, who)
        page = page_of(store, number, said, rng.choice(["exact", "approximate", "unknown"]))
        if who.person_id not in page and "not told apart from" not in page:
            missed.append((how, who, said))
    return missed


def page_of(store, number, said, certainty):
    cells = {
        "external_id": f"X-{number}", "submitted_at": "2026-03-02T09:00:00+00:00", "route": "right_to_ask", "applicant": "a",
        "immediate_danger": "no", "a_forename": "Anna", "a_surname": "Canaryone", "b_dob_certainty": certainty,
        **{f"b_{name}": value for name, value in said.items()},
    }  # fmt: skip
    form = application_file.read(cells)
    with store.session() as session:
        act = Act(session=session, actor=OPERATOR, now=NOW, playbook=playbook)
        application, _ = intake.take_in(act, form, f"digest {number}")
        lifecycle.move(act, application, Stage.RECORD_CHECKS, because="gate_passed")
        lifecycle.prepare(act, application)
        session.commit()
        act = Act(session=session, actor=RESEARCHER, now=NOW, playbook=playbook)
        page = "\n".join(application_page.page(viewing.show(act, application.reference)))
        session.commit()
    return " ".join(page.split())


def test_nobody_with_grave_records_is_hidden_by_a_wrong_date_or_a_slip_or_two(store, tmp_path):
    assert hidden(store, tmp_path, cases=120, seed=5) == []


@pytest.mark.soak
@pytest.mark.timeout(14_400)
def test_of_ten_thousand_cases_nobody_is_hidden(store, tmp_path):
    assert hidden(store, tmp_path, cases=10_000, seed=6) == []

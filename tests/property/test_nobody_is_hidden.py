"""Whoever is in a loaded source is among the first twenty found, whatever one thing is wrong about them, or two."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casebook.casework import extracts as loading
from casebook.casework import likeness
from casebook.casework.acting import Act
from casebook.demo import force
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Source
from casebook.matching import names
from casebook.sources import catalogue
from casebook.storage.session import open_store

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
SHOWN = 20


def swapped_names(row):
    return {"forename": row["surname"], "surname": row["forename"]}


def swapped_day_and_month(row):
    year, month, day = row["dob"].split("-")
    return {"dob": f"{year}-{day}-{month}"} if int(day) <= 12 else {}


def slipped_digit(row):
    return {"dob": row["dob"][:9] + str((int(row["dob"][9]) + 1) % 10)} if row["dob"][8] != "3" else {}


def year_before(row):
    return {"dob": f"{int(row['dob'][:4]) - 1}{row['dob'][4:]}"}


def wrong_date(row):
    return {"dob": "1955-05-05"}


def no_date(row):
    return {"dob": ""}


def misspelt_surname(row):
    return {"surname": row["surname"][:-1] + "z"}


def misspelt_forename(row):
    return {"forename": row["forename"][0] + "z" + row["forename"][2:]}


def nickname(row):
    found = names.nickname_relatives(row["forename"].upper())
    return {"forename": found[0].title()} if found else {}


def middle_name_first(row):
    return {"forename": row["middle_names"], "middle_names": ""} if row["middle_names"] else {}


def married(row):
    return {"surname": "Quillfeather"}


def moved(row):
    return {"address": "1 Elsewhere Row", "postcode": "ZZ9 9ZZ"}


WRONG = (
    swapped_names, swapped_day_and_month, slipped_digit, year_before, wrong_date, no_date, misspelt_surname,
    misspelt_forename, nickname, middle_name_first, married, moved,
)  # fmt: skip
# what is commonly wrong together; more than this and only an alias or an address helps
PAIRS = ((moved, swapped_day_and_month), (moved, slipped_digit), (moved, nickname), (swapped_names, slipped_digit))


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """A made-up force of some thousand people, in one file."""
    out = tmp_path_factory.mktemp("force")
    force.main(["--seed", "5", "--persons", "4000", "--applications", "9", "--out", str(out)])
    path = out / "persons-rms.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return path, [
            row for row in csv.DictReader(file) if len(row["dob"]) == len("1980-01-01") and row["surname"][2:]
        ]


def test_nobody_is_hidden_by_one_thing_that_is_wrong_or_by_a_common_pair(database_url, rows):
    path, people = rows
    store = open_store(database_url, b"k" * 32)
    with store.session() as session:
        act = Act(session=session, actor=OPERATOR, now=NOW)
        loading.load(act, Source.RMS, persons=path, records=None)
        source = catalogue.local(session, NOW.year)[Source.RMS]

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.sampled_from(people), st.sampled_from([*((one,) for one in WRONG), *PAIRS]))
        def is_found(person, wrong):
            asked = {**person, "pnc_id": "", "cro": ""}
            for corrupt in wrong:
                asked |= corrupt(asked)
            answered = source.find(asked)
            found = likeness.score(asked, answered.persons, answered.counts, this_year=NOW.year)
            assert person["person_id"] in [each.person_id for each in found[:SHOWN]]

        is_found()
    store.engine.dispose()

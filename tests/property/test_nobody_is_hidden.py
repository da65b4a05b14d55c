"""Whoever is in a loaded source is among the first twenty found, whatever one thing is wrong about them, or two."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.record_checks import extracts as loading
from casebook.casework.record_checks import match_weights
from casebook.demo import force
from casebook.domain.actors import OPERATOR
from casebook.domain.case.coverage import VariantFamily
from casebook.domain.vocabulary import Source
from casebook.matching.variants import Bounds, KnownPerson, identities
from casebook.sources import catalogue
from casebook.storage.session import open_store
from casebook.values.names import split_full

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
SHOWN = 20
EXAMPLES = int(os.environ.get("CASEBOOK_EXAMPLES", "1")) * 120


def swapped_names(row):
    return {"forename": row["surname"], "surname": row["forename"]}


def swapped_day_and_month(row):
    year, month, day = row["dob"].split("-")
    return {"dob": f"{year}-{day}-{month}"} if int(day) <= 12 else {}


def slipped_digit(row, rng):
    slips = [variant.dob for variant in departures(row) if variant.family is VariantFamily.DATE_SLIP]
    return {"dob": rng.choice(slips)}


def year_near(row, rng):
    return {"dob": f"{int(row['dob'][:4]) + rng.choice((-1, 1))}{row['dob'][4:]}"}


def wrong_date(row):
    return {"dob": "1955-05-05"}


def no_date(row):
    return {"dob": ""}


def misspelt_surname(row):
    return {"surname": row["surname"][:-1] + "z"}


def misspelt_forename(row):
    return {"forename": row["forename"][0] + "z" + row["forename"][2:]}


def _as_a_variant(family):
    """The name as one of the identities that must be covered has it: whichever of its family there is."""

    def corrupt(row, rng):
        found = [each for each in departures(row) if each.family is family]
        if not found:
            return {}
        chosen = rng.choice(found)
        return {"forename": chosen.forename, "surname": chosen.surname}

    corrupt.__name__ = family.value
    return corrupt


nickname, spelling, punctuation = map(
    _as_a_variant, (VariantFamily.NICKNAME, VariantFamily.SPELLING, VariantFamily.PUNCTUATION)
)


def known_by_an_alias(row, rng):
    """Told under an alias only, which the source knows beside the name."""
    if not row["aliases"]:
        return {}
    forename, surname = split_full(rng.choice(row["aliases"].split(";")))
    return {"forename": forename, "surname": surname, "aliases": "", "middle_names": ""}


def middle_name_first(row):
    return {"forename": row["middle_names"], "middle_names": ""} if row["middle_names"] else {}


def married(row):
    return {"surname": "Quillfeather"}


def moved(row):
    return {"address": "1 Elsewhere Row", "postcode": "ZZ9 9ZZ"}


NAMED_WRONG = (
    swapped_names, misspelt_surname, misspelt_forename, nickname, spelling, punctuation, known_by_an_alias,
    middle_name_first,
)  # fmt: skip
BORN_WRONG = (swapped_day_and_month, slipped_digit, year_near)
WRONG = (*NAMED_WRONG, *BORN_WRONG, wrong_date, no_date, married, moved)
# what is commonly wrong together: a slip in the name and one in the date; either of them, or no date, of one who moved
PAIRS = (*product(NAMED_WRONG, BORN_WRONG), *((moved, one) for one in (*NAMED_WRONG, *BORN_WRONG, no_date)))


def departures(row):
    known = KnownPerson(forename=row["forename"], surname=row["surname"], dob=row["dob"])
    return identities(known, Bounds())


def corrupted(row, wrong, rng):
    asked = {**row, "pnc_id": "", "cro": ""}
    for corrupt in wrong:
        takes_chance = corrupt.__code__.co_argcount == 2
        asked |= corrupt(asked, rng) if takes_chance else corrupt(asked)
    return asked


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
        act = Act(session=session, actor=OPERATOR, now=NOW, playbook=playbook)
        loading.load(act, Source.RMS, persons=path, records=None)
        source = catalogue.local(session, NOW.year)[Source.RMS]

        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.sampled_from(people), st.sampled_from([*((one,) for one in WRONG), *PAIRS]), st.randoms())
        def is_found(person, wrong, rng):
            asked = corrupted(person, wrong, rng)
            answered = source.find(asked)
            found = match_weights.score(asked, answered.persons, answered.counts, this_year=NOW.year)
            assert person["person_id"] in [each.person_id for each in found[:SHOWN]]

        is_found()
    store.engine.dispose()

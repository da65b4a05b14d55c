"""Anybody in a made-up application is found by any one of their names and numbers, as they are or with a slip."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from walking import Unit

from casebook.casework.find import asking, finding
from casebook.demo.applications import applications
from casebook.domain.case import application_file as rules
from casebook.domain.vocabulary import Role
from casebook.matching import known_people
from casebook.storage.session import open_store
from casebook.values.text import items

APPLICATIONS = int(os.environ.get("CASEBOOK_FINDABLE", "14"))
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SLIPS = {
    "as it is": lambda name: name,
    "capitals": str.upper,
    "last letter twice": lambda name: name + name[-1],
    "two letters swapped": lambda name: name[:-2] + name[-1] + name[-2] if len(name) > 4 else name,
}


def asked_of(row, party):
    """Ways to ask for one party: every name, and each number alone."""
    cell = {
        name.removeprefix(f"{party}_"): value for name, value in row.items() if name.startswith(f"{party}_") and value
    }
    full = [(cell["forename"], cell["surname"])] if cell.get("forename") and cell.get("surname") else []
    full += [tuple(alias.rsplit(" ", 1)) for alias in items(cell.get("aliases", "")) if " " in alias]
    full += [(cell["forename"], name) for name in items(cell.get("former_names", "")) if full and " " not in name]
    for forename, surname in full:
        for slip, of in SLIPS.items():
            yield slip, {"forename": forename, "surname": of(surname)}
        yield "words", {"words": f"{forename} {surname}"}
        yield "swapped", {"forename": surname, "surname": forename}
    for column, option in (("phone", "phone"), ("email", "email"), ("postcode", "postcode")):
        if cell.get(column):
            yield column, {option: cell[column]}
    for column in ("pnc_id", "cro"):
        if cell.get(column) and known_people.numbers(cell[column], cell[column], NOW.year):
            yield column, {"identifier": cell[column]}


@pytest.mark.parametrize("seed", [7])
def test_whoever_is_in_an_application_is_found_by_any_one_of_their_names_or_numbers(database_url, seed):
    store = open_store(database_url, b"a key for the tests of casebook.")
    try:
        unit = Unit(store=store, now=NOW)
        unit.hire("desk", Role.INTAKE_OFFICER)
        rows = {}
        for row in applications(seed, APPLICATIONS, NOW):
            if isinstance(rules.read(dict(row)), rules.Form):
                rows[unit.receive(row)] = row
        missed, asked = [], 0
        for reference, row in rows.items():
            for party in "abc":
                for why, words in asked_of(row, party):
                    asked += 1
                    with unit.acting("desk") as act:
                        answer = finding.find(act, asking.parsed(words), limit=100)
                    if (reference, party) not in {(hit.reference, hit.party) for hit in answer.hits}:
                        missed.append((reference, party, why, words))
        assert asked > APPLICATIONS * 10
        assert missed == []
    finally:
        store.engine.dispose()

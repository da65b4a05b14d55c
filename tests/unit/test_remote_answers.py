"""The answer of a remote source: one odd cell never takes a person out of it, and is named in the row."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.domain.vocabulary import Source
from casebook.errors import SourceFault
from casebook.sources import answers
from casebook.sources.answers import PersonShape, PersonsPage, RecordShape
from casebook.sources.protocol import NOT_USED

PERSON = {"person_id": "p1", "forename": "Barry", "surname": "Quill", "dob": "1985-03-02", "sex": "m"}
RECORD = {"record_id": "r1", "person_id": "p1", "kind": "conviction", "date": "2019-05-06"}


def person(**said):
    [cells] = answers.persons(Source.PND, [answers.shaped(PersonShape, {**PERSON, **said})], 2026)
    return cells


def record(**said):
    [cells] = answers.records(Source.PND, [answers.shaped(RecordShape, {**RECORD, **said})], ["p1"], 2026)["p1"]
    return cells


@pytest.mark.parametrize(
    ("said", "dob"),
    [
        ("02/03/1985", "1985-03-02"),
        ("2.3.85", "1985-03-02"),
        ("2 Mar 1985", "1985-03-02"),
        ("19850302", "1985-03-02"),
        (31108, "1985-03-02"),
        (1985, "1985"),
        ("c. 1985", "1985"),
        ("Mar 1985", "1985-03"),
        ("1985-03-02T00:00:00Z", "1985-03-02"),
        (None, ""),
        ("n/k", ""),
        ("01/01/1900", ""),
    ],
)
def test_a_birth_date_is_read_as_in_an_extract(said, dob):
    assert person(dob=said)["dob"] == dob
    assert NOT_USED not in person(dob=said)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("dob", "yesterday"),
        ("dob", "31/02/1985"),
        ("dob", "2085-01-01"),
        ("dob", {"year": 1985}),
        ("dob", True),
        ("dob", [1985, 3, [2]]),
        ("sex", "seven"),
        ("sex", 3),
        ("sex", False),
        ("forename", {"first": "Barry"}),
        ("middle_names", True),
        ("postcode", {"out": "SN1"}),
        ("surname", "Qu\0ill"),
        ("address", "\ud800"),
        ("aliases", [{"name": "Baz"}]),
        ("aliases", True),
        ("cro", {}),
        ("pnc_id", [[]]),
    ],
)
def test_a_person_with_one_odd_cell_is_still_in_the_answer_and_the_cell_is_named(column, said):
    cells = person(**{column: said})
    assert cells["person_id"] == "p1"
    assert cells[NOT_USED] == column
    others = {name for name in PERSON if name != column}
    assert {name: cells[name] for name in others} == {name: PERSON[name] for name in others}


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("kind", "asbo"),
        ("kind", ""),
        ("kind", {"code": 1}),
        ("date", "soon"),
        ("date", "2019-13-45"),
        ("victim_relationship", "spouse"),
        ("flags", ["weapon", "loud"]),
        ("flags", [["weapon"]]),
        ("source_evaluation", "9"),
        ("intelligence_assessment", "Z"),
        ("handling", "Q"),
        ("offence_text", ["assault", {}]),
        ("offence_code", False),
        ("outcome", {"fine": 50}),
        ("owner", "\0"),
    ],
)
def test_a_record_with_one_odd_cell_is_still_in_the_answer_and_the_cell_is_named(column, said):
    cells = record(**{column: said})
    assert (cells["record_id"], cells[NOT_USED]) == ("r1", column)


@pytest.mark.parametrize(
    ("column", "said", "read"),
    [
        ("kind", "No Further Action", "no_further_action"),
        ("flags", ["Weapon", "child present"], "weapon;child_present"),
        ("flags", "weapon; stalking", "weapon;stalking"),
        ("victim_relationship", "Ex-Partner", "ex_partner"),
        ("handling", "c", "C"),
        ("date", "6/5/19", "2019-05-06"),
        ("offence_text", ["Assault", "on partner"], "Assault on partner"),
    ],
)
def test_what_people_write_for_a_code_is_read(column, said, read):
    assert record(**{column: said})[column] == read


@pytest.mark.parametrize("said", [None, "", {}, [], "  ", True, "\0", "\ud800"])
def test_a_row_of_nobody_is_a_fault_and_never_one_person_fewer(said):
    with pytest.raises(SourceFault):
        answers.shaped(PersonShape, {**PERSON, "person_id": said})


@pytest.mark.parametrize(
    "body",
    [
        b'{"persons": [{"person_id": "p1", "dob": "1985", "dob": "1986"}], "total": 1, "next": null}',
        b'{"persons": [], "persons": [{"person_id": "p1"}], "total": 0, "next": null}',
        b'{"persons": []',
        b"",
        b"[" * 100_000,
        b"\xff\xfe",
        b"null",
        b'{"persons": null, "total": 0, "next": null}',
    ],
)
def test_an_answer_that_can_be_read_in_two_ways_or_in_none_is_a_fault(body):
    with pytest.raises(SourceFault):
        answers.shaped_text(PersonsPage, body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([name for name in PERSON if name != "person_id"]), JSON))
def test_whatever_the_other_cells_are_the_person_is_in_the_answer(said):
    cells = person(**json.loads(json.dumps(said)))
    assert cells["person_id"] == "p1"
    assert all(isinstance(cell, str) for cell in cells.values())

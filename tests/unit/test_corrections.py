"""Which rows of a corrected file stand for which earlier ones, and when a file of the same name is another register."""

from __future__ import annotations

import pytest

from casebook.domain import chain
from casebook.domain.review.corrections import ImportedRow, corrects, successors


@pytest.fixture
def rows():
    """Rows of one file from cells; a number gives an ordinary row of that reference."""

    def make(file, *told):
        made = []
        for line, cells in enumerate((ordinary(each) if isinstance(each, int) else each for each in told), start=2):
            made.append(ImportedRow(id=f"{file}{line}", line=line, digest=chain.digest(cells), cells=cells))
        return made

    return make


def ordinary(number, **cells):
    letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 26]
    return {
        "reference": str(number), "received_on": f"2019-03-{number % 28 + 1:02}", "a_forename": "Ann", "a_surname": f"Hill{letter}",
        "b_forename": "Karl", "b_surname": f"Denby{letter}", "outcome": "withdrawn", **cells,
    }  # fmt: skip


def stands_for(earlier, new, *, same_file=False):
    pairs = successors(earlier, new, same_file=same_file)
    return {row.line: pairs[row.id].line if row.id in pairs else None for row in earlier}


CORRECTIONS = [
    {"b_surname": "Denbie"}, {"received_on": "2019-07-01"}, {"outcome": "disclosed_to_a"}, {"b_dob": "1985-01-02"},
    {"a_surname": "Hall"}, {"rationale": "as the panel said"}, {"handler": "H2"}, {"b_forename": ""}, {"a_forename": "Anne"},
    {"received_on": ""},
]  # fmt: skip


@pytest.mark.parametrize("cells", CORRECTIONS, ids=str)
def test_a_row_with_one_correction_stands_for_the_earlier_one_and_the_file_is_a_correction(rows, cells):
    earlier, new = rows("e", 1, 2, 3), rows("n", 3, ordinary(2, **cells), 1)
    assert stands_for(earlier, new) == {2: 4, 3: 3, 4: 2}
    assert corrects(earlier, new)


def test_a_corrected_reference_is_known_by_both_people_and_the_day(rows):
    assert stands_for(rows("e", 1, 2), rows("n", 1, ordinary(2, reference="21"))) == {2: 2, 3: 3}


def test_a_later_application_of_the_same_two_people_stands_for_no_earlier_one(rows):
    new = rows("n", 1, ordinary(2, reference="9", received_on="2019-11-01"))
    assert stands_for(rows("e", 1, 2), new) == {2: 2, 3: None}


def test_no_row_stands_for_two_and_equal_rows_stand_one_for_one(rows):
    assert stands_for(rows("e", 1, 1, 1), rows("n", 1, 1)) == {2: 2, 3: 3, 4: None}
    assert stands_for(rows("e", 1), rows("n", ordinary(1, outcome="x"), ordinary(1, outcome="y"))) == {2: None}


def test_read_in_another_way_the_same_file_is_known_by_its_lines(rows):
    earlier = rows("e", {"outcome": "x"}, {"outcome": "x"})
    assert stands_for(earlier, rows("n", 1, 2), same_file=True) == {2: 2, 3: 3}


def other(number):
    """Another application under the same number: every list has a number 1."""
    return ordinary(
        number,
        a_surname="Else",
        b_surname=f"Other{number}",
        b_forename="Ian",
        a_forename="Eve",
        received_on="2020-01-02",
    )


@pytest.mark.parametrize("count", [1, 2, 3, 10, 25])
def test_the_register_of_another_area_with_the_same_numbers_is_no_correction(rows, count):
    earlier, new = rows("e", *range(count)), rows("n", *(other(number) for number in range(count)))
    assert not corrects(earlier, new)
    assert set(stands_for(earlier, new).values()) == {None}


@pytest.mark.parametrize(
    ("again", "gone", "more", "expected"),
    [
        (3, 0, 0, True),
        (3, 0, 9, True),  # a list that has grown
        (3, 3, 0, True),  # half of it
        (3, 4, 0, False),
        (0, 3, 3, False),
        (0, 0, 3, False),  # nothing was there
        (9, 1, 0, True),
    ],
)
def test_a_file_in_which_half_of_the_rows_are_found_again_is_a_correction(rows, again, gone, more, expected):
    earlier = rows("e", *range(again + gone))
    assert corrects(earlier, rows("n", *range(again), *range(30, 30 + more))) is expected


def test_numbers_alone_prove_nothing(rows):
    earlier, new = (rows(file, *({"reference": str(n), "outcome": file} for n in range(9))) for file in "en")
    assert not corrects(earlier, new)
    assert stands_for(earlier, new) == {line: line for line in range(2, 11)}  # if a person says that it is one

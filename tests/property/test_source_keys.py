"""The keys of an extract: they find whom the matching room's keys would find, and compare what it compares."""

from __future__ import annotations

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook.matching.person_rows import COLUMNS
from casebook.matching.prepare import KEYS, load_rows, prepare
from casebook.sources import keys

YEAR = 2026
NAMES = st.sampled_from(
    ["", "John", "Jack", "Mohammed", "Siobhan", "Mary-Jane", "Anne Marie", "José", "Łucja", "Unknown", "J", "Peggy"]
)
SURNAMES = st.sampled_from(
    ["", "Smith", "O'Brien", "McDonald", "MacDonald", "Smith-Jones", "van der Berg", "Kowalska", "Ng", "Begum Khan"]
)
ALIASES = st.lists(st.tuples(NAMES, SURNAMES).map(" ".join), max_size=2).map(";".join)
DATES = st.sampled_from(["", "1980", "1980-02", "1980-02-03", "1980-03-02", "1980-02-30", "1900-01-01", "3/2/1980"])
ADDRESSES = st.sampled_from(["", "12 High Street", "Flat 2, 12a Ærø Road", "The Old Rectory", "12HIGH ST"])
POSTCODES = st.sampled_from(["", "SN1 2AB", "sn12ab", "NF1 1NF", "SN1", "GIR 0AA", "W1A 1HQ"])
NUMBERS = st.sampled_from(["", "2002/0073319Z", "02/73319Z", "2003/0011985Z", "65656/91H", "000000/00Z", "SF83/50058Z"])
CELLS = st.fixed_dictionaries(
    {
        "forename": NAMES, "middle_names": NAMES, "surname": SURNAMES, "aliases": ALIASES, "dob": DATES,
        "sex": st.sampled_from(["", "f", "M", "x", "female", "unknown"]), "address": ADDRESSES, "postcode": POSTCODES,
        "pnc_id": NUMBERS, "cro": NUMBERS,
    }
)  # fmt: skip

# of these each is served by a wider key that is there: the year alone finds what year and month or day find
NARROWER = ("year+month:", "year+day:")


def prepared(con, rows):
    columns = [[str(n) for n in range(len(rows))]] * 2 + [[row[name] for row in rows] for name in COLUMNS]
    load_rows(con, "raw", [columns])
    prepare(con, "raw", "done", this_year=YEAR)
    found = con.sql(f"select *, {KEYS} as keys from done order by unique_id").to_arrow_table()
    return found.to_pylist()


@settings(max_examples=40, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=12))
def test_every_row_has_the_matching_rooms_keys_and_compared_columns(rows):
    with duckdb.connect(config={"threads": 1}) as con:
        theirs = prepared(con, rows)
    for row, their in zip(rows, theirs, strict=True):
        wanted = {key for key in their["keys"] if key is not None and not key.startswith(NARROWER)}
        mine = {*keys.texts(row, YEAR)}
        assert wanted == {
            key if not key.startswith(("year:", "month+day:", "born:")) else _plain_date(key) for key in mine
        }
        compared = keys.compared(row, YEAR)
        for column, value in compared.items():
            assert _set(value) == _set(their[column]), column


def _plain_date(key: str) -> str:
    """The matching room writes months and days as numbers, we as they stand in the date."""
    name, _, rest = key.partition(":")
    letters = rest.rstrip("0123456789-")
    numbers = "-".join(str(int(part)) for part in rest[len(letters) :].split("-"))
    return f"{name}:{letters}{numbers}"


def _set(value):
    return frozenset(value or ()) if isinstance(value, list) or value is None else value

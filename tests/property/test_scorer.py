"""The weight of a pair is the same to a billionth of a bit, whether Splink weighs it for a file or a search does."""

from __future__ import annotations

import random
import re
import runpy
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook.casework.record_checks import own_register
from casebook.domain.case.namesakes import NEAR_MISS
from casebook.matching import conditions, model, scorer
from casebook.matching.person_rows import COLUMNS
from casebook.matching.prepare import load_rows, prepare
from casebook.sources import keys
from casebook.sources.protocol import Counts

MADE_UP = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "made_up.py"))
YEAR = 2026
PEOPLE = 60
SHARES = tuple(model.frequency_columns(model.settings()))
ODD = (
    {"forename": "Ærø", "surname": "Çelik", "dob": "1980"}, {"forename": "기영", "surname": "박준", "postcode": "SN1"},
    {"forename": "기영a", "surname": "박준a", "dob": "1980-02", "postcode": "SN2"}, {"forename": "J", "surname": ""}, {},
    {"surname": "Macdonald", "pnc_id": "2002/0073319Z", "address": "9 The Old Mill House Mews"},
    {"surname": "McDonald", "pnc_id": "1979/0163001B", "address": "9 The Old Mill House Mew"},
    {"surname": "Smith", "cro": "65656/91H", "pnc_id": "2002/0073319Z", "postcode": "SN1 2AB", "address": "9 Old Mill Mews"},
    {"surname": "Jones", "cro": "SF83/50058Z", "pnc_id": "1981/0000034U", "postcode": "SN1 2AC", "address": "9 Old Mill Mew"},
    {"surname": "Jones", "aliases": "Joe Smith", "middle_names": "Annabella", "dob": "1980-02-13"},
    {"forename": "José", "middle_names": "Annabela", "surname": "Ng", "dob": "1980-02-30", "address": "Flat 2, 12a Ærø Road"},
)  # fmt: skip


def people(rng):
    """Made-up people, and each again with a slip or two: pairs on every level of the model."""
    drawn = [MADE_UP["person"](rng) for _ in range(PEOPLE // 3)]
    copies = [MADE_UP["Person"](**vars(who)) for who in drawn * 2]
    for who in copies:
        MADE_UP["corrupt"](rng, who, rng.randint(1, 3))
    beside = [rng.choice([MADE_UP["twin"], MADE_UP["junior"]])(rng, who) for who in drawn[:6]]
    rows = [{name: vars(who).get(name, "") for name in COLUMNS} for who in (*drawn, *copies, *beside)]
    return [*rows, *({**dict.fromkeys(COLUMNS, ""), **each} for each in ODD)]


def weighed_by_splink(con, shares, count):
    """(left, right) -> weight of every pair, by the SQL that Splink makes of the committed settings."""
    from splink import DuckDBAPI  # noqa: PLC0415 - slow
    from splink.internals.realtime import compare_records  # noqa: PLC0415

    con.register("shares", shares)
    for side in ("asked_for", "found"):
        con.execute(
            f"create or replace table {side} as select people.*, shares.* exclude (n) from people join shares on n = unique_id"
        )
    found_already = {**model.settings(), "blocking_rules_to_generate_predictions": []}
    nobody = con.sql("from asked_for limit 0").to_arrow_table()
    sql = compare_records(nobody, nobody, found_already, DuckDBAPI(con)).sql_used_to_create
    sql = re.sub(r"\b__splink__compare_records_left_\w+", "asked_for", sql)
    sql = re.sub(r"\b__splink__compare_records_right_\w+", "found", sql)
    rows = con.sql(f"select unique_id_l, unique_id_r, match_weight from ({sql})").fetchall()
    assert len(rows) == count**2
    return {(left, right): bits for left, right, bits in rows}


@settings(max_examples=2, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_a_search_weighs_thousands_of_pairs_as_splink_does(seed):
    rng = random.Random(seed)  # noqa: S311 - a seeded generator wants to be repeatable
    rows = people(rng)
    import pyarrow as pa  # noqa: PLC0415 - slow

    shares = [
        {f"tf_{part}": rng.choice([None, 10 ** -rng.uniform(1, 7)]) for part in SHARES} | {"n": at}
        for at in range(1, len(rows) + 1)
    ]
    with duckdb.connect(config={"threads": 1}) as con:
        numbers = [str(at) for at in range(len(rows))]
        load_rows(con, "raw", [[numbers, numbers, *([row[name] for row in rows] for name in COLUMNS)]])
        prepare(con, "raw", "people", this_year=YEAR)
        theirs = weighed_by_splink(con, pa.Table.from_pylist(shares), len(rows))
    mine = [{**keys.compared(row, YEAR), **share} for row, share in zip(rows, shares, strict=True)]
    levels = set()
    for left, one in enumerate(mine, start=1):
        for right, other in enumerate(mine, start=1):
            found = scorer.compared(one, other)
            levels |= {level.told for level, _ in found}
            assert scorer.weight(found) == pytest.approx(theirs[left, right], abs=1e-9, rel=0), (left, right)
    assert len(theirs) > 5_000
    told = {level.told for comparison in scorer._comparisons() for level in comparison.levels}
    assert len(told - levels) <= 6, told - levels


@pytest.mark.parametrize(
    "condition",
    [
        "surname_l",
        "surname_l = ",
        "soundex(surname_l) = surname_r",
        "surname = forename",
        "surname_l = surname_r;",
        "(sex_l",
    ],
)
def test_a_condition_that_is_not_understood_is_refused_when_it_is_read(condition):
    with pytest.raises(ValueError, match="condition of the model"):
        conditions.first_of([condition, "ELSE"])


@pytest.mark.parametrize(
    ("condition", "sex", "expected"),
    [
        ("sex_l = sex_r", (None, "f"), False),
        ("not sex_l = sex_r", (None, "f"), False),  # unknown, and so is its opposite
        ("not sex_l = sex_r", ("m", "f"), True),
        ("not coalesce(sex_l = sex_r, false)", (None, "f"), True),
        ("sex_l is null or sex_l = sex_r", (None, "f"), True),
        ("not (sex_l = sex_r and sex_l is null)", (None, "f"), False),
        ("not (sex_l = sex_r and sex_l is not null)", (None, "f"), True),
        ("(sex_l = sex_r)::int + 1 = 1", (None, "f"), False),
        ("(sex_l = sex_r)::int + 1 = 1", ("m", "f"), True),
        ("least(length(sex_l), length(sex_r)) = 1", (None, "f"), True),
    ],
)
def test_what_is_unknown_is_neither_true_nor_false(condition, sex, expected):
    left, right = ({"sex": value} for value in sex)
    assert (conditions.first_of([condition, "ELSE"])(left, right) == 0) is expected
    with duckdb.connect() as con:
        con.execute("create table pair as select ?::varchar as sex_l, ?::varchar as sex_r", list(sex))
        assert con.execute(f"select coalesce({condition}, false) from pair").fetchall() == [(expected,)]


@pytest.mark.parametrize("seed", range(4))
def test_whoever_weighs_enough_is_found_without_the_whole_score(seed):
    rows = people(random.Random(seed))  # noqa: S311 - as above
    theirs = {f"CL-2026-{at:06}": [row] for at, row in enumerate(rows)}
    near = 0
    for known in theirs.values():
        best = own_register._best(known, theirs, Counts(), YEAR)
        wanted = {match.person_id for match in best if match.weight >= NEAR_MISS}
        assert own_register._near(known, theirs, YEAR) == wanted
        near += len(wanted)
    assert len(rows) * 2 < near < len(rows) ** 2 / 2  # most are neither all found nor none

"""Turns person rows into the columns the model compares and the keys by which candidates are found.

One definition in DuckDB's SQL serves files of a million rows and a single search alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import pyarrow as pa

from casebook.matching import names
from casebook.matching.names import ADDRESS_NOISE
from casebook.matching.person_rows import COLUMNS
from casebook.values import addresses, dates, fillers, identifiers, short_forms

if TYPE_CHECKING:
    import duckdb

TEXTS = pa.list_(pa.string())

# row columns -> compared columns; the joined tables hold what `look_up` makes of each distinct cell
PREPARED = f"""
select
    row.unique_id, 'TABLE' as source_dataset, row.id,
    g.joined as forename, f.joined as surname,
    g.spellings as forename_spellings, f.spellings as surname_spellings,
    g.sound as forename_sound, f.sound as surname_sound,
    g.roots as forename_roots, f.roots as surname_roots,
    coalesce(m.forms, []) as middle,
    list_distinct(coalesce(g.forms, []) || coalesce(m.forms, []) || coalesce(a.given_forms, [])) as given_all,
    list_distinct(coalesce(f.forms, []) || coalesce(a.family_forms, [])) as family_all,
    list_distinct(coalesce(g.roots, []) || coalesce(m.forms, []) || coalesce(a.given_roots, [])) as given_roots,
    list_distinct(coalesce(f.roots, []) || coalesce(a.family_roots, [])) as family_roots,
    d.canonical as dob,
    try_cast(d.canonical[1:4] as smallint) as dob_year,
    try_cast(d.canonical[6:7] as tinyint) as dob_month,
    try_cast(d.canonical[9:10] as tinyint) as dob_day,
    date_diff('day', date '1900-01-01', try_cast(d.canonical as date)) as dob_number,
    sx.compared as sex,
    nullif(pc.whole, '') as postcode, nullif(pc.outward, '') as outward,
    nullif(ad.address, '') as address,
    list_distinct([word for word in string_split(nullif(ad.address, ''), ' ') if word not in {ADDRESS_NOISE}])
        as address_words,
    p.canonical as pnc_id, c.canonical as cro
from ROWS as row
    left join ROWS_forename as g on row.forename = g.text
    left join ROWS_surname as f on row.surname = f.text
    left join ROWS_middle_names as m on row.middle_names = m.text
    left join ROWS_aliases as a on row.aliases = a.text
    left join ROWS_dob as d on row.dob = d.text
    left join ROWS_sex as sx on row.sex = sx.text
    left join ROWS_pnc_id as p on row.pnc_id = p.text
    left join ROWS_cro as c on row.cro = c.text
    left join ROWS_postcode as pc on row.postcode = pc.text
    left join ROWS_address as ad on row.address = ad.text
"""

# Two records are compared if they share any one of these keys. Each single field is a key of its own; the pairs of
# fields tolerate a slip in one of the two: no field, and no common pair of fields, can hide a person by being wrong.
_NAMES = "(given_all || family_all)"
KEYS = f"""list_distinct(flatten([
    ['name:' || n for n in {_NAMES}],
    flatten([['both:' || least(g, s) || '~' || greatest(g, s) for s in family_roots] for g in given_roots]),
    ['year:' || n || dob_year for n in {_NAMES}],
    ['year+month:' || n || dob_year || '-' || dob_month for n in {_NAMES}],
    ['month+day:' || n || dob_month || '-' || dob_day for n in {_NAMES}],
    ['year+day:' || n || dob_year || '-' || dob_day for n in {_NAMES}],
    ['area:' || n || outward for n in {_NAMES}],
    flatten([['initial:' || s || g[1] for g in given_all] for s in family_all]),
    flatten([['forename end:' || s || g[-2:] for g in given_all] for s in family_all]),
    flatten([['surname start:' || g || s[:2] for g in given_all] for s in family_all]),
    flatten([['surname end:' || g || s[-2:] for g in given_all] for s in family_all]),
    flatten([['surname ends:' || g || s[1] || s[-1] for g in given_all] for s in family_all]),
    [
        'sound:' || surname_sound || '~' || forename_sound[1],
        'sound:' || forename_sound || '~' || surname_sound[1],
        'sound+year:' || surname_sound[:2] || '~' || forename_sound[1] || '~' || dob_year,
        'sound+year:' || forename_sound[:2] || '~' || surname_sound[1] || '~' || dob_year,
        'sound end+year:' || forename_sound[2:] || '~' || dob_year,
        'sound end+year:' || surname_sound[2:] || '~' || dob_year,
        'sound+day:' || surname_sound[1] || '~' || forename_sound[1] || '~' || dob_month || '-' || dob_day
    ],
    ['born:' || dob_year || '-' || least(dob_month, dob_day) || '-' || greatest(dob_month, dob_day)],
    ['postcode:' || postcode],
    ['house:' || h for h in regexp_extract_all(address, '[0-9]+[A-Z]? [A-Z]{{2,}}')],
    ['pnc:' || pnc_id],
    ['cro:' || cro]
]))"""


def prepare(con: duckdb.DuckDBPyConnection, rows: str, table: str, *, this_year: int) -> None:
    """Create `table` (the columns of PREPARED) from the table `rows` that `load_rows` made."""
    look_up(con, rows, this_year=this_year)
    con.execute(f"create or replace table {table} as " + PREPARED.replace("ROWS", rows).replace("TABLE", table))


def load_rows(con: duckdb.DuckDBPyConnection, table: str, chunks: Iterable[list[list[str]]]) -> None:
    """Create `table` of raw rows: unique_id (1..n in file order), line, id, and the cells of COLUMNS."""
    raw = pa.schema([(name, pa.string()) for name in ("line", "id", *COLUMNS)])
    batches = (pa.record_batch(_without_no_names(chunk), raw) for chunk in chunks)
    con.register("chunks", pa.RecordBatchReader.from_batches(raw, batches))
    con.execute(
        f"""create or replace table {table} as
        select row_number() over () as unique_id, line::integer as line, * exclude (line) from chunks"""
    )
    con.unregister("chunks")


def _without_no_names(chunk: list[list[str]]) -> list[list[str]]:
    """Without the names of those who have none: Null Null is a filler, Jenny Null is not."""
    forenames, surnames = (chunk[2 + COLUMNS.index(name)] for name in ("forename", "surname"))
    for at, (forename, surname) in enumerate(zip(forenames, surnames, strict=True)):
        if fillers.is_no_name(forename, surname):
            forenames[at] = surnames[at] = ""
    return chunk


def look_up(con: duckdb.DuckDBPyConnection, rows: str, *, this_year: int) -> None:
    """Clean each distinct cell once: tables `rows`_COLUMN from the raw text to what it means."""
    name = {"joined": pa.string(), "spellings": TEXTS, "sound": pa.string(), "forms": TEXTS, "roots": TEXTS}
    alias = {"given_forms": TEXTS, "given_roots": TEXTS, "family_forms": TEXTS, "family_roots": TEXTS}
    code = {"canonical": pa.string(), "fault": pa.string()}
    tables: dict[str, tuple[dict[str, pa.DataType], Callable[[str], tuple[object, ...]]]] = {
        "forename": (name, lambda text: _name(names.given(text))),
        "surname": (name, lambda text: _name(names.family(text))),
        "middle_names": ({"forms": TEXTS}, lambda text: (names.middle(text),)),
        "aliases": (alias, _aliases),
        "dob": (code | {"as_iso": pa.bool_()}, lambda text: _born(text, this_year)),
        "sex": ({"compared": pa.string(), "read": pa.bool_()}, _sex),
        "postcode": ({"whole": pa.string(), "outward": pa.string()}, identifiers.postcode),
        "address": ({"address": pa.string()}, lambda text: (addresses.address(text),)),
        "pnc_id": (code, lambda text: _identifier(identifiers.check_pnc(text, this_year))),
        "cro": (code, lambda text: _identifier(identifiers.check_cro(text))),
    }
    for column, (fields, meaning) in tables.items():
        cells = con.execute(f"select distinct {column} from {rows} where {column} <> ''").fetchall()
        found = pa.Table.from_pylist(
            [dict(zip(("text", *fields), (text, *meaning(text)), strict=True)) for (text,) in cells],
            pa.schema({"text": pa.string(), **fields}),
        )
        con.register("found", found)
        con.execute(f"create or replace table {rows}_{column} as from found")
        con.unregister("found")


def _born(text: str, this_year: int) -> tuple[str | None, str | None, bool]:
    """What is compared, what is wrong with it, and whether it is written as we write dates."""
    read = dates.of_birth(text, this_year)
    fault = None if read.fault in {None, dates.DateFault.FILLER} else str(read.fault)
    return read.compared or None, fault, read.as_iso


def _sex(text: str) -> tuple[str | None, bool]:
    """What is compared, and whether the cell could be read."""
    return short_forms.compared_sex(text), bool(short_forms.sex(text)) or fillers.may_be_filler(text)


def _identifier(found: identifiers.Identifier | None) -> tuple[str | None, str | None]:
    if found is None:
        return None, "unrecognised"
    return found.evidence, None if found.reason == "filler" else found.reason


def _name(name: names.NamePart) -> tuple[object, ...]:
    return name.joined, name.spellings, name.sound, name.forms, name.roots


def _aliases(text: str) -> tuple[object, ...]:
    found = names.aliases(text)
    return found.given.forms, found.given.roots, found.family.forms, found.family.roots

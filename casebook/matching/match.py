"""Links a file of subjects to a file of persons: for each subject the best candidates, however weak."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from casebook.domain.vocabulary import MatchBand
from casebook.files import Rejection
from casebook.matching import candidates, model, prepare
from casebook.matching.person_rows import PersonRows, read
from casebook.outside_text import CsvWriter
from casebook.writing import refuse_unwritable, whole_text

OUT = ("subject_id", "person_id", "weight", "probability", "band")
BATCH = 10_000

# a cell that cannot be used: the row takes part all the same
CELL_FAULTS = {
    "unreadable_date": "cannot be read as a date; taken as unknown",
    "year_out_of_range": "the year cannot be one of birth; taken as unknown",
    "impossible_date": "there is no such day; compared as a slip in a real one",
    "not_in_vocabulary": "not one of f, m, x, unknown; taken as unknown",
}
NOT_ISO = "{} of this column are not written YYYY-MM-DD; they were read day before month"
# an invalid identifier is not a fault of the row, but it is counted, because it was not used
UNUSED = ("pnc_id", "cro")


@dataclass(frozen=True, kw_only=True)
class Matched:
    subjects: int
    persons: int
    pairs: int
    rows: int
    without_candidates: int
    bands: dict[str, int]
    unused_identifiers: int
    rejected: tuple[dict[str, object], ...]
    ignored_columns: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return all(rejected["landed"] for rejected in self.rejected)


def match_files(subjects: Path, persons: Path, out: Path, *, this_year: int) -> Matched:
    """Write `out`. Raises UnreadableFile for a file that has no header, no ids, or cannot be opened or written."""
    refuse_unwritable(out)
    with tempfile.TemporaryDirectory(prefix="casebook-match-") as spill, duckdb.connect() as con:
        con.execute("set temp_directory = ?", [spill])
        con.execute("set enable_progress_bar = false")
        asked = _load(con, subjects, "subject", this_year=this_year)
        known = _load(con, persons, "person", this_year=this_year)
        pairs = candidates.find_pairs(con, "subjects", "persons")
        model.count_frequencies(con, "persons")
        scored = model.score_pairs(con, "subjects", "persons") if pairs else None
        bands = _write(con, scored, out)
        return Matched(
            subjects=_count(con, "select count(distinct id) from subjects"),
            persons=_count(con, "select count(distinct id) from persons"),
            pairs=pairs,
            rows=bands.total(),
            without_candidates=_count(
                con, "select count(distinct id) from (from subjects anti join pairs on unique_id = subject)"
            ),
            bands={band: bands[band] for band in MatchBand},
            unused_identifiers=sum(
                _count(
                    con, f"select count(*) from {rows} join {rows}_{column} on {column} = text where fault is not null"
                )
                for rows in ("subject_rows", "person_rows")
                for column in UNUSED
            ),
            rejected=tuple(
                {"file": name, **asdict(each)}
                for name, rows in (("subjects", asked), ("persons", known))
                for each in sorted(rows.rejected, key=lambda each: (each.line, each.column))
            ),
            ignored_columns=tuple(dict.fromkeys((*asked.ignored_columns, *known.ignored_columns))),
        )


def best(scored: str | None) -> str:
    """SQL: the rows of the answer. The same id in several rows or sources is one candidate, by its best weight."""
    if scored is None:
        return "select ''::varchar as subject_id, ''::varchar as person_id, 0.0::double as weight where false"
    return f"""
        select subject.id as subject_id, person.id as person_id, max(round(match_weight, 3)) as weight
        from {scored}
            join subjects as subject on subject.unique_id = unique_id_l
            join persons as person on person.unique_id = unique_id_r
        group by subject.id, person.id
        qualify row_number() over (partition by subject.id order by max(round(match_weight, 3)) desc, person.id)
            <= {candidates.WANTED}
        order by min(subject.unique_id), weight desc, person.id"""


def _load(con: duckdb.DuckDBPyConnection, path: Path, what: str, *, this_year: int) -> PersonRows:
    rows = read(path, f"{what}_id")
    prepare.load_rows(con, f"{what}_rows", rows.chunks)
    prepare.prepare(con, f"{what}_rows", f"{what}s", this_year=this_year)
    faults = con.execute(
        f"""select line, 'dob', fault from {what}_rows join {what}_rows_dob on dob = text where fault is not null
        union all
        select line, 'sex', 'not_in_vocabulary' from {what}_rows join {what}_rows_sex on sex = text where not read"""
    ).fetchall()
    rows.rejected += [
        Rejection(line=line, column=column, code=code, message=CELL_FAULTS[code], landed=True)
        for line, column, code in faults
    ]
    first, count = con.execute(
        f"select min(line), count(*) from {what}_rows join {what}_rows_dob on dob = text"
        " where fault is null and canonical is not null and not as_iso"
    ).fetchall()[0]
    if count:
        message = NOT_ISO.format("1 cell" if count == 1 else f"{count:,} cells")
        rows.rejected.append(Rejection(line=first, column="dob", code="date_not_iso", message=message, landed=True))
    return rows


def _write(con: duckdb.DuckDBPyConnection, scored: str | None, out: Path) -> Counter[str]:
    """Write the file completely or not at all."""
    limits, bands = model.bands(), Counter[str]()
    with whole_text(out) as text:
        rows = CsvWriter(text)
        rows.writerow(OUT)
        answer = con.execute(best(scored))
        while batch := answer.fetchmany(BATCH):
            for subject, person, weight in batch:
                band = limits.of(weight)
                bands[band] += 1
                rows.writerow((subject, person, f"{weight:.3f}", f"{model.probability(weight):.9g}", band))
    return bands


def _count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])

"""Links many subjects to the persons of the extracts at once, with the matcher and the model of a single search."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import duckdb

from casebook.matching import candidates, model, prepare
from casebook.matching.person_rows import COLUMNS

CHUNK = 50_000
# the same forename and surname, under any spelling, nickname or alias of either
BEARS_NAME = """(list_has_any(subject.given_roots, person.given_roots)
    and list_has_any(subject.family_roots, person.family_roots))"""


@dataclass(frozen=True, kw_only=True)
class Link:
    subject: str
    person: str
    weight: float  # bits


@dataclass(frozen=True, kw_only=True)
class Linker:
    """The persons, made ready once; ask it for one batch of subjects after another."""

    con: duckdb.DuckDBPyConnection
    persons: int
    this_year: int

    def link(self, subjects: Iterable[tuple[str, Mapping[str, str]]], *, at_least: float) -> list[Link]:
        """The best links of each subject, of that weight or more, and those who bear the name whatever the birth date.

        Each way of telling who a subject is may be a row.
        """
        prepare.load_rows(self.con, "subject_rows", _chunks(subjects))
        prepare.prepare(self.con, "subject_rows", "subjects", this_year=self.this_year)
        if not self.persons or not candidates.find_pairs(self.con, "subjects", "persons"):
            return []
        scored = model.score_pairs(self.con, "subjects", "persons")
        rows = self.con.execute(
            f"""select subject, person, weight from (
                select subject.id as subject, person.id as person, max(round(match_weight, 3)) as weight,
                    bool_or({BEARS_NAME}) as bears from {scored}
                    join subjects as subject on subject.unique_id = unique_id_l
                    join persons as person on person.unique_id = unique_id_r
                group by subject.id, person.id having weight >= ? or bears)
            qualify row_number() over (partition by subject order by weight desc, person) <= {candidates.WANTED}
            order by subject, person""",
            [at_least],
        ).fetchall()
        self.con.execute(f"drop table {scored}")
        return [Link(subject=subject, person=person, weight=weight) for subject, person, weight in rows]


@contextmanager
def linker(persons: Iterable[tuple[str, Mapping[str, str]]], *, this_year: int) -> Iterator[Linker]:
    """`persons`: id and cells as persons.csv has them; equal persons of several sources are found under each id."""
    with tempfile.TemporaryDirectory(prefix="casebook-link-") as spill, duckdb.connect() as con:
        con.execute("set temp_directory = ?", [spill])
        con.execute("set enable_progress_bar = false")
        prepare.load_rows(con, "person_rows", _chunks(persons))
        prepare.prepare(con, "person_rows", "persons", this_year=this_year)
        model.count_frequencies(con, "persons")
        count = con.execute("select count(*) from persons").fetchall()[0][0]
        yield Linker(con=con, persons=count, this_year=this_year)


def _chunks(rows: Iterable[tuple[str, Mapping[str, str]]]) -> Iterator[list[list[str]]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        yield _columns(chunk)


def _columns(chunk: Sequence[tuple[str, Mapping[str, str]]]) -> list[list[str]]:
    cells = [[each.get(name) or "" for _, each in chunk] for name in COLUMNS]
    return [["0"] * len(chunk), [id_ for id_, _ in chunk], *cells]

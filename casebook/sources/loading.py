"""Loads persons.csv and records.csv of one source: every row is loaded or listed, and earlier versions are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from casebook import bounds, files
from casebook.domain.vocabulary import Source
from casebook.files import FileRow, Rejection
from casebook.sources import keys
from casebook.sources.extract_cells import UnusedCell, tidy_person, tidy_record
from casebook.storage.case import extracts
from casebook.storage.case.extracts import PERSON_CELLS, RECORD_CELLS
from casebook.values.ids import code_of
from casebook.values.text import items

WRITTEN = 1_000  # lines sent to the server at a time
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@dataclass(kw_only=True)
class Counted:
    """The counts of one file: rows that are new, changed, unchanged or gone, and rejected rows."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)
    repeated: int = 0  # rows that are equal to an earlier one
    spared: set[str] = field(default_factory=set)  # ids of rejected rows: their present versions stay
    lost: dict[int, str] = field(default_factory=dict)  # line -> a digest of each row that did not land

    @property
    def landed(self) -> int:
        return self.new + self.changed + self.unchanged


@dataclass(frozen=True, kw_only=True)
class ExtractFile:
    """One of the two files, and its table."""

    table: str
    id_column: str
    columns: tuple[str, ...]
    lists: frozenset[str]
    long: frozenset[str]  # with sentences
    tidy: Callable[
        [dict[str, str], int], Iterator[UnusedCell]
    ]  # normalises the cells in place; gives those that it cannot use

    @cached_property
    def blank(self) -> dict[str, str]:
        return dict.fromkeys(self.columns, "")


def load(
    session: Session, path: Path, kind: ExtractFile, *, source: str, extract: int, this_year: int, whole: bool
) -> Counted:
    """Stage the file, then update the table. With `whole`, rows that are not in the file are closed."""
    table = files.read(path, known=kind.columns, required=(kind.id_column,), bound=bounds.EXTRACT)
    counted = Counted(ignored_columns=table.ignored)
    session.execute(text(f"DROP TABLE IF EXISTS staged_{kind.table}"))
    session.execute(
        text(
            f"CREATE TEMP TABLE staged_{kind.table} ON COMMIT DROP AS SELECT 0 AS line, {_listed(kind)}"
            f" FROM {kind.table} WITH NO DATA"
        )
    )
    session.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
    session.execute(text("SET LOCAL gin_pending_list_limit = '64MB'"))
    session.execute(text("SET LOCAL work_mem = '64MB'"))
    with _cursor(session) as cursor, cursor.copy(f"COPY staged_{kind.table} FROM STDIN") as copy:
        rows = _unrepeated(table.rows, kind, source, this_year, counted)
        lines = (_line(row, kind, source, this_year, counted) for row in rows)
        while written := "".join(islice(lines, WRITTEN)):
            copy.write(written)
    session.execute(text(f"ANALYZE staged_{kind.table}"))
    if kind is RECORDS:
        _reject_orphans(session, source, counted)
    _bring_up(session, kind, source=source, extract=extract, whole=whole, counted=counted)
    counted.rejected += table.no_rows
    table.refuse_lost(counted.landed + len(counted.lost) + counted.repeated)
    if kind is PERSONS and counted.new + counted.changed + counted.gone:
        extracts.count_frequencies(session, source)
    counted.rejected.sort(key=lambda fault: fault.line)
    return counted


def _cursor(session: Session) -> psycopg.Cursor[Any]:
    driver: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    return driver.cursor()


def _unrepeated(
    rows: Iterator[FileRow], kind: ExtractFile, source: str, this_year: int, counted: Counted
) -> Iterator[FileRow]:
    """The valid rows. Of several rows with one id, the first; the others are listed unless they are equal."""
    first_lines: dict[str, tuple[int, int]] = {}
    for row in rows:
        faults = list(_faults(row, kind, source))
        counted.rejected += faults
        if not all(fault.landed for fault in faults):
            more = kind.tidy({**kind.blank, **row.cells}, this_year)
            counted.rejected += [_rejection(row, fault, landed=False) for fault in more]
            counted.spared.add(row[kind.id_column])
            counted.lost[row.line] = _digest_of(row)
            continue
        digest = hash(tuple(row.cells.values()))
        first = first_lines.setdefault(row[kind.id_column], (row.line, digest))
        if first[0] == row.line:
            yield row
        elif first[1] == digest:
            counted.repeated += 1
        else:
            message = f"line {first[0]} has the same id with other values"
            counted.rejected.append(
                Rejection(line=row.line, column=kind.id_column, code="repeated_id", message=message)
            )
            counted.lost[row.line] = _digest_of(row)


def _digest_of(row: FileRow) -> str:
    return blake2b("\x1f".join(row.values).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


def _line(row: FileRow, kind: ExtractFile, source: str, this_year: int, counted: Counted) -> str:
    """A line in the text format of COPY."""
    cells = {**kind.blank, **row.cells, "source": source}
    counted.rejected += [_rejection(row, fault, landed=True) for fault in kind.tidy(cells, this_year)]
    values = [cells[name] for name in kind.columns]
    digest = int.from_bytes(blake2b("\x1f".join(values).encode(), digest_size=8).digest(), signed=True)
    cells_kept: list[str | None] = [
        _as_list(cells[name]) if name in kind.lists else cells[name] for name in kind.columns
    ]
    if kind is PERSONS:
        cells_kept += keys.plain(cells)
    if _SPECIAL.search("".join(filter(None, cells_kept))):
        cells_kept = [cell.translate(_ESCAPED) if cell else cell for cell in cells_kept]
    if kind is PERSONS:
        cells_kept.append("{" + ",".join(map(str, keys.numbers(source, cells, this_year))) + "}")
    return "\t".join([str(row.line), *(cell or r"\N" for cell in cells_kept), str(digest)]) + "\n"


def _rejection(row: FileRow, fault: UnusedCell, *, landed: bool) -> Rejection:
    column, code, message = fault
    return Rejection(line=row.line, column=column, code=code, message=message, landed=landed)


def _as_list(cell: str) -> str:
    return json.dumps(items(cell), ensure_ascii=False) if cell else "[]"


def _listed(kind: ExtractFile) -> str:
    return ", ".join(
        (
            *kind.columns,
            *(("plain_forename", "plain_surname", "plain_postcode", "keys") if kind is PERSONS else ()),
            "digest",
        )
    )


def _reject_orphans(session: Session, source: str, counted: Counted) -> None:
    """List and remove records without a person in the source: no search would find them. Load the person first."""
    lost = session.execute(
        text(
            """DELETE FROM staged_source_record AS staged WHERE NOT EXISTS (
                SELECT FROM source_person AS p
                WHERE p.source = :source AND p.person_id = staged.person_id AND p.until IS NULL)
            RETURNING line, record_id, digest"""
        ),
        {"source": source},
    )
    message = "the source has no person with this id: load the person first"
    for line, record_id, digest in lost:
        counted.spared.add(record_id)
        counted.lost[line] = str(digest)
        counted.rejected.append(Rejection(line=line, column="person_id", code="unknown_person", message=message))


def _bring_up(session: Session, kind: ExtractFile, *, source: str, extract: int, whole: bool, counted: Counted) -> None:
    """Close versions that were replaced, or that a complete file no longer has, and add new or changed ones."""
    staged, current = f"staged_{kind.table} AS staged", f"{kind.table} AS current"
    same_id = f"current.{kind.id_column} = staged.{kind.id_column}"
    of_source = "current.source = :source AND current.until IS NULL"
    bound = {"source": source, "extract": extract, "spared": sorted(counted.spared)}

    def count(statement: str) -> int:
        return int(session.connection().execute(text(statement), bound).rowcount)

    if whole:
        counted.gone = count(
            f"UPDATE {current} SET until = :extract WHERE {of_source}"
            f" AND NOT EXISTS (SELECT FROM {staged} WHERE {same_id})"
            f" AND current.{kind.id_column} <> ALL(CAST(:spared AS text[]))"
        )
    counted.unchanged = count(
        f"DELETE FROM {staged} USING {current} WHERE {of_source} AND {same_id} AND current.digest = staged.digest"
    )
    counted.changed = count(f"UPDATE {current} SET until = :extract FROM {staged} WHERE {of_source} AND {same_id}")
    with extracts.keys_indexed_afterwards(session) if kind is PERSONS else nullcontext():
        added = count(
            f"INSERT INTO {kind.table} ({_listed(kind)}, since) SELECT {_listed(kind)}, :extract FROM {staged}"
        )
    counted.new = added - counted.changed


def _faults(row: FileRow, kind: ExtractFile, source: str) -> Iterator[Rejection]:
    """What is wrong with the row as a whole. It lands if it can be told who it is about."""
    if row.broken:
        yield replace(row.broken, landed=True, message="a quote in this row never closes: its first line is used")
    if row.miscounted:
        message = "has more cells than the header: those that have a column are used"
        yield Rejection(line=row.line, column="", code="wrong_number_of_cells", message=message, landed=True)
    if len("".join(row.values)) > 2 * bounds.NAMES:  # a shorter row has no text and no list that is too long
        for column, code, message in bounds.cell_faults(row.cells, lists=kind.lists, long=kind.long):
            yield Rejection(line=row.line, column=column, code=code, message=message)
    needed = {kind.id_column, "person_id"}
    for column in sorted(row.undecodable):
        message = "has bytes or characters that cannot be stored"
        yield Rejection(line=row.line, column=column, code="undecodable", message=message, landed=column not in needed)
    for column in sorted(needed - row.undecodable):
        if not row[column]:
            yield Rejection(line=row.line, column=column, code="missing", message="must not be empty")
    if row["source"] and code_of(row["source"], Source) != source and row["source"].lower() != source:
        message = "the row belongs to another source than the one being loaded"
        yield Rejection(line=row.line, column="source", code="other_source", message=message)


PERSONS = ExtractFile(
    table="source_person",
    id_column="person_id",
    columns=PERSON_CELLS,
    lists=frozenset({"aliases"}),
    long=frozenset(),
    tidy=tidy_person,
)
RECORDS = ExtractFile(
    table="source_record",
    id_column="record_id",
    columns=RECORD_CELLS,
    lists=frozenset({"flags"}),
    long=frozenset({"offence_text", "outcome"}),
    tidy=tidy_record,
)

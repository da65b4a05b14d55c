"""Reads persons and subjects files: each row lands or is listed; a cell that cannot be used never hides its row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from casebook import files
from casebook.files import CsvTable, FileRow, Rejection

COLUMNS = ("forename", "middle_names", "surname", "aliases", "dob", "sex", "address", "postcode", "pnc_id", "cro")
UNREAD = ("source",)  # of the format, and no evidence of who somebody is
CHUNK = 50_000


@dataclass(kw_only=True)
class PersonRows:
    """Rows of one file, read in chunks: iterate `chunks` to the end, then look at the rest."""

    ignored_columns: list[str]
    chunks: Iterator[list[list[str]]]  # columns: line, id, then COLUMNS
    rejected: list[Rejection] = field(default_factory=list)


def read(path: Path, id_column: str) -> PersonRows:
    """Raises UnreadableFile if there is no header, no column of ids, or a known column twice."""
    table = files.read(path, known=(id_column, *COLUMNS, *UNREAD), required=(id_column,))
    rows = PersonRows(ignored_columns=table.ignored, chunks=iter(()))
    rows.chunks = _chunks(_landed(table, id_column, rows.rejected))
    return rows


def _landed(table: CsvTable, id_column: str, rejected: list[Rejection]) -> Iterator[list[str]]:
    wanted, landed, without_id = (id_column, *COLUMNS), 0, 0
    for row in table.rows:
        if row.broken or row.miscounted or row.undecodable:
            rejected += _faults(row, id_column, len(table.columns))
        cells = row.cells
        if cells.get(id_column):
            landed += 1
            yield [str(row.line), *[cells.get(name, "") for name in wanted]]
        else:
            without_id += 1
            rejected.append(Rejection(line=row.line, column=id_column, code="missing", message="a row needs an id"))
    rejected += table.no_rows
    table.refuse_lost(landed + without_id)


def _faults(row: FileRow, id_column: str, width: int) -> Iterator[Rejection]:
    if row.broken:
        yield replace(row.broken, landed=True, message="a quote never closes; the cells of its first line are used")
    if row.miscounted:
        message = f"{len(row.values)} cells under {width} columns; those that have a column are used"
        yield Rejection(line=row.line, column="", code="wrong_number_of_cells", message=message, landed=True)
    for column in sorted(row.undecodable):
        message, landed = "cannot be read as text", column != id_column
        yield Rejection(line=row.line, column=column, code="undecodable", message=message, landed=landed)


def _chunks(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        yield [list(column) for column in zip(*chunk, strict=True)]

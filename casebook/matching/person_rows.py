"""Reads persons and subjects files: each row lands or is listed; a cell that cannot be used never hides its row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from casebook.errors import UnreadableFile

COLUMNS = ("forename", "middle_names", "surname", "aliases", "dob", "sex", "address", "postcode", "pnc_id", "cro")
UNREAD = frozenset({"source"})  # of the format, and no evidence of who somebody is
LONGEST_ROW = 40  # physical lines; a quote that closes later than this was never meant to open
CHUNK = 50_000


@dataclass(frozen=True, kw_only=True)
class Rejected:
    line: int  # the physical line on which the row starts; the header's is 1
    column: str
    code: str
    message: str
    landed: bool = False  # True: the row takes part all the same, this cell as unknown


@dataclass(kw_only=True)
class PersonRows:
    """Rows of one file, read in chunks: iterate `chunks` to the end, then look at the rest."""

    ignored_columns: list[str]
    chunks: Iterator[list[list[str]]]  # columns: line, id, then COLUMNS
    rejected: list[Rejected] = field(default_factory=list)


def read(path: Path, id_column: str) -> PersonRows:
    """Raises UnreadableFile if there is no header or no column of ids."""
    lines = _lines(path)
    header = [name.strip().lower() for name in next(csv.reader([next(lines, "")]), [])]
    if not header:
        raise UnreadableFile(f"{path.name} is empty: a header row is needed", "no_header")
    if id_column not in header:
        raise UnreadableFile(f"{path.name} lacks the column {id_column}", "missing_column")
    known = {id_column, *COLUMNS, *UNREAD}
    rows = PersonRows(ignored_columns=[name for name in header if name and name not in known], chunks=iter(()))
    rows.chunks = _chunks(_landed(lines, header, id_column, rows.rejected))
    return rows


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
            yield from file
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error.strerror}", "no_such_file") from None


def _landed(lines: Iterator[str], header: list[str], id_column: str, rejected: list[Rejected]) -> Iterator[list[str]]:
    width, at_id = len(header), header.index(id_column)
    wanted = [header.index(name) if name in header else width for name in (id_column, *COLUMNS)]
    for line, row in _rows(lines, width):
        if row is None or len(row) != width:
            code, message = ("open_quote", "a quote never closes") if row is None else _miscounted(row, width)
            rejected.append(Rejected(line=line, column="", code=code, message=message))
            continue
        faults = [header[at] for at in _undecodable(row)]
        rejected += [
            Rejected(line=line, column=name, code="undecodable", message="cannot be read as text") for name in faults
        ]
        if not row[at_id].strip():
            rejected.append(Rejected(line=line, column=id_column, code="missing", message="a row needs an id"))
        elif not faults:
            row.append("")
            yield [str(line), *(row[at].strip() for at in wanted)]


def _miscounted(row: list[str], width: int) -> tuple[str, str]:
    return "wrong_number_of_cells", f"{len(row)} cells under {width} columns"


def _rows(lines: Iterator[str], width: int) -> Iterator[tuple[int, list[str] | None]]:
    """Line number and cells of each row; None for a row whose quotes do not close, which ends at its first line."""
    number, waiting = 1, list[str]()
    while line := waiting.pop(0) if waiting else next(lines, ""):
        number += 1
        if '"' not in line:
            if line := line.rstrip("\n"):
                yield number, line.split(",")
            continue
        taken, row = [line], _cells([line])
        while row is None and len(taken) < LONGEST_ROW and (more := waiting.pop(0) if waiting else next(lines, "")):
            taken.append(more)
            row = _cells(taken)
        if len(taken) > 1 and (row is None or len(row) != width):
            waiting, taken, row = taken[1:] + waiting, taken[:1], None
        yield number, row
        number += len(taken) - 1


def _cells(lines: list[str]) -> list[str] | None:
    """None if the text is no whole row."""
    try:
        return next(csv.reader(lines, strict=True))
    except csv.Error:
        return None


def _undecodable(row: list[str]) -> list[int]:
    text = "".join(row)
    if text.isascii() and "\0" not in text:
        return []
    return [at for at, cell in enumerate(row) if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in cell)]


def _chunks(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        yield [list(column) for column in zip(*chunk, strict=True)]

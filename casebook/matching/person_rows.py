"""Reads persons and subjects files: each row lands or is listed; a cell that cannot be used never hides its row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from casebook import files
from casebook.errors import UnreadableFile

COLUMNS = ("forename", "middle_names", "surname", "aliases", "dob", "sex", "address", "postcode", "pnc_id", "cro")
UNREAD = frozenset({"source"})  # of the format, and no evidence of who somebody is
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
    """Raises UnreadableFile if there is no header, no column of ids, or a known column twice."""
    lines = files.split(files.lines(path))
    header = files.header_of(path, lines)
    if id_column not in header:
        raise UnreadableFile(f"{path.name} lacks the column {id_column}", "missing_column")
    known = {id_column, *COLUMNS, *UNREAD}
    files.refuse_repeated(path, header, known)
    rows = PersonRows(ignored_columns=files.ignored(header, known), chunks=iter(()))
    rows.chunks = _chunks(_landed(lines, header, id_column, rows.rejected))
    return rows


def _landed(
    lines: Iterator[files.RawLine], header: Sequence[str], id_column: str, rejected: list[Rejected]
) -> Iterator[list[str]]:
    width, at_id = len(header), header.index(id_column)
    wanted = [header.index(name) if name in header else width for name in (id_column, *COLUMNS)]
    for line, row, whole, *_ in lines:
        if not any(row):
            continue
        if not whole:
            message = "a quote never closes; the cells of its first line are used"
            rejected.append(Rejected(line=line, column="", code="open_quote", message=message, landed=True))
        if files.overfilled(row, width):
            message = f"{len(row)} cells under {width} columns; those that have a column are used"
            rejected.append(Rejected(line=line, column="", code="wrong_number_of_cells", message=message, landed=True))
        row[width:] = [""] * max(width + 1 - len(row), 1)
        for at in _undecodable(row):
            message = "cannot be read as text"
            known = at != at_id
            rejected.append(Rejected(line=line, column=header[at], code="undecodable", message=message, landed=known))
            row[at] = ""
        if row[at_id].strip():
            yield [str(line), *(row[at].strip() for at in wanted)]
        else:
            rejected.append(Rejected(line=line, column=id_column, code="missing", message="a row needs an id"))


def _undecodable(row: list[str]) -> list[int]:
    text = "".join(row)
    return (
        [] if text.isascii() and "\0" not in text else [at for at, cell in enumerate(row) if not files.storable(cell)]
    )


def _chunks(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        yield [list(column) for column in zip(*chunk, strict=True)]

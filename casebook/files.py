"""Reading CSV the one way this system reads it: UTF-8, header by name, each row with the physical line it starts on."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from casebook.errors import UnreadableFile

csv.field_size_limit(1 << 24)


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """Why a row did not land. `line` is physical, the header being 1; no value is ever repeated."""

    line: int
    column: str
    code: str
    message: str

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: stripped cells by column, and the columns whose cell PostgreSQL could not hold (empty in `cells`)."""

    line: int
    cells: Mapping[str, str]
    undecodable: frozenset[str] = frozenset()

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(kw_only=True)
class Table:
    """A CSV file being read. `ignored` is known once the header is; rows stream."""

    columns: tuple[str, ...]
    ignored: list[str]
    rows: Iterator[Row]
    required_missing: list[str] = field(default_factory=list)


def read(path: Path, *, known: Collection[str], required: Collection[str] = ()) -> Table:
    """Open a CSV file. Raises UnreadableFile if there is no file, no header, or a required column is missing."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror or 'cannot be opened'}", "no_such_file") from None
    lines = csv.reader(_lines(stream), strict=False)
    try:
        header = [name.strip().lower() for name in next(lines)]
    except StopIteration:
        raise UnreadableFile(f"{path.name} is empty: a header row is needed", "no_header") from None
    if missing := sorted(set(required) - set(header)):
        raise UnreadableFile(
            f"{path.name} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}", "missing_column"
        )
    return Table(
        columns=tuple(header),
        ignored=[name for name in header if name and name not in known],
        rows=_rows(lines, header, frozenset(known)),
    )


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Text lines; a byte that is not UTF-8 becomes a lone surrogate, so that its cell can be told from the others."""
    with stream, io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        yield from text


def _rows(lines: Iterator[list[str]], header: list[str], known: frozenset[str]) -> Iterator[Row]:
    reader = lines
    while True:
        start = reader.line_num + 1  # type: ignore[attr-defined]
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFile(f"line {start}: {error}", "not_csv") from None
        if not any(value.strip() for value in values):
            continue
        # a name that stands twice in the header: the first column of that name counts
        cells = {
            name: value.strip() for name, value in reversed(list(zip(header, values, strict=False))) if name in known
        }
        bad = frozenset(name for name, value in cells.items() if not _storable(value))
        yield Row(
            line=start, cells={name: "" if name in bad else value for name, value in cells.items()}, undecodable=bad
        )


def _storable(value: str) -> bool:
    if "\x00" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def list_of(cell: str) -> list[str]:
    """The items of a `;`-separated cell, without empty ones."""
    return [item.strip() for item in cell.split(";") if item.strip()]

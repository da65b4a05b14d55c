"""Reads CSV files: UTF-8, columns by the names in the header, each row with the physical line it starts on."""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from casebook.errors import UnreadableFile

csv.field_size_limit(1 << 24)
LONGEST_ROW = 1_000  # physical lines; a quote that is still open after these was opened by mistake


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """What could not be used of a row. `line` is the physical line; the header is 1. No value of the row is repeated."""

    line: int
    column: str
    code: str
    message: str
    landed: bool = False  # True: the row was accepted all the same, this cell as not known

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """One row: stripped cells by column, and the columns whose cell PostgreSQL cannot store (empty in `cells`)."""

    line: int
    cells: Mapping[str, str]
    undecodable: frozenset[str] = frozenset()
    miscounted: bool = False  # more cells are filled than the header has columns
    broken: Rejection | None = None  # it is not clear where the row ends: its cells are only likely
    values: Sequence[str] = field(default=(), repr=False)  # every cell as it is in the file, also of unknown columns

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, kw_only=True)
class CsvTable:
    """A CSV file being read. Its rows are read one at a time."""

    columns: tuple[str, ...]
    ignored: list[str]
    rows: Iterator[FileRow]


class RawLine(NamedTuple):
    """One row as it is in the file. If a quote in it never closes it is not whole: its first line, without quotes."""

    number: int
    values: list[str]
    whole: bool = True
    lines: int = 1  # physical lines it takes
    utf8: bool = True  # False: it was read as Windows-1252
    lacks_value: bool = False  # a formula in it has no stored value: what it gives is not known


def read(path: Path, *, known: Collection[str], required: Collection[str] = (), first_counts: bool = False) -> CsvTable:
    """Open a CSV file. Raises UnreadableFile if there is no file, no header, or a required column is missing.

    A known column that occurs twice is refused. With `first_counts` the later one is ignored and listed as ignored.
    """
    rows = split(lines(path))
    header = header_of(path, rows)
    if missing := sorted(set(required) - set(header)):
        raise UnreadableFile(
            f"{path.name} has no column{'s' * (len(missing) > 1)} {', '.join(missing)}", "missing_column"
        )
    if not first_counts:
        refuse_repeated(path, header, known)
    return CsvTable(
        columns=header,
        ignored=ignored(header, known),
        rows=_rows(rows, header, frozenset(known)),
    )


def lines(path: Path) -> Iterator[str]:
    """The lines of text. A byte that is not UTF-8 becomes a lone surrogate, so that its cell can be recognised."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror or 'cannot be opened'}", "no_such_file") from None
    with stream, io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        yield from text


def header_of(path: Path, rows: Iterator[RawLine]) -> tuple[str, ...]:
    """The names of the columns, from the first line that is not empty."""
    for row in rows:
        if any(value.strip() for value in row.values):
            header = tuple(value.strip().lower() for value in row.values)
            if "\0" in "".join(header):
                raise UnreadableFile(f"{path.name} is not UTF-8 text", "not_utf8")
            return header
    raise UnreadableFile(f"{path.name} is empty: a header row is needed", "no_header")


def refuse_repeated(path: Path, header: Sequence[str], known: Collection[str]) -> None:
    """Raises UnreadableFile if a known column occurs twice: it is not clear which of the two is meant."""
    if twice := _repeated(header, known):
        raise UnreadableFile(
            f"{path.name} has the column{'s' * (len(twice) > 1)} {', '.join(twice)} more than once:"
            " keep one of each name",
            "repeated_column",
        )


def ignored(header: Sequence[str], known: Collection[str]) -> list[str]:
    """Columns that are not read, each listed once: unknown ones, and repeats of known ones."""
    twice = _repeated(header, known)
    return [name for name in dict.fromkeys(header) if name and (name not in known or name in twice)]


def _repeated(header: Sequence[str], known: Collection[str]) -> list[str]:
    return [name for name, times in Counter(header).items() if times > 1 and name in known]


def split(lines: Iterable[str], delimiter: str = ",") -> Iterator[RawLine]:
    """Every row with its line, the header first. A stray quote spoils its own row and never the rows after it."""
    source, waiting = iter(lines), deque[str]()
    number, width = 1, 0
    while line := waiting.popleft() if waiting else next(source, ""):
        count, whole = 1, True
        if '"' not in line:
            values = line.rstrip("\r\n").split(delimiter)
        else:
            taken = list[str]()
            cells = _quoted(_fed(line, taken, waiting, source), taken, delimiter, width)
            waiting.extendleft(reversed(taken[1:] if cells is None else ()))
            count, whole = (len(taken), True) if cells is not None else (1, False)
            values = line.rstrip("\r\n").replace('"', "").split(delimiter) if cells is None else cells
        yield RawLine(number, values, whole, count)
        width, number = width or len(values), number + count


def _fed(line: str, taken: list[str], waiting: deque[str], source: Iterator[str]) -> Iterator[str]:
    """The line and the lines after it, as they are asked for. The lines given out are kept in `taken`."""
    while line and len(taken) < LONGEST_ROW:
        taken.append(line)
        yield line
        line = waiting.popleft() if waiting else next(source, "")
    if line:
        waiting.appendleft(line)


def _quoted(fed: Iterator[str], taken: list[str], delimiter: str, width: int) -> list[str] | None:
    """The cells of a row with quotes in it; None if its end cannot be found."""
    try:
        values = next(csv.reader(fed, delimiter=delimiter, strict=True))
    except csv.Error:
        if len(taken) > 1:
            return None
        # a quote closes in the middle of a cell; accept the row if nothing else is wrong with it
        values = next(csv.reader(taken, delimiter=delimiter))
        return values if len(values) == width and taken[0].count('"') % 2 == 0 else None
    # over several lines only a complete row counts: otherwise an open quote would swallow the rows after it
    swallowed = len(taken) > 1 and len(values) != width > 0
    return None if swallowed and any(more.count(delimiter) >= width - 1 for more in taken[1:]) else values


def _rows(rows: Iterator[RawLine], header: tuple[str, ...], known: frozenset[str]) -> Iterator[FileRow]:
    # where a name may occur twice in the header, the first column of that name counts
    wanted = [(header.index(name), name) for name in dict.fromkeys(header) if name in known]
    for number, values, whole, *_ in rows:
        if not whole:
            problem = Rejection(line=number, column="", code="open_quote", message="a quote in this row never closes")
            likely = _row(number, values, len(header), wanted)
            yield replace(likely or FileRow(line=number, cells={}, values=values), broken=problem)
        elif row := _row(number, values, len(header), wanted):
            yield row


def _row(number: int, values: list[str], width: int, wanted: list[tuple[int, str]]) -> FileRow | None:
    """The row of these values; None if it is blank."""
    text = "".join(values)
    if not text.strip():
        return None
    odd = overfilled(values, width)
    cells = {name: values[at].strip() for at, name in wanted if at < len(values)}
    if text.isascii() and "\0" not in text:
        return FileRow(line=number, cells=cells, miscounted=odd, values=values)
    bad = frozenset(name for name, value in cells.items() if not storable(value))
    kept = {name: "" if name in bad else value for name, value in cells.items()} if bad else cells
    return FileRow(line=number, cells=kept, undecodable=bad, miscounted=odd, values=values)


def overfilled(values: Sequence[str], width: int) -> bool:
    """Whether more cells are filled than there are columns. Missing last cells are empty, surplus empty ones are none."""
    return len(values) > width and any(value.strip() for value in values[width:])


def as_written(columns: Sequence[str], row: FileRow) -> list[tuple[str, str]]:
    """Every cell of a row with its column, as PostgreSQL can store it: a NUL or a stray byte becomes its number."""
    cells = zip_longest(columns, row.values, fillvalue="")
    return [(_with_numbers(column), _with_numbers(value)) for column, value in cells]


def _with_numbers(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", r"\x00")


def storable(value: str) -> bool:
    """Whether PostgreSQL can store it: no NUL, and every byte was UTF-8."""
    if "\x00" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True

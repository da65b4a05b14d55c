"""Reads CSV files, and workbooks where they are taken: columns by the names in the header, each row with its physical line.

The lines are counted as they come from the file, and again as rows: no line is lost without a fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Protocol

from casebook import bounds, raw_lines, workbooks
from casebook.bounds import FileBound
from casebook.errors import Fault, UnreadableFile
from casebook.raw_lines import MOST_OF_A_TITLE, RawLine

HEADER_WITHIN = 20  # lines: some programs put a title and a date above the header
_OPEN_QUOTE = ("open_quote", "a quote in this row never closes")
_NOT_CALCULATED = ("formula_without_value", "a formula in this row has no stored value")
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """What could not be used of a row. `line` is the physical line; the header is 1. No value of the row is repeated."""

    line: int
    column: str
    code: str
    message: str
    landed: bool = False  # True: nothing is missing. The row was accepted, this cell as not known; or it is no row

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


@dataclass(kw_only=True)
class CsvTable:
    """A CSV file being read. Its rows are read one at a time; what else it says is complete after the last."""

    columns: tuple[str, ...]
    ignored: list[str]
    rows: Iterator[FileRow] = field(default_factory=lambda: iter(()))
    there: int = 0  # rows given so far
    no_rows: list[Rejection] = field(default_factory=list)  # lines above the header, and the header again

    def refuse_lost(self, accounted: int) -> None:
        """Raises Fault unless as many rows are accounted for as the file has."""
        if accounted != self.there:
            raise Fault("not every row of the file is accounted for", "rows_lost")


class _Lines(Protocol):
    """The lines of a file."""

    read: int  # so many were read so far

    def rows(self) -> Iterator[RawLine]:
        """The rows that they make."""


class _Physical:
    """The lines of a file, counted as they are read."""

    def __init__(self, path: Path, bound: FileBound) -> None:
        self.read, self._lines = 0, raw_lines.lines(path, bound)

    def rows(self) -> Iterator[RawLine]:
        return raw_lines.split(self._counted())

    def _counted(self) -> Iterator[str]:
        for line in self._lines:
            self.read += 1
            yield line


def read(
    path: Path,
    *,
    known: Collection[str],
    required: Collection[str] = (),
    first_counts: bool = False,
    bound: FileBound = bounds.TABLE,
    workbook: bool = False,
) -> CsvTable:
    """Open a CSV file; with `workbook` also one of Excel: its only sheet with the required columns.

    Raises UnreadableFile if there is no file, no header, or a required column is missing.

    A known column that occurs twice is refused. With `first_counts` the later one is ignored and listed as ignored.
    A title above the header is listed in `no_rows`. What is over the `bound` is refused before a row is read.
    """
    if workbook and workbooks.is_workbook(path, content := bounds.content(path, bound)):
        physical: _Lines = _Sheet(path, content, set(required))
    else:
        physical = _Physical(path, bound)
    rows = physical.rows()
    top, at = _top(path, rows, set(required))
    bounds.refuse_columns(path.name, top[at].values)
    header = names_of(top[at].values)
    if not top[at].whole:
        raise UnreadableFile(f"{path.name}: a quote in the header, line {top[at].number}, never closes", "open_quote")
    if missing := sorted(set(required) - set(header)):
        raise UnreadableFile(
            f"{path.name} has no column{'s' * (len(missing) > 1)} {', '.join(missing)}", "missing_column"
        )
    if not first_counts:
        _refuse_repeated(path, header, known)
    table = CsvTable(columns=header, ignored=_ignored(header, known))
    table.no_rows += [_no_row(line, "above_header", "stands above the header") for line in top[:at] if _filled(line)]
    table.rows = _counted(table, physical, top[: at + 1], chain(top[at + 1 :], rows), frozenset(known))
    return table


class _Sheet:
    """The only sheet of a workbook with the required columns near its top. A time of day is kept."""

    def __init__(self, path: Path, content: bytes, required: set[str]) -> None:
        sheets = [lines for _, lines in workbooks.sheets(path, content, times=True)]
        named = [
            lines for lines in sheets if any(required <= set(names_of(line.values)) for line in lines[:HEADER_WITHIN])
        ]
        if len(named) > 1:
            raise UnreadableFile(f"{path.name} has several sheets with these columns: save one alone", "several_sheets")
        self._lines = (named or sheets or [[]])[0]
        bounds.refuse_cells(path.name, sum(len(line.values) for line in self._lines))
        self.read = len(self._lines)

    def rows(self) -> Iterator[RawLine]:
        return iter(self._lines)


def _top(path: Path, rows: Iterator[RawLine], required: set[str]) -> tuple[list[RawLine], int]:
    """The first lines, and which of them is the header: the first that is filled, or one below a title.

    Raises UnreadableFile if there is none, or if more than a title stands above what looks like the header.
    """
    top = list[RawLine]()
    for line in rows:
        top.append(line)
        if _filled(line):
            break
    if not top or not _filled(top[-1]):
        raise UnreadableFile(f"{path.name} is empty: a header row is needed", "no_header")
    first = len(top) - 1
    _refuse_other_forms(path, top[first], required)
    if required <= set(names_of(top[first].values)):
        return top, first
    top += islice(rows, HEADER_WITHIN - 1)
    below = (at for at, line in enumerate(top) if at > first and required <= set(names_of(line.values)))
    if not required or (at := next(below, None)) is None:
        return top, first
    if any(len(set(map(str.strip, line.values)) - {""}) > MOST_OF_A_TITLE for line in top[:at]):
        raise UnreadableFile(
            f"{path.name}: line {top[at].number} looks like the header. Remove the lines above it, or move rows below it",
            "header_not_first",
        )
    return top, at


def _refuse_other_forms(path: Path, first: RawLine, required: set[str]) -> None:
    """Raises UnreadableFile for a workbook, for text that is not UTF-8, and for columns separated by another sign."""
    text = "".join(first.values)
    if text.startswith("PK\x03\x04"):
        raise UnreadableFile(f"{path.name} is an Excel workbook or an archive. Save it as CSV", "not_csv")
    if "\0" in text or text.startswith(("\udcff\udcfe", "\udcfe\udcff")):
        raise UnreadableFile(f"{path.name} is not UTF-8 text", "not_utf8")
    for sign, name in OTHER_DELIMITERS.items():
        if len(first.values) == 1 and sign in text and required <= set(names_of(first.values[0].split(sign))):
            raise UnreadableFile(f"{path.name} separates its columns with {name}. Save it with commas", "not_commas")


def names_of(values: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns in a header."""
    return tuple(value.strip().lower() for value in values)


def _filled(line: RawLine) -> bool:
    return any(value.strip() for value in line.values)


def _no_row(line: RawLine, code: str, message: str) -> Rejection:
    return Rejection(line=line.number, column="", code=code, message=f"{message}, and is no row", landed=True)


def _refuse_repeated(path: Path, header: Sequence[str], known: Collection[str]) -> None:
    """Raises UnreadableFile if a known column occurs twice: it is not clear which of the two is meant."""
    if twice := _repeated(header, known):
        raise UnreadableFile(
            f"{path.name} has the column{'s' * (len(twice) > 1)} {', '.join(twice)} more than once:"
            " keep one of each name",
            "repeated_column",
        )


def _ignored(header: Sequence[str], known: Collection[str]) -> list[str]:
    """Columns that are not read, each listed once: unknown ones, and repeats of known ones."""
    twice = _repeated(header, known)
    return [name for name in dict.fromkeys(header) if name and (name not in known or name in twice)]


def _repeated(header: Sequence[str], known: Collection[str]) -> list[str]:
    return [name for name, times in Counter(header).items() if times > 1 and name in known]


def _counted(
    table: CsvTable, physical: _Lines, top: Sequence[RawLine], below: Iterator[RawLine], known: frozenset[str]
) -> Iterator[FileRow]:
    """The rows, counted. Raises Fault at the end if a line of the file belongs to no row."""
    lines_used = sum(line.lines for line in top)
    header, first = table.columns, top[-1].values[0]

    def used() -> Iterator[RawLine]:
        nonlocal lines_used
        for line in below:
            lines_used += line.lines
            if line.values[0] == first and names_of(line.values[: len(header)]) == header:
                table.no_rows.append(_no_row(line, "header_again", "is the header again"))
            else:
                yield line

    for row in _rows(used(), header, known):
        table.there += 1
        yield row
    if lines_used != physical.read:
        raise Fault("not every line of the file is accounted for", "lines_lost")


def _rows(rows: Iterator[RawLine], header: tuple[str, ...], known: frozenset[str]) -> Iterator[FileRow]:
    # where a name may occur twice in the header, the first column of that name counts
    wanted = [(header.index(name), name) for name in dict.fromkeys(header) if name in known]
    for number, values, whole, _, _, lacks_value in rows:
        if not whole or lacks_value:
            code, message = _NOT_CALCULATED if whole else _OPEN_QUOTE
            problem = Rejection(line=number, column="", code=code, message=message)
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
    if len(values) > bounds.COLUMNS:  # no header is so wide: these cells have no column
        values = values[: bounds.COLUMNS]
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

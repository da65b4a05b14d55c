"""Reads a register's file, CSV or Excel, as far as it can be read at all: no row is refused, no text is given up.

Unlike `casebook.files`, it keeps what is not UTF-8 (the bytes are read as Windows wrote them) and says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from casebook import files
from casebook.domain.register import COLUMNS, Note
from casebook.domain.register_cells import Finding
from casebook.errors import UnreadableFile

EXCEL = frozenset({".xlsx", ".xlsm"})
DELIMITERS = ",;\t|"
MOST_KEPT = 1_000_000  # characters of a cell

Line = tuple[int, dict[str, str], tuple[Note, ...]]  # physical line, cells by column, what is doubtful


@dataclass(kw_only=True)
class RegisterFile:
    name: str  # of the file without its ending
    digest: str  # of its bytes
    columns: tuple[str, ...]
    ignored: list[str]
    absent: list[str]
    rows: list[Line]


def read(path: Path) -> RegisterFile:
    """Raises UnreadableFile if there is no file, or no line in it that names any column of a register."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror or 'cannot be opened'}", "no_such_file") from None
    lines = _excel(path) if path.suffix.lower() in EXCEL else _csv(content)
    header: tuple[str, ...] = ()
    rows: list[Line] = []
    for number, values, notes in lines:
        if not header:
            header = tuple(" ".join(value.split()).strip("\ufeff").lower().replace(" ", "_") for value in values)
            if not set(header) & set(COLUMNS):
                raise UnreadableFile(f"{path.name}: the first row names no column of a register", "no_header")
        elif any(value.strip() for value in values):
            rows.append((number, *_cells(header, values, notes)))
    if not header:
        raise UnreadableFile(f"{path.name} is empty: a header row is needed", "no_header")
    return RegisterFile(
        name=path.stem,
        digest=hashlib.sha256(content).hexdigest(),
        columns=header,
        ignored=[name for name in header if name and name not in COLUMNS],
        absent=[name for name in COLUMNS if name not in header],
        rows=rows,
    )


def _cells(header: Sequence[str], values: Sequence[str], notes: list[Note]) -> tuple[dict[str, str], tuple[Note, ...]]:
    if len(values) != len(header):
        notes.append((Finding.CELLS, ""))
    cells: dict[str, str] = {}
    for name, value in zip(header, values, strict=False):
        if name not in COLUMNS or name in cells:  # a name that stands twice: the first column counts
            continue
        if "\0" in value:
            notes.append((Finding.UNDECODABLE, name))
        if text := value.replace("\0", "").strip()[:MOST_KEPT]:
            cells[name] = text
    return cells, tuple(notes)


def _csv(content: bytes) -> Iterator[tuple[int, list[str], list[Note]]]:
    """Physical line, values, notes of each row; the header first."""
    wide = next(
        (name for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")) if content.startswith(mark)), ""
    )
    if wide:
        content = content.decode(wide, "replace").encode("utf-8", "replace")
    lines = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    first = _text(lines[0])[0]
    delimiter = max(DELIMITERS, key=lambda sign: (first.count(sign), -DELIMITERS.index(sign)))
    strange = set[int]()  # physical lines that were not UTF-8
    for number, values, whole, count in files.split(_texts(lines, strange), delimiter):
        legible = strange.isdisjoint(range(number, number + count))
        yield (
            number,
            values,
            [*([] if legible else [(Finding.NOT_UTF8, "")]), *([] if whole else [(Finding.OPEN_QUOTE, "")])],
        )


def _texts(lines: Sequence[bytes], strange: set[int]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        text, whole = _text(line)
        if not whole:
            strange.add(number)
        yield text + "\n"


def _text(line: bytes) -> tuple[str, bool]:
    """A line, and whether it was UTF-8; what is not is read as Windows wrote it, so that no byte is lost."""
    try:
        return line.decode("utf-8"), True
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace"), False


def _excel(path: Path) -> Iterator[tuple[int, list[str], list[Note]]]:
    """The rows of the first sheet; a date cell is read as its date."""
    import openpyxl  # noqa: PLC0415 - only an Excel file pays for it

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001 - a broken workbook raises what it likes
        raise UnreadableFile(f"{path.name} cannot be read as Excel ({type(error).__name__})", "not_excel") from None
    for number, values in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
        yield number, [_shown(value) for value in values], []
    book.close()


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)

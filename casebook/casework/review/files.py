"""Reads the file of a register, CSV or Excel. It reads as much as possible: no row is refused and no text is lost.

Unlike `casebook.files`, it keeps text that is not UTF-8 (read as Windows-1252) and marks it.
"""

from __future__ import annotations

import hashlib
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from casebook import files
from casebook.domain.review.register import COLUMNS, Note
from casebook.domain.review.register_cells import RegisterDoubt
from casebook.errors import UnreadableFile
from casebook.values import text
from casebook.values.text import word_set

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

EXCEL = frozenset({".xlsx", ".xlsm"})
DELIMITERS = ",;\t|"
MOST_KEPT = 1_000_000  # characters of a cell

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
STRICT = b"purl.oclc.org/ooxml/spreadsheetml"

Raw = tuple[int, list[str], list[Note]]  # physical line, values as written, doubts
RegisterLine = tuple[int, dict[str, str], tuple[Note, ...]]  # physical line, cells by column, doubts


MOST_OF_A_NOTE = 3  # different filled cells; an application has more
# how a line begins that sums up or describes the list
NOTES = word_set(
    "TOTAL TOTALS SUBTOTAL SUM COUNT GRAND PRINTED PRINT PAGE REPORT GENERATED EXPORTED SOURCE NOTE NOTES END OFFICIAL CONFIDENTIAL"
)

HEADER_WITHIN = 20  # rows: some programs put a title and a date above the header
ELSEWHERE = frozenset(
    {"reference", "outcome", "decided_on"}
)  # columns that files of the monitor and of records have too


@dataclass(kw_only=True)
class RegisterFile:
    name: str  # of the file without its ending, and of the sheet if there are several
    digest: str  # of its bytes
    columns: tuple[str, ...]
    ignored: list[str]
    absent: list[str]
    rows: list[RegisterLine]
    not_rows: list[tuple[int, RegisterDoubt]]  # physical lines below the header that are no application, and why


def read(path: Path) -> list[RegisterFile]:
    """One register, or one for each sheet that has a header.

    Raises UnreadableFile if the file cannot be opened, or has no header row of a register.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror or 'cannot be opened'}", "no_such_file") from None
    if content.startswith(OLD_EXCEL) and ENCRYPTED in content:
        raise UnreadableFile(f"{path.name} is protected with a password. Save it without one", "encrypted_excel")
    if content.startswith(OLD_EXCEL):
        raise UnreadableFile(f"{path.name} is in the old Excel format. Save it as .xlsx or CSV", "not_excel")
    is_excel = path.suffix.lower() in EXCEL or content.startswith(b"PK\x03\x04")
    sheets = list(_excel(path, content)) if is_excel else [("", list(_csv(content)))]
    registers = [(title, lines, at) for title, lines in sheets if (at := _header_at(lines)) is not None]
    if not registers:
        raise _no_register(path, sheets)
    several = len(registers) > 1
    return [
        _register(
            f"{path.stem}-{title}" if several else path.stem,
            hashlib.sha256(content + (b"\0" + title.encode() if several else b"")).hexdigest(),
            lines[at:],
        )
        for title, lines, at in registers
    ]


def _no_register(path: Path, sheets: Sequence[tuple[str, list[Raw]]]) -> UnreadableFile:
    if not any(_filled(values) for _, lines in sheets for _, values, _ in lines):
        return UnreadableFile(f"{path.name} is empty. Add a header row", "no_header")
    message = (
        f"{path.name} is not a register: no row at the top names columns such as received_on, b_surname or handler"
    )
    return UnreadableFile(message, "no_register")


def _register(name: str, digest: str, lines: Sequence[Raw]) -> RegisterFile:
    header = _header(lines[0][1])
    reasons = [(number, values, notes, _why_no_row(values, header)) for number, values, notes in lines[1:]]
    return RegisterFile(
        name=name,
        digest=digest,
        columns=header,
        ignored=files.ignored(header, COLUMNS),
        absent=[name for name in COLUMNS if name not in header],
        rows=[(number, *_cells(header, values, notes)) for number, values, notes, reason in reasons if reason is None],
        not_rows=[(number, reason) for number, _, _, reason in reasons if reason is not None],
    )


def _why_no_row(values: Sequence[str], header: Sequence[str]) -> RegisterDoubt | None:
    """Why a line is no application: blank, the header again, a total, or a note of whoever printed the list."""
    filled = [value.strip() for value in values if value.strip()]
    if not filled:
        return RegisterDoubt.BLANK_ROW
    if _header(values)[: len(header)] == tuple(header)[: len(values)]:
        return RegisterDoubt.HEADER_AGAIN
    first = text.folded(filled[0]).split()
    if len(set(filled)) <= MOST_OF_A_NOTE and first and first[0] in NOTES:
        return RegisterDoubt.NO_APPLICATION
    return None


def _filled(values: Sequence[str]) -> bool:
    return any(value.strip() for value in values)


def _header(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(value.split()).strip("\ufeff").lower().replace(" ", "_") for value in values)


def _header_at(lines: Sequence[Raw]) -> int | None:
    """The header row: of the first rows, the one that names most columns. A title may name one by chance."""
    named = [len((set(_header(values)) - {""}) & set(COLUMNS)) for _, values, _ in lines[:HEADER_WITHIN]]
    best = max(named, default=0)
    if not best or (best == 1 and named.index(best) > 0):
        return None
    at = named.index(best)
    return at if _of_a_register(set(_header(lines[at][1])) - {""}) else None


def _of_a_register(names: set[str]) -> bool:
    """Whether the columns are those of a register. A plain list of references is a register too."""
    return bool(names & set(COLUMNS) - ELSEWHERE) or names <= ELSEWHERE


def _cells(header: Sequence[str], values: Sequence[str], notes: list[Note]) -> tuple[dict[str, str], tuple[Note, ...]]:
    if files.overfilled(values, len(header)):
        notes.append((RegisterDoubt.CELLS, ""))
    cells: dict[str, str] = {}
    for name, value in zip(header, values, strict=False):
        if name not in COLUMNS or name in cells:  # if a column name is used twice, the first column counts
            continue
        if "\0" in value:
            notes.append((RegisterDoubt.UNDECODABLE, name))
        if text := value.replace("\0", "").strip()[:MOST_KEPT]:
            cells[name] = text
    return cells, tuple(notes)


def _csv(content: bytes) -> Iterator[Raw]:
    """Physical line, values, notes of each row; the header first."""
    wide_encoding = next(
        (name for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")) if content.startswith(mark)), ""
    )
    if wide_encoding:
        content = content.decode(wide_encoding, "replace").encode("utf-8", "replace")
    normalised = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = normalised.removesuffix(b"\n").split(b"\n")  # the end of the last line does not begin another
    delimiter = _delimiter([_text(line)[0] for line in lines[:HEADER_WITHIN]])
    not_utf8 = set[int]()  # physical lines that were not UTF-8
    for number, values, closed, count in files.split(_texts(lines, not_utf8), delimiter):
        legible = not_utf8.isdisjoint(range(number, number + count))
        yield (
            number,
            values,
            [
                *([] if legible else [(RegisterDoubt.NOT_UTF8, "")]),
                *([] if closed else [(RegisterDoubt.OPEN_QUOTE, "")]),
            ],
        )


def _delimiter(first: Sequence[str]) -> str:
    """The delimiter that yields the most column names in one of the first lines."""

    def named(sign: str) -> int:
        return max((len({*_header(line.replace('"', "").split(sign))} & set(COLUMNS)) for line in first), default=0)

    return max(DELIMITERS, key=lambda sign: (named(sign), -DELIMITERS.index(sign)))


def _texts(lines: Sequence[bytes], not_utf8: set[int]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        text, is_utf8 = _text(line)
        if not is_utf8:
            not_utf8.add(number)
        yield text + "\n"


def _text(line: bytes) -> tuple[str, bool]:
    """The text of a line, and whether it was UTF-8. If not, it is read as Windows-1252, so that no byte is lost."""
    try:
        return line.decode("utf-8"), True
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace"), False


def _excel(path: Path, content: bytes) -> Iterator[tuple[str, list[Raw]]]:
    """The rows of each sheet, padded to one length. A date cell becomes an ISO date.

    All cells are read, whatever size the sheet gives for itself. A merged range has its value in each of its cells.
    """
    import openpyxl  # noqa: PLC0415 - only an Excel file pays for it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which nobody here can act on
            book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            formulas = openpyxl.load_workbook(io.BytesIO(content))
    except Exception as error:  # noqa: BLE001 - a broken workbook raises what it likes
        raise UnreadableFile(
            f"{path.name} is not a readable Excel file ({type(error).__name__}). Save it again, or save it as CSV",
            "not_excel",
        ) from None
    if STRICT in _workbook_xml(content):
        raise UnreadableFile(
            f"{path.name} is in the Strict form of Excel. Save it as an ordinary workbook (.xlsx)", "strict_excel"
        )
    for sheet in book.worksheets:
        rows = [[_shown(value) for value in values] for values in sheet.iter_rows(values_only=True)]
        _spread_merged(rows, sheet)
        unknown = _without_value(formulas[sheet.title], sheet)
        while rows and not _filled(rows[-1]):  # formatted empty cells make a sheet look longer than it is
            rows.pop()
        notes = [[(RegisterDoubt.FORMULA, "")] if at in unknown else [] for at in range(1, len(rows) + 1)]
        yield sheet.title, [(at, row, notes[at - 1]) for at, row in enumerate(rows, start=1)]


def _workbook_xml(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read("xl/workbook.xml") if "xl/workbook.xml" in package.namelist() else b""


def _spread_merged(rows: list[list[str]], sheet: Worksheet) -> None:
    for merged in sheet.merged_cells.ranges:
        value = rows[merged.min_row - 1][merged.min_col - 1]
        for row in rows[merged.min_row - 1 : merged.max_row]:
            row[merged.min_col - 1 : merged.max_col] = [value] * (merged.max_col - merged.min_col + 1)


def _without_value(written: Worksheet, sheet: Worksheet) -> set[int]:
    """The rows with a formula whose value was not stored: what it would give is not known."""
    return {
        at
        for at, row in enumerate(written.iter_rows(), start=1)
        if any(cell.data_type == "f" and sheet[cell.coordinate].value is None for cell in row)
    }


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

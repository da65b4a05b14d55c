"""Reads Excel workbooks: every row of every sheet, whatever the sheet says about its own size."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from casebook.errors import UnreadableFile
from casebook.raw_lines import RawLine

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

ENDINGS = frozenset({".xlsx", ".xlsm"})
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
STRICT = b"purl.oclc.org/ooxml/spreadsheetml"


def is_workbook(path: Path, content: bytes) -> bool:
    """Whether a file is a workbook. Raises UnreadableFile if it is one that cannot be read, and says why."""
    if content.startswith(OLD_EXCEL) and ENCRYPTED in content:
        raise UnreadableFile(f"{path.name} is protected with a password. Save it without one", "encrypted_excel")
    if content.startswith(OLD_EXCEL):
        raise UnreadableFile(f"{path.name} is in the old Excel format. Save it as .xlsx or CSV", "not_excel")
    return path.suffix.lower() in ENDINGS or content.startswith(b"PK\x03\x04")


def sheets(path: Path, content: bytes) -> Iterator[tuple[str, list[RawLine]]]:
    """The title and the rows of each sheet, padded to one length. A date cell becomes an ISO date.

    A merged range has its value in each of its cells.
    """
    book, formulas = _opened(path, content)
    for sheet in book.worksheets:
        rows = [[_shown(value) for value in values] for values in sheet.iter_rows(values_only=True)]
        _spread_merged(rows, sheet)
        unknown = _without_value(formulas[sheet.title], sheet)
        # formatted empty cells make a sheet look longer than it is; a formula that nobody calculated is not empty
        while rows and len(rows) not in unknown and not any(value.strip() for value in rows[-1]):
            rows.pop()
        yield sheet.title, [RawLine(at, row, lacks_value=at in unknown) for at, row in enumerate(rows, start=1)]


def _opened(path: Path, content: bytes) -> tuple[Workbook, Workbook]:
    """The workbook with the stored values, and with the formulas."""
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
    return book, formulas


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

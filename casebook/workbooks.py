"""Reads Excel workbooks: every row of every sheet, whatever the sheet says about its own size."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, cast

from casebook import bounds
from casebook.errors import UnreadableFile
from casebook.raw_lines import RawLine

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from openpyxl.worksheet.worksheet import Worksheet

    from casebook.workbook_parts import Merged, Package, SheetExtent

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


def sheets(path: Path, content: bytes, *, times: bool = False) -> Iterator[tuple[str, list[RawLine]]]:
    """The title and the rows of each sheet, padded to one length. A date cell becomes an ISO date, with its time if `times`.

    A merged range has its value in each of its cells. Raises UnreadableFile for a workbook that cannot be read, or that
    would take more than `casebook.bounds` allows.
    """
    if len(content) > bounds.WORKBOOK.most_bytes:
        raise UnreadableFile(f"{path.name} is too large. Save it as CSV", "file_too_large")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which nobody here can act on
        try:
            yield from _sheets(path, content, times=times)
        except UnreadableFile:
            raise
        except Exception as error:  # noqa: BLE001 - a broken workbook raises what it likes
            message = (
                f"{path.name} is not a readable Excel file ({type(error).__name__}). Save it again, or save it as CSV"
            )
            raise UnreadableFile(message, "not_excel") from None


def _sheets(path: Path, content: bytes, *, times: bool) -> list[tuple[str, list[RawLine]]]:
    from casebook.workbook_parts import Package  # noqa: PLC0415 - only an Excel file pays for the library

    package = Package(path, content)
    book = _opened(package, data_only=True)
    if STRICT in _workbook_xml(package):
        raise UnreadableFile(
            f"{path.name} is in the Strict form of Excel. Save it as an ordinary workbook (.xlsx)", "strict_excel"
        )
    if len(book) > bounds.SHEETS:
        raise UnreadableFile(f"{path.name} has more than {bounds.SHEETS} sheets", "file_too_large")
    extents = [package.extents[sheet._worksheet_path] for sheet in book]  # type: ignore[attr-defined] # noqa: SLF001 - it has no public name
    written = _opened(package, data_only=False) if any(extent.has_formulas for extent in extents) else book
    return [
        (sheet.title, _lines(sheet, formulas, extent, times=times))
        for sheet, formulas, extent in zip(book, written, extents, strict=True)
    ]


def _opened(package: Package, *, data_only: bool) -> list[ReadOnlyWorksheet]:
    """The sheets, each read row by row when it is asked: with the stored values (`data_only`), or with the formulas."""
    from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415 - only an Excel file pays for it

    reader = ExcelReader(package.content, read_only=True, data_only=data_only, keep_links=False)
    reader.archive = package  # the library reads from the package that looks through each part first
    reader.read()
    return cast("list[ReadOnlyWorksheet]", reader.wb.worksheets)


def _workbook_xml(package: Package) -> bytes:
    return package.read("xl/workbook.xml") if "xl/workbook.xml" in package.namelist() else b""


def _lines(sheet: ReadOnlyWorksheet, formulas: ReadOnlyWorksheet, extent: SheetExtent, *, times: bool) -> list[RawLine]:
    """The rows of a sheet as far as it goes."""
    if not extent.cells:
        return []
    last, width = extent.last_row, extent.width
    table = cast("Worksheet", sheet).iter_rows(1, last, 1, width, values_only=True)
    rows = [[_shown(value, times=times) for value in values] for values in table]
    rows += [[""] * width for _ in range(last - len(rows))]
    cells = cast("Worksheet", formulas).iter_rows(1, last, 1, width) if extent.has_formulas else ()
    unknown = _without_value(rows, cells)
    _spread_merged(rows, extent.merged)
    # formatted empty cells make a sheet look longer than it is; a formula that nobody calculated is not empty
    while rows and len(rows) not in unknown and not any(value.strip() for value in rows[-1]):
        rows.pop()
    return [RawLine(at, row, lacks_value=at in unknown) for at, row in enumerate(rows, start=1)]


def _without_value(rows: Sequence[Sequence[str]], formulas: Iterable[Sequence[Cell | MergedCell]]) -> set[int]:
    """The rows with a formula whose value was not stored: what it would give is not known."""
    return {
        at
        for at, (values, cells) in enumerate(zip(rows, formulas, strict=False), start=1)
        if any(cell.data_type == "f" and not value for cell, value in zip(cells, values, strict=True))
    }


def _spread_merged(rows: list[list[str]], ranges: Iterable[Merged]) -> None:
    for place in ranges:
        value = rows[place.top - 1][place.left - 1]
        for row in rows[place.top - 1 : place.bottom]:
            row[place.left - 1 : place.right] = [value] * (place.right - place.left + 1)


def _shown(value: object, *, times: bool) -> str:
    match value:
        case None:
            return ""
        case datetime() if times and value.time() != time():
            return value.isoformat(sep=" ", timespec="minutes")
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)

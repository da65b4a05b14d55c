"""Workbooks drawn at random, as programs of many makes write them: each row that is in one must be read or listed.

What is there is told by an XML parser that looks at the sheet alone, not by the reader that is tested.
"""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from fuzzing import BYTES, REGISTER, ROWS, TOKEN, VALUES, LostRow
from papers import package

from casebook import files
from casebook.casework.review import files as review_files
from casebook.errors import UnreadableFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_AROUND = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    f'<Override PartName="/{SHEET}"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_RELATIONS}">'
    '<sheets><sheet name="List" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
_ABOVE = (["Register of applications"], ["", "", "", "Subject", "Subject", "Subject"], [])
_ROW_ATTRIBUTES = ("", ' hidden="1"', ' spans="1:2"', ' ht="15" customHeight="1"', ' outlineLevel="1" collapsed="1"')
# what a sheet says about itself, and what stands beside its rows
_BEFORE = ("", '<dimension ref="A1:B3"/>', '<dimension ref="A1"/>', "<sheetPr><outlinePr/></sheetPr>",
           '<cols><col min="1" max="9" hidden="1" width="4"/></cols>')  # fmt: skip
_AFTER = ("", '<autoFilter ref="A1:C2"/>', '<mergeCells count="1"><mergeCell ref="G15:H17"/></mergeCells>',
          '<mergeCells><mergeCell ref="D14:D16"/></mergeCells>', "<phoneticPr/>")  # fmt: skip
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Book(NamedTuple):
    """A workbook, and whether it is as programs write them: then it must be read."""

    content: bytes
    sound: bool


def drawn(dice: random.Random) -> Book:
    """A workbook with a register; in two of five something is broken."""
    book = package({**_AROUND, SHEET: _sheet(dice)})
    harm = dice.choice((None, None, None, _bytes_in_sheet, _bytes_in_package))
    return Book(harm(dice, book) if harm else book, sound=harm is None)


def _sheet(dice: random.Random) -> str:
    rows = [*dice.choices(_ABOVE, k=dice.randint(0, 2)), list(REGISTER), *(_cells(dice, n) for n in range(ROWS))]
    number, written = 0, []
    for cells in rows:
        number += 1 if dice.random() < 0.9 else dice.randint(2, 5)
        written.append(_row(dice, number, cells))
    return (
        f'<worksheet xmlns="{MAIN}">{dice.choice(_BEFORE)}<sheetData>{"".join(written)}</sheetData>'
        f"{dice.choice(_AFTER)}</worksheet>"
    )


def _cells(dice: random.Random, number: int) -> list[str]:
    given = {"reference": f"T{number:04}T", "received_on": "2019-03-04", "handler": "H1", "outcome": "disclosed"}
    return [
        dice.choice(VALUES) if name != "reference" and dice.random() < 0.2 else given.get(name, "") for name in REGISTER
    ]


def _row(dice: random.Random, number: int, values: list[str]) -> str:
    """A row; a writer may leave its number out only if it follows the one before it."""
    cells = "".join(
        _cell(dice, f"{chr(65 + at)}{number}", _NOT_XML.sub("", value)[:5_000])
        for at, value in enumerate(values)
        if value or dice.random() < 0.3
    )
    return f'<row r="{number}"{dice.choice(_ROW_ATTRIBUTES)}>{cells}</row>'


def _cell(dice: random.Random, place: str, value: str) -> str:
    """A value as one of the makes of programs writes it."""
    at, text = f"r={quoteattr(place)}", f'<t xml:space="preserve">{escape(value)}</t>'
    half = len(value) // 2
    runs = f"<r><t>{escape(value[:half])}</t></r><r><rPr><b/></rPr><t>{escape(value[half:])}</t></r>"
    return dice.choice((
        f'<c {at} t="inlineStr"><is>{text}</is></c>', f'<c {at} t="inlineStr"><is>{text}</is></c>',
        f'<c {at} t="str"><v>{escape(value)}</v></c>', f'<c {at} t="inlineStr"><is>{runs}</is></c>',
        f'<c {at} t="str"><f>A1&amp;""</f><v>{escape(value)}</v></c>',
    )) if value else f"<c {at}/>"  # fmt: skip


def _bytes_in_package(dice: random.Random, book: bytes) -> bytes:
    at = dice.randint(0, len(book))
    return book[:at] + dice.choice((dice.choice(BYTES), b"")) + book[at + dice.randint(0, 3) :]


def _bytes_in_sheet(dice: random.Random, book: bytes) -> bytes:
    with zipfile.ZipFile(BytesIO(book)) as parts:
        read = {name: parts.read(name) for name in parts.namelist()}
    at = dice.randint(0, len(read[SHEET]))
    read[SHEET] = read[SHEET][:at] + dice.choice((dice.choice(BYTES), b"")) + read[SHEET][at + dice.randint(0, 30) :]
    return package(read)


class ReadBook(NamedTuple):
    """What a reader made of a workbook: the text of each row that it gave, and the rows that it named as none."""

    rows: Mapping[int, str]
    listed: Collection[int]


def register(path: Path) -> ReadBook:
    files_read = review_files.read(path)
    assert all(file.unaccounted == 0 for file in files_read)
    return ReadBook(
        {line: "\x1f".join(cells.values()) for file in files_read for line, cells, _ in file.rows},
        {line for file in files_read for line, *_ in file.not_rows},
    )


def table(path: Path) -> ReadBook:
    read = files.read(path, known=REGISTER, required=("reference",), workbook=True)
    rows = {row.line: "\x1f".join(row.values) for row in read.rows}
    return ReadBook(rows, {line.line for line in read.no_rows})


READERS: Mapping[str, Callable[[Path], ReadBook]] = {"registers as workbooks": register, "tables as workbooks": table}


def check(reader: Callable[[Path], ReadBook], path: Path, *, sound: bool) -> bool:
    """Whether a workbook was read. Raises LostRow for a row that is neither read nor listed."""
    try:
        read = reader(path)
    except UnreadableFile as refusal:
        if sound:
            raise AssertionError(refusal.code) from None
        return False
    for line, token in _there(path):
        if line not in read.listed and token not in read.rows.get(line, ""):
            raise LostRow(f"{token} in row {line}")
    return True


def _there(path: Path) -> Iterator[tuple[int, str]]:
    """Each token of the sheet with the row in which it stands."""
    with zipfile.ZipFile(path) as parts:
        try:
            sheet = ET.fromstring(parts.read(SHEET))  # noqa: S314 - made here
        except ET.ParseError:
            raise LostRow("a sheet was read whose XML is broken") from None
    for row in sheet.iter(f"{{{MAIN}}}row"):
        for cell in row.iter(f"{{{MAIN}}}c"):
            for token in TOKEN.findall("".join(cell.itertext()).encode()):
                yield int(row.get("r", "0")), token.decode()

"""Inputs have bounds: what is too large, too deep or no file at all is refused with its code before it makes work."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from casebook import bounds, files, json_once, toml_file
from casebook.bounds import BadInput, FileBound
from casebook.casework.core import answers
from casebook.casework.record_checks.returns import PersonSeen
from casebook.casework.review import files as review_files
from casebook.casework.safeguarding.details import DetailsCompleted
from casebook.domain.case import application_file
from casebook.domain.case.intake import Form
from casebook.domain.review import register
from casebook.domain.review.register_cells import RegisterDoubt
from casebook.domain.vocabulary import Source, WorkKind
from casebook.errors import InvalidAnswer, UnreadableFile
from casebook.monitor import decisions_file
from casebook.policies import documents
from casebook.sources import answers as remote
from casebook.storage.tables import Person

HEADER = ("reference", "received_on", "b_surname", "handler", "outcome")
ROW = ("R1", "2021-03-04", "Denby", "H1", "disclosed")


def code_of(read, *arguments, **options):
    """The reason code with which something is refused."""
    with pytest.raises(UnreadableFile) as refused:
        read(*arguments, **options)
    return refused.value.code


# workbooks


@pytest.fixture
def workbook(tmp_path):
    """A workbook of one register; `change` may change its sheet, `package` its parts."""

    def make(rows=(HEADER, ROW), change=lambda _sheet: None, package=lambda _parts: None):
        book = openpyxl.Workbook()
        for cells in rows:
            book.active.append(cells)
        change(book.active)
        book.save(tmp_path / "plain.xlsx")
        with zipfile.ZipFile(tmp_path / "plain.xlsx") as saved:
            parts = {part: saved.read(part) for part in saved.namelist()}
        package(parts)
        path = tmp_path / "register.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for part, content in parts.items():
                packed.writestr(part, content)
        return path

    return make


SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"


def within(part, content):
    """A change of the package: this content at the end of the rows or of another part."""
    ends = {SHEET: b"</sheetData>", STYLES: b"</styleSheet>"}

    def change(parts):
        parts[part] = parts[part].replace(ends[part], content + ends[part])

    return change


def shared(content):
    """A change of the package: it has a table of shared texts."""
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"

    def change(parts):
        types = "[Content_Types].xml"
        override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
        parts[types] = parts[types].replace(b"</Types>", override)
        parts[STRINGS] = (
            b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + content + b"</sst>"
        )

    return change


def merged(count):
    ranges = b"".join(b'<mergeCell ref="A1:%b"/>' % b"ZZ2000" for _ in range(count))
    return lambda parts: parts.update(
        {SHEET: parts[SHEET].replace(b"</sheetData>", b"</sheetData><mergeCells>" + ranges + b"</mergeCells>")}
    )


def more_parts(parts):
    parts.update({f"x/{number}": b"" for number in range(bounds.PARTS)})


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
BOMBS = {
    "the last cell": {"change": lambda sheet: sheet.cell(1_048_576, 16_384, "x")},
    "the last cell, without coordinates in its row": {
        "package": within(SHEET, b'<row r="1048576">' + b"<c/>" * 16_383 + b"<c><v>1</v></c></row>")
    },
    "a row far below Excel's last": {"package": within(SHEET, b'<row r="99999999999"><c><v>1</v></c></row>')},
    "zipped rows": {"package": within(SHEET, b"<row/>" * (bounds.ROWS + 1))},
    "zipped cells": {"package": within(SHEET, b"<row>" + b"<c/>" * (bounds.ROW_PARTS + 1) + b"</row>")},
    "zipped shared texts": {"package": shared(b"<si><t>x</t></si>" * (bounds.ROWS + 1))},
    "zipped formats": {"package": within(STYLES, b"<xf/>" * (bounds.OTHER_PARTS + 1))},
    "a part that nobody reads": {"package": lambda parts: parts.update({"x/y.xml": b"<a/>" * (bounds.UNPACKED // 4)})},
    "a text of 20 MB": {"package": shared(b"<si><t>" + b"x" * (20 << 20) + b"</t></si>")},
    "parts in parts": {"package": within(STYLES, b"<x>" * 100 + b"</x>" * 100)},
    "merged ranges over each other": {"package": merged(10)},
    "one merged range over everything": {"change": lambda sheet: sheet.merged_cells.add("A1:XFD1048576")},
    "many parts": {"package": more_parts},
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_workbook_that_would_take_too_much_is_refused(workbook, bomb):
    assert code_of(review_files.read, workbook(**BOMBS[bomb])) == "file_too_large"


def test_a_workbook_with_too_many_sheets_is_refused(tmp_path):
    book = openpyxl.Workbook()
    for number in range(bounds.SHEETS):
        book.create_sheet(f"s{number}")
    book.save(tmp_path / "many.xlsx")
    assert code_of(review_files.read, tmp_path / "many.xlsx") == "file_too_large"


def test_a_part_that_holds_more_than_it_says_is_not_read_beyond_that(workbook):
    path = workbook(package=shared(b"<si><t>" + b"x" * 5_000_000 + b"</t></si>"))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        size = package.getinfo(STRINGS).file_size.to_bytes(4, "little")
    path.write_bytes(content.replace(size, (600).to_bytes(4, "little")))
    assert code_of(review_files.read, path) == "not_excel"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_is_packed_as_excel_packs_it(workbook, tmp_path, method):
    path = tmp_path / "packed.xlsx"
    with zipfile.ZipFile(workbook()) as plain, zipfile.ZipFile(path, "w", method) as packed:
        for part in plain.namelist():
            packed.writestr(part, plain.read(part))
    assert code_of(review_files.read, path) == "file_too_large"


@pytest.mark.parametrize(
    "damage",
    [
        lambda parts: parts.update({SHEET: ENTITIES + parts[SHEET].replace(b"<t>", b"<t>&b;")}),
        within(SHEET, b'<row r="1"><c r="A1"><v>1</v></c></row>'),  # a row that stands behind its place would be lost
        within(SHEET, b'<row r="9"><c r="A8"><v>1</v></c></row>'),
        within(SHEET, b'<row r="9"><c r="AAAA9"><v>1</v></c></row>'),
        within(SHEET, b'<row r="' + b"9" * 5_000 + b'"/>'),
    ],
)  # fmt: skip
def test_a_workbook_whose_parts_contradict_each_other_is_refused(workbook, damage):
    assert code_of(review_files.read, workbook(package=damage)) == "not_excel"


def test_the_workbook_that_took_gigabytes_is_refused_within_little_memory(workbook):
    path = workbook(**BOMBS["the last cell"])
    assert path.stat().st_size < 6_000
    reading = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from pathlib import Path
from casebook.errors import UnreadableFile
from casebook.casework.review import files
try:
    files.read(Path({str(path)!r}))
except UnreadableFile as refused:
    print(refused.code)
"""
    ended = subprocess.run([sys.executable, "-c", reading], capture_output=True, text=True, check=False, timeout=120)
    assert (ended.stdout.strip(), ended.returncode) == ("file_too_large", 0), ended.stderr


def test_an_ordinary_workbook_means_what_it_meant(workbook):
    def change(sheet):
        sheet.append([])
        sheet.append(["R2", datetime(2021, 3, 5, 10, 0), "=UPPER(C2)", None, 1.0])  # noqa: DTZ001 - Excel has no zones
        sheet.append(["R3", date(2021, 3, 6), "Quill", None, 1.5])
        sheet.merge_cells("D4:D5")
        sheet["D4"] = "H2"
        sheet["H20"].number_format = "0.00"  # a formatted empty cell far away

    [read] = review_files.read(workbook(change=change))
    assert [(line, cells) for line, cells, _ in read.rows] == [
        (2, dict(zip(HEADER, ROW, strict=True))),
        (4, {"reference": "R2", "received_on": "2021-03-05", "handler": "H2", "outcome": "1"}),
        (5, {"reference": "R3", "received_on": "2021-03-06", "b_surname": "Quill", "handler": "H2", "outcome": "1.5"}),
    ]
    assert [note for _, _, notes in read.rows for note in notes] == [(RegisterDoubt.FORMULA, "")]
    assert read.unaccounted == 0


def test_cells_without_coordinates_or_out_of_order_are_all_read(workbook):
    texts = b"".join(b'<c t="inlineStr"><is><t>%b</t></is></c>' % text.encode() for text in ROW)
    turned = b"".join(
        b'<c r="%c4" t="inlineStr"><is><t>%b</t></is></c>' % (ord("A") + at, ROW[at].encode()) for at in (4, 2, 0, 1, 3)
    )
    path = workbook(package=within(SHEET, b"<row>" + texts + b'</row><row r="4">' + turned + b"</row>"))
    [read] = review_files.read(path)
    assert [list(cells.values()) for _, cells, _ in read.rows] == [list(ROW)] * 3


def test_a_register_of_ten_thousand_rows_is_read_whatever_its_form(workbook, tmp_path):
    rows = [HEADER, *((f"R{number}", *ROW[1:]) for number in range(10_000))]
    (tmp_path / "register.csv").write_text("".join(",".join(cells) + "\n" for cells in rows))
    [from_workbook], [from_csv] = (review_files.read(path) for path in (workbook(rows), tmp_path / "register.csv"))
    assert [row[:2] for row in from_workbook.rows] == [row[:2] for row in from_csv.rows]
    assert len(from_csv.rows) == 10_000


# files of lines


def plain(path):
    return list(files.read(path, known=("name",)).rows)


# every reader of a file that somebody names
READERS = {
    "table": plain,
    "register": review_files.read,
    "expected": decisions_file.read_expected,
    "toml": toml_file.read,
    "policy": documents.from_file,
}


@pytest.fixture
def special(tmp_path):
    """What has a name and is no file."""

    def make(kind):
        path = tmp_path / kind
        match kind:
            case "fifo":
                os.mkfifo(path)
            case "socket":
                with socket.socket(socket.AF_UNIX) as listening:
                    listening.bind(str(path))
            case "directory":
                path.mkdir()
            case "device":
                path.symlink_to("/dev/zero")
            case "fifo_behind_a_link":
                os.mkfifo(tmp_path / "pipe")
                path.symlink_to(tmp_path / "pipe")
        return path

    return make


@pytest.mark.parametrize("kind", ["fifo", "socket", "directory", "device", "fifo_behind_a_link"])
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_is_neither_read_nor_waited_for(special, kind, reader):
    assert code_of(READERS[reader], special(kind)) == "not_a_file"


@pytest.mark.parametrize("reader", READERS)
def test_a_file_of_a_terabyte_is_refused_by_its_size(tmp_path, reader):
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert code_of(READERS[reader], path) == "file_too_large"


SMALL = FileBound(most_bytes=100, most_lines=10)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"x" * 100, None),
        (b"x" * 101, "file_too_large"),
        (b"x\n" * 10, None),
        (b"x\n" * 11, "too_many_lines"),
        (b"x\r" * 11, "too_many_lines"),
        (b"x\r\n" * 10, None),
    ],
)
def test_a_file_is_looked_through_before_its_first_line(tmp_path, content, code):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with bounds.opened(path, FileBound(most_bytes=1_000)) as file:  # as if it grew after it was opened
        if code is None:
            bounds.refuse_bulk(path, file, SMALL)
            assert file.read() == content
        else:
            assert code_of(bounds.refuse_bulk, path, file, SMALL) == code


def test_a_line_without_an_end_is_no_row(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"name\n" + b"x" * (2 * bounds.LINE + 1))
    assert code_of(plain, path) == "line_too_long"
    assert code_of(review_files.read, path) == "line_too_long"


def test_a_header_is_not_wider_than_any_list(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("name" + ",x" * bounds.COLUMNS)
    assert code_of(plain, path) == "too_many_columns"
    path.write_text("name" + ",x" * (bounds.COLUMNS - 1) + "\nAnn\n")
    assert [row["name"] for row in plain(path)] == ["Ann"]


def test_cells_that_have_no_column_are_not_all_kept(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("name\nAnn" + ",x" * 100_000 + "\n")
    [row] = plain(path)
    assert (row["name"], row.miscounted, len(row.values)) == ("Ann", True, bounds.COLUMNS)


def test_a_register_of_commas_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "CELLS", 1_000)
    path = tmp_path / "list.csv"
    path.write_text("reference,b_surname\n" + "," * 2_000 + "\n")
    assert code_of(review_files.read, path) == "file_too_large"


# JSON and TOML


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ('{"a": [1, 2.5, "x", null, true]}', None),
        ("[" * bounds.DEPTH + "]" * bounds.DEPTH, None),
        ("[" * (bounds.DEPTH + 1) + "]" * (bounds.DEPTH + 1), "too_deep"),
        ("[" * 900 + "]" * 900, "too_deep"),
        ('{"a":' * 900 + "1" + "}" * 900, "too_deep"),
        ("[" * 500_000, "too_deep"),
        ("[" + "[]," * bounds.BRACKETS + "1]", "too_many_items"),
        ("[" + "1," * (bounds.VALUES + 1) + "1]", "too_many_items"),
        ("9" * 100_000, "number_too_long"),
        ("9" * (bounds.DIGITS + 1), "number_too_long"),
        ("-" + "9" * (bounds.DIGITS + 1), "number_too_long"),
        ("9" * bounds.DIGITS, None),
        ("NaN", "not_finite"),
        ("[-Infinity]", "not_finite"),
        ("1e999", "not_finite"),
        ('{"a": 1, "a": 2}', "repeated_key"),
        ("{", "not_json"),
        (b"\xff", "not_utf8"),
    ],
)
def test_json_is_read_within_bounds(written, code):
    found = None
    try:
        json_once.loads(written)
    except BadInput as fault:
        found = fault.code
    assert found == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ('a = "x"', None),
        ("a = " + "[" * 65 + "]" * 65, "too_deep"),
        ("a = " + "[" * 5_000 + "]" * 5_000, "too_deep"),
        ("a = " + "{b = " * 900 + "1" + "}" * 900, "too_deep"),
        (".".join("a" * 65) + " = 1", "too_deep"),
        (".".join("a" * 100_000) + " = 1", "too_deep"),
        (" . ".join(["'a'", '"b"', "c-d"] * 30) + " = 1", "too_deep"),
        ("a = [" + "0.5, " * 100_000 + "]", None),
        ("a" * 1_000_000 + " = 1", None),
        ("a = '" + ". " * 500_000 + "'", None),
        ("a = " + "9" * 5_000, "number_too_long"),
        ("a = nan", "not_finite"),
        ("a = -inf", "not_finite"),
        ("a = ", "not_toml"),
    ],
)
def test_toml_is_read_within_bounds(tmp_path, written, code):
    path, found = tmp_path / "a.toml", None
    path.write_text(written)
    try:
        toml_file.read(path)
    except BadInput as fault:
        found = fault.code
    assert found == code


def test_an_answer_of_a_remote_source_is_read_within_bounds():
    with pytest.raises(remote.SourceFault):
        remote.shaped_text(
            remote.PersonsPage, b'{"total": 0, "next": null, "persons": ' + b"[" * 900 + b"]" * 900 + b"}"
        )


# names, and the length of texts

ALIASES = ";".join(f"Kai Mor{number}" for number in range(bounds.NAMES))
CELLS = {
    "external_id": "X1", "submitted_at": "2026-03-02T09:00:00+00:00", "route": "right_to_ask", "applicant": "a",
    "a_forename": "Ann", "a_surname": "Hill", "b_forename": "Karl", "b_surname": "Denby",
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("b_aliases", ALIASES, None),
        ("b_aliases", f"{ALIASES};;;", None),
        ("b_aliases", f"{ALIASES};Karl Quill", "too_many_items"),
        ("a_former_names", f"{ALIASES};Karl Quill", "too_many_items"),
        ("children", "2019;" * 101, "too_many_items"),
        ("b_forename", "x" * bounds.TEXT, None),
        ("b_forename", "x" * (bounds.TEXT + 1), "too_long"),
        ("b_address", "x" * (bounds.TEXT + 1), "too_long"),
        ("concern", "x" * bounds.LONG_TEXT, None),
        ("concern", "x" * (bounds.LONG_TEXT + 1), "too_long"),
    ],
)
def test_a_row_of_applications_is_rejected_if_it_names_or_says_too_much(column, text, code):
    read = application_file.read({**CELLS, column: text})
    assert (
        isinstance(read, Form) if code is None else [(fault.column, fault.code) for fault in read] == [(column, code)]
    )


def test_a_row_of_a_register_is_read_with_its_first_names_and_a_doubt():
    read = register.read(
        {"b_surname": "Denby", "b_aliases": f"{ALIASES};Karl Quill"}, register="r", today=date(2026, 3, 2)
    )
    assert len(read.b.aliases) == bounds.NAMES
    assert (RegisterDoubt.TOO_MANY, "b_aliases") in read.notes


def test_a_long_cell_of_a_register_is_read_from_its_beginning_with_a_doubt(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(f"reference,b_surname\nR1,{'x' * (bounds.TEXT + 1)}\nR2,Denby\n")
    [read] = review_files.read(path)
    assert [(len(cells["b_surname"]), notes) for _, cells, notes in read.rows] == [
        (bounds.TEXT, ((RegisterDoubt.TOO_LONG, "b_surname"),)),
        (5, ()),
    ]


def test_a_person_of_a_remote_source_with_too_many_aliases_has_none_and_says_so():
    rows = [
        remote.PersonShape.model_validate({"person_id": "1", "surname": "Denby", "aliases": aliases})
        for aliases in (["Kai Mor"] * (bounds.NAMES + 1),)
    ]
    [cells] = remote.persons(Source.PND, rows, 2026)
    assert (cells["aliases"], cells["surname"], cells[remote.NOT_USED]) == ("", "Denby", "aliases")


@pytest.mark.parametrize(
    ("raw", "code", "message"),
    [
        ({"people": {"b": {"aliases": ["x"] * (bounds.NAMES + 1)}}}, "invalid_answer", "must name at most 100"),
        ({"people": {"b": {"former_names": ["x"] * (bounds.NAMES + 1)}}}, "invalid_answer", "must name at most 100"),
        (
            {"people": {"b": {"forename": "x" * (bounds.TEXT + 1)}}},
            "invalid_answer",
            "must have at most 10000 characters",
        ),
        (
            {"people": {"b": {"aliases": ["x" * (bounds.TEXT + 1)]}}},
            "invalid_answer",
            "must have at most 10000 characters",
        ),
        ({"explained": {"x": "x" * (bounds.LONG_TEXT + 1)}}, "too_long", "has a text of more than 100,000"),
        ({"explained": {"x" * (bounds.LONG_TEXT + 1): "x"}}, "too_long", "has a text of more than 100,000"),
        ({"explained": [1] * (bounds.LISTED + 1)}, "too_many_items", "has a list of more than 10,000"),
    ],
)
def test_an_answer_is_refused_if_it_names_or_says_too_much(raw, code, message):
    with pytest.raises(InvalidAnswer) as refused:
        answers.parse(WorkKind.COMPLETE_DETAILS, DetailsCompleted, raw)
    assert (refused.value.code, message in refused.value.message) == (code, True)


def test_a_person_seen_in_a_source_has_no_more_aliases_than_one_of_an_extract():
    with pytest.raises(ValueError, match="at most 100"):
        PersonSeen(person_id="1", aliases=["x"] * (bounds.NAMES + 1))


def test_no_act_gives_a_person_more_names_than_can_be_searched_for():
    person = Person(party="b", former_names=[], aliases=["x"] * bounds.NAMES)
    with pytest.raises(InvalidAnswer) as refused:
        person.aliases = [*person.aliases, "y"]
    assert refused.value.code == "too_many_items"


def test_the_limits_that_are_told_are_those_that_count():
    told = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    [_, told] = told.split("## What a file may hold")
    kinds = (bounds.TABLE, bounds.EXTRACT, bounds.DOCUMENT, bounds.ANSWER, bounds.EXPORT, bounds.WORKBOOK)
    limits = [
        *(f"{kind.most_bytes // bounds.MIB:,} MiB" for kind in kinds),
        *(f"{kind.most_lines:,} lines" for kind in kinds if kind.most_lines),
        f"{bounds.LINE // bounds.MIB} MiB", f"{bounds.UNPACKED // bounds.MIB} MiB", f"{bounds.COLUMNS:,} columns",
        f"{bounds.CELLS:,} cells", f"{bounds.SHEETS} sheets", f"{bounds.DEPTH} deep", f"{bounds.DIGITS} digits",
        f"| {bounds.NAMES} |", f"{bounds.TEXT:,} characters; {bounds.LONG_TEXT:,} |",
    ]  # fmt: skip
    assert [limit for limit in limits if limit not in told] == []

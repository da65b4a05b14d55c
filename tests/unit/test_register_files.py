"""Files of registers as forces keep them: what a file says about itself is not believed, and every line is accounted for."""

from __future__ import annotations

import re
import zipfile
from datetime import date

import openpyxl
import pytest

from casebook.casework.review import files
from casebook.domain.review.register_cells import RegisterDoubt
from casebook.errors import UnreadableFile

HEADER = ["reference", "received_on", "b_forename", "b_surname", "b_dob", "handler", "outcome"]


def row(number, **cells):
    usual = {
        "reference": f"R{number}", "received_on": date(2019, 3, 1 + number % 28), "b_forename": "Karl",
        "b_surname": f"Denby{chr(65 + number % 26)}", "b_dob": "1985-01-02", "handler": "H1", "outcome": "withdrawn",
    }  # fmt: skip
    return [{**usual, **cells}[name] for name in HEADER]


@pytest.fixture
def workbook(tmp_path):
    """A workbook of these rows; `then` may change the sheet."""

    def make(rows, then=lambda _sheet: None):
        book = openpyxl.Workbook()
        for cells in rows:
            book.active.append(cells)
        then(book.active)
        path = tmp_path / "register.xlsx"
        book.save(path)
        return path

    return make


def rewritten(path, name, change):
    """The same package with one part changed."""
    with zipfile.ZipFile(path) as package:
        parts = {part: package.read(part) for part in package.namelist()}
    parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w") as package:
        for part, content in parts.items():
            package.writestr(part, content)
    return path


@pytest.mark.parametrize("said", [b"A1:G11", b"A1", b"A1:B2", b"A1:G1048576"])
def test_the_size_that_a_sheet_gives_for_itself_is_not_believed(workbook, said):
    path = workbook([HEADER, *(row(number) for number in range(30))])
    change = lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + said + b'"', xml)  # noqa: E731
    [register] = files.read(rewritten(path, "xl/worksheets/sheet1.xml", change))
    assert len(register.rows) == 30


def test_a_merged_range_has_its_value_in_each_of_its_rows(workbook):
    rows = [HEADER, *(row(number, handler="H1" if number == 0 else None) for number in range(4))]
    [register] = files.read(workbook(rows, lambda sheet: sheet.merge_cells("F2:F5")))
    assert [cells["handler"] for _, cells, _ in register.rows] == ["H1"] * 4


def test_a_formula_without_a_stored_value_is_a_finding(workbook):
    rows = [HEADER, row(0), row(1, b_dob="=TODAY()-10000"), row(2)]
    [register] = files.read(workbook(rows))
    assert [[doubt for doubt, _ in notes] for _, _, notes in register.rows] == [[], [RegisterDoubt.FORMULA], []]


@pytest.mark.parametrize(
    "above",
    [
        [["Applications 2019"]],
        [["Case", None, "Subject", None, None, "Staff", "Result"]],
        [["Applications 2019"], [], ["reference", None, "Subject", None, None, "handler", None]],
    ],
)
def test_rows_above_the_header_are_not_taken_for_it(workbook, above):
    [register] = files.read(workbook([*above, HEADER, row(0), row(1)]))
    assert [cells["reference"] for _, cells, _ in register.rows] == ["R0", "R1"]


def test_headers_again_totals_and_print_notes_are_findings_and_no_applications(workbook):
    rows = [HEADER, row(0), HEADER, row(1), [], ["Total", 2], ["Printed 01/02/2020 by H1"], ["Page 1 of 2"], row(2)]
    [register] = files.read(workbook(rows))
    assert [cells["reference"] for _, cells, _ in register.rows] == ["R0", "R1", "R2"]
    assert [doubt for _, doubt in register.not_rows] == [
        RegisterDoubt.HEADER_AGAIN, RegisterDoubt.BLANK_ROW, RegisterDoubt.NO_APPLICATION, RegisterDoubt.NO_APPLICATION,
        RegisterDoubt.NO_APPLICATION,
    ]  # fmt: skip


def test_a_workbook_that_cannot_be_read_says_why(tmp_path, workbook):
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
    old = tmp_path / "old.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    strict = rewritten(
        workbook([HEADER, row(0)]),
        "xl/workbook.xml",
        lambda xml: xml.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
    )
    codes = []
    for path in (locked, old, strict):
        with pytest.raises(UnreadableFile) as refused:
            files.read(path)
        codes.append(refused.value.code)
    assert codes == ["encrypted_excel", "not_excel", "strict_excel"]


def test_a_register_as_csv_may_leave_out_its_last_cells_or_end_its_rows_with_a_comma(tmp_path):
    path = tmp_path / "register.csv"
    path.write_text(
        "reference,received_on,b_surname,outcome,rationale\nR1,2019-03-01,Denby\nR2,2019-03-02,Hill,withdrawn,,\n"
    )
    [register] = files.read(path)
    assert [cells["reference"] for _, cells, _ in register.rows] == ["R1", "R2"]
    assert [notes for _, _, notes in register.rows] == [(), ()]

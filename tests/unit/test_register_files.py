"""Files of registers as forces keep them: what a file says about itself is not believed, and every line is accounted for."""

from __future__ import annotations

import re
import zipfile
from datetime import date

import openpyxl
import pytest

from casebook.casework.review import files, mappings
from casebook.domain.review.register_cells import RegisterDoubt
from casebook.domain.review.register_headings import KeptMapping, header_keys
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


def csv_of(tmp_path, text, name="register.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


# layouts of one register of three applications, and what is below its header but no application
LAYOUTS = {
    "plain": ("{h}\n{a}\n{b}\n{c}\n", 0),
    "no end of line": ("{h}\n{a}\n{b}\n{c}", 0),
    "windows": ("{h}\r\n{a}\r\n{b}\r\n{c}\r\n", 0),
    "old mac": ("{h}\r{a}\r{b}\r{c}\r", 0),
    "title": ("Log of 2019\n\n{h}\n{a}\n{b}\n{c}\n", 1),
    "title and date": ("Log of 2019,\nPrinted,1 June 2019\n{h}\n{a}\n{b}\n{c}\n", 2),
    "sorted with its header": ("{a}\n{b}\n{h}\n{c}\n", 0),
    "groups": ("About it,,About whom,\n{h}\n{a}\n{b}\n{c}\n", 1),
    "blank rows": ("{h}\n\n{a}\n\n\n{b}\n{c}\n", 3),
    "blank cells": ("{h}\n{a}\n,,,,\n{b}\n{c}\n", 1),
    "trailing commas": ("{h},,\n{a},,\n{b},,\n{c},,\n", 0),
    "trailing commas below": ("{h}\n{a},,\n{b},\n{c},,,\n", 0),
    "header again": ("{h}\n{a}\n{h}\n{b}\n{c}\n", 1),
    "header in capitals again": ("{h}\n{a}\n{H}\n{b}\n{c}\n", 1),
    "total": ("{h}\n{a}\n{b}\n{c}\nTotal,3\n", 1),
    "grand total": ("{h}\n{a}\n{b}\n{c}\n,Grand total: 3\n", 1),
    "printed": ("{h}\n{a}\n{b}\n{c}\nPrinted 1 June,by H1\n", 1),
    "protective marking": ("{h}\n{a}\n{b}\n{c}\nOFFICIAL - SENSITIVE\n", 1),
    "pages": ("{h}\n{a}\nPage 1 of 2\n{h}\n{b}\n{c}\nPage 2 of 2\n", 3),
    "quoted line break": ('{h}\n{a},"two\nlines"\n{b}\n{c}\n', 0),
    "open quote": ('{h}\n{a},"never closed\n{b}\n{c}\n', 0),
    "byte order mark": ("\ufeff{h}\n{a}\n{b}\n{c}\n", 0),
    "control z": ("{h}\n{a}\n{b}\n{c}\n\x1a", 1),
    "ruled": ("{h}\n----,----,----,----\n{a}\n{b}\n{c}\n====\n", 2),
    "end of report": ("{h}\n{a}\n{b}\n{c}\n*** End of report ***\n", 1),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "header", ["reference,received_on,b_surname,outcome", "App No,Date rec'd,Subject surname,Decision"]
)
def test_every_row_there_is_read_or_named(tmp_path, layout, header):
    text, others = LAYOUTS[layout]
    rows = {name: f"R{name},2019-03-0{n},Denby,withdrawn" for n, name in enumerate("abc", start=1)}
    [register] = files.read(csv_of(tmp_path, text.format(h=header, H=header.upper(), **rows)))
    assert sorted(cells.get("reference", "")[:2] for _, cells, _ in register.rows) == ["Ra", "Rb", "Rc"]
    assert (register.there, len(register.not_rows), register.unaccounted) == (3 + others, others, 0)


@pytest.mark.parametrize(
    ("groups", "headings", "ours"),
    [
        ("Applicant,,Subject,", "Forename,Surname,Forename,Surname", "a_forename a_surname b_forename b_surname"),
        ("Victim,Victim,Perpetrator,Perpetrator", "Name,DOB,Name,DOB", "a_name a_dob b_name b_dob"),
        ("Application,,Decision,", "Ref,Received,Date,Outcome", "reference received_on decided_on outcome"),
        ("Person at risk,,,Offender", "Surname,DOB,Postcode,Surname", "a_surname a_dob a_postcode b_surname"),
        (",,SUBJECT,,", "reference,received_on,surname,d.o.b.,sex", "reference received_on b_surname b_dob b_sex"),
        ("Case,Party A,,Party B,", "No,Surname,Phone,Surname,Gender", "reference a_surname a_phone b_surname b_sex"),
        (
            "Log,,Suspect,",
            "Officer in case,Date received,First name,Last name",
            "handler received_on b_forename b_surname",
        ),
    ],
)
def test_headings_in_two_rows_are_read_together(tmp_path, groups, headings, ours):
    cells = ",".join(f"x{at}" for at in range(headings.count(",") + 1))
    [register] = files.read(csv_of(tmp_path, f"Our log\n{groups}\n{headings}\n{cells}\n"))
    assert [column.ours for column in register.columns] == ours.split()
    assert [line for line, _ in register.not_rows] == [1, 2]
    assert (len(register.rows), register.unaccounted) == (1, 0)


def test_headings_that_people_use_make_a_register_and_what_is_ignored_is_named(tmp_path):
    text = "App No;Date rec'd;Victim;Subject DOB;;Shoe size\n7;9.6.23;HILL, Ann;c. 1985;left over;9\n"
    [register] = files.read(csv_of(tmp_path, text))
    [(_, cells, _)] = register.rows
    assert cells == {
        "reference": "7", "received_on": "9.6.23", "a_forename": "Ann", "a_surname": "HILL", "b_dob": "c. 1985",
    }  # fmt: skip
    assert register.ignored == ["column 5", "shoe_size"]


@pytest.mark.parametrize(
    ("whole", "forename", "surname"),
    [
        ("Karl Denby", "Karl", "Denby"), ("DENBY, Karl", "Karl", "DENBY"), ("Denby,Karl John", "Karl John", "Denby"),
        ("Jan van der Berg", "Jan", "van der Berg"), ("Denby", "", "Denby"),
    ],
)  # fmt: skip
def test_a_whole_name_is_split(tmp_path, whole, forename, surname):
    [register] = files.read(csv_of(tmp_path, f'reference,Perpetrator\nR1,"{whole}"\n'))
    [(_, cells, _)] = register.rows
    assert (cells.get("b_forename", ""), cells["b_surname"]) == (forename, surname)


@pytest.mark.parametrize(
    ("applied", "kept"),
    [
        ("victim", True),
        ("A", True),
        ("", True),
        ("??", True),
        ("Third party", False),
        ("Mother", False),
        ("IDVA", False),
    ],
)
def test_the_details_of_an_applicant_who_is_somebody_else_are_not_taken_for_the_person_at_risk(tmp_path, applied, kept):
    path = csv_of(tmp_path, f"App No,Applicant type,Applicant surname,Subject surname\n1,{applied},Hill,Denby\n")
    [register] = files.read(path)
    [(_, cells, notes)] = register.rows
    assert ("a_surname" in cells, (RegisterDoubt.OF_APPLICANT, "a_surname") in notes) == (kept, not kept)
    said = mappings.given({"Applicant surname": "a_surname"}, [])  # a person knows that it is the person at risk
    [register] = files.read(path, given=said)
    assert register.rows[0][1]["a_surname"] == "Hill"


def test_a_mapping_that_was_kept_is_used_for_the_next_file_of_its_name_or_header(tmp_path):
    header = "Case;Box 7;Finding"
    kept = KeptMapping(
        register="log 2019", headings=header_keys(header.split(";")),
        mapping=mappings.given(
            {"Case": "reference", "Box 7": "b_surname", "Finding": "outcome"}, [("outcome", "NFA", "withdrawn")]
        ),
    )  # fmt: skip
    for name, text in (
        ("log 2020.csv", f"{header}\nR1;Denby;NFA\n"),
        ("Log-2019.csv", f"{header};More\nR1;Denby;NFA;x\n"),
    ):
        [register] = files.read(csv_of(tmp_path, text, name), kept=[kept])
        assert register.rows[0][1] == {"reference": "R1", "b_surname": "Denby", "outcome": "NFA"}
        assert register.mapping.codes == {"outcome": {"NFA": "withdrawn"}}
    with pytest.raises(UnreadableFile):
        files.read(csv_of(tmp_path, f"{header};More\nR1;Denby;NFA;x\n", "other.csv"), kept=[kept])


def test_a_file_read_in_another_way_is_another_import_and_one_of_our_own_headings_needs_its_bytes_alone(tmp_path):
    theirs = csv_of(tmp_path, "App No,Subject surname,X\n1,Denby,y\n")
    ours = csv_of(tmp_path, "reference,b_surname,X\n1,Denby,y\n", "ours.csv")
    said = mappings.given({"X": "handler"}, [])
    digests = [
        files.read(path, given=given)[0].digest for path in (theirs, ours) for given in (mappings.given({}, []), said)
    ]
    assert len(set(digests)) == 4
    assert files.read(ours)[0].digest == files.read(ours)[0].content
    assert {files.read(theirs, given=said)[0].content, files.read(theirs)[0].content} == {files.read(theirs)[0].content}


def test_a_sheet_without_a_header_is_named_with_its_rows(workbook):
    def more(sheet):
        for title, rows in (("2020", 3), ("empty", 0)):
            other = sheet.parent.create_sheet(title)
            for number in range(rows):
                other.append(row(number))

    [register] = files.read(workbook([HEADER, row(0)], more))
    assert [(sheet.title, sheet.rows) for sheet in register.other_sheets] == [("2020", 3)]


def test_a_last_row_of_formulas_that_nobody_calculated_is_not_lost(workbook):
    [register] = files.read(workbook([HEADER, row(0), ["=A2", "=B2"]]))
    assert register.not_rows == [(3, RegisterDoubt.FORMULA)]
    assert (register.there, register.unaccounted) == (2, 0)


@pytest.mark.parametrize(
    "header",
    [
        "source,person_id,forename,middle_names,surname,aliases,dob,sex,address,postcode,pnc_id,cro",
        "type,name", "reason,notes", "Officer,Rank", "Result,Team,Goals", "DOB,Surname,Forename", "Address,Postcode,Phone",
    ],
)  # fmt: skip
def test_a_heading_or_two_that_registers_share_with_other_files_make_no_register(tmp_path, header):
    with pytest.raises(UnreadableFile) as refused:
        files.read(csv_of(tmp_path, f"{header}\n" + "x," * header.count(",") + "x\n"))
    assert refused.value.code == "no_register"

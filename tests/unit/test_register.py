"""Registers as they come: every row is read, everything doubtful is a finding, and lists become applications."""

from __future__ import annotations

import random
from datetime import date, timedelta

import openpyxl
import pytest

from casebook.casework.review import files
from casebook.domain.review import register
from casebook.domain.review.reconciling import PlacedRow, doubled, missing, overlap, reconcile
from casebook.domain.review.register_cells import RegisterDoubt, birth_date, slip
from casebook.domain.vocabulary import Outcome
from casebook.errors import UnreadableFile

TODAY = date(2026, 6, 1)
SMITH = {
    "a_forename": "Ann", "a_surname": "Smith", "a_dob": "1985-02-03", "b_forename": "Bob", "b_surname": "Jones",
    "b_dob": "1980-05-06", "received_on": "2019-03-04",
}  # fmt: skip


@pytest.fixture
def row():
    """A row of a list; its cells by name."""
    count = iter(range(2, 10_000))

    def make(in_list="case_system", **cells):
        line = next(count)
        told = {**SMITH, **cells}
        entry = register.read(told, register=in_list, today=TODAY)
        return PlacedRow(
            id=f"{in_list}:{line}",
            file=in_list,
            line=line,
            digest=repr(sorted({**told, "l": in_list}.items())),
            entry=entry,
        )

    return make


def notes(**cells):
    return {finding for finding, _ in register.read(cells, register="x", today=TODAY).notes}


@pytest.mark.parametrize(
    ("cells", "finding"),
    [
        ({"received_on": "31/02/2019"}, RegisterDoubt.IMPOSSIBLE_DATE),
        ({"received_on": "2019-13-45"}, RegisterDoubt.IMPOSSIBLE_DATE),
        ({"received_on": "TBC"}, RegisterDoubt.FILLER),
        ({"received_on": "44012"}, RegisterDoubt.DATE_NOT_ISO),  # the day as a spreadsheet counts it
        ({"received_on": "March 2019"}, RegisterDoubt.UNREADABLE_DATE),  # a month is no day
        ({"received_on": "last week"}, RegisterDoubt.UNREADABLE_DATE),
        ({"received_on": "04/03/2019"}, RegisterDoubt.DATE_NOT_ISO),
        ({"received_on": "4-Mar-2019"}, RegisterDoubt.DATE_NOT_ISO),
        ({"received_on": "04-03-2019"}, RegisterDoubt.DATE_NOT_ISO),
        ({"received_on": "4 listopad 2019"}, RegisterDoubt.UNREADABLE_DATE),
        ({"decided_on": "2031-01-01"}, RegisterDoubt.OUT_OF_TIME),
        ({"received_on": "2019-03-04", "decided_on": "2019-02-01"}, RegisterDoubt.DATES_SWAPPED),
        ({"outcome": "see file"}, RegisterDoubt.UNKNOWN_CODE),
        ({"b_forename": "N/K"}, RegisterDoubt.FILLER),
        ({"b_dob": "1900-01-01"}, RegisterDoubt.FILLER),
        ({"b_surname": "JosÃ©"}, RegisterDoubt.REPAIRED),
        ({"sources_searched": "pnc;google"}, RegisterDoubt.UNKNOWN_SOURCE),
        ({}, RegisterDoubt.MISSING_PERSON),
    ],
)
def test_what_is_doubtful_is_a_finding_and_never_a_refusal(cells, finding):
    assert finding in notes(**cells)


def test_a_swapped_pair_of_dates_is_put_right_and_said():
    entry = register.read({"received_on": "2019-03-20", "decided_on": "2019-03-04"}, register="x", today=TODAY)
    assert (entry.received_on, entry.decided_on) == (date(2019, 3, 4), date(2019, 3, 20))


def test_disclosed_is_read_as_disclosed_to_the_person_at_risk_and_unknown_as_no_outcome():
    said = [
        register.read({"outcome": text}, register="x", today=TODAY).outcome
        for text in ("Disclosed", "unknown", "", "??")
    ]
    assert said == [Outcome.DISCLOSED_TO_A, None, None, None]


def test_a_birth_date_may_be_partial():
    assert [birth_date(text, latest=TODAY)[0] for text in ("1987", "1987-04", "1987-13", "2087")] == [
        "1987",
        "1987-04",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1980-05-06", "1980-06-05", True),  # day and month
        ("1980-05-06", "1980-05-07", True),  # a digit
        ("1980-05-06", "1908-05-06", True),  # two digits exchanged
        ("1980-05-06", "1982-05-06", True),  # a near year
        ("1980-05-06", "1961-05-06", False),  # another generation
        ("1980-05-06", "1980-05-06", False),  # no slip at all
        ("1980", "1980-05-06", False),
    ],
)
def test_slips_in_a_birth_date(one, other, expected):
    assert slip(one, other) is expected


def test_an_open_quote_takes_no_other_row_down(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text('reference,rationale\nR1,"never closed\nR2,fine\nR3,"over\nlines"\nR4,last\n', encoding="utf-8")
    found = [(line, cells["reference"], {note for note, _ in notes}) for line, cells, notes in files.read(path)[0].rows]
    assert [(line, reference) for line, reference, _ in found][-1] == (6, "R4")
    assert {reference for _, reference, _ in found} == {"R1", "R2", "R3", "R4"}


def test_bytes_of_another_alphabet_are_kept_and_said(tmp_path):
    path = tmp_path / "r.csv"
    path.write_bytes("reference,b_surname\nR1,Dubé\n".encode("latin-1") + "R2,Dubé\n".encode())
    (_, first, doubt), (_, second, none) = files.read(path)[0].rows
    assert first["b_surname"] == second["b_surname"] == "Dubé"
    assert [note for note, _ in doubt] == [RegisterDoubt.NOT_UTF8]
    assert not none


def test_each_sheet_with_a_header_is_a_register_of_its_own(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "2019"
    for title, rows in (("2019", 1), ("2020", 2), ("notes", 0)):
        sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
        sheet.append(["Past applications", None] if rows else ["ask Jo"])
        if rows:
            sheet.append(["Reference", "received_on", "outcome"])
        for n in range(rows):
            sheet.append([f"{title}/{n}", date(2019, 3, 4)])
    book.save(tmp_path / "list.xlsx")
    first, second = files.read(tmp_path / "list.xlsx")
    assert (first.name, second.name) == ("list-2019", "list-2020")
    assert [line for line, _, _ in second.rows] == [3, 4]
    assert first.digest != second.digest
    assert not [note for _, _, notes in first.rows for note in notes]


def test_a_title_above_the_header_is_no_row(tmp_path):
    (tmp_path / "r.csv").write_text("Report of 1 June, by reference\n\nreference;outcome\nR1;withdrawn\n")
    [file] = files.read(tmp_path / "r.csv")
    assert [(line, cells["reference"]) for line, cells, _ in file.rows] == [(4, "R1")]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"a,b\n1,2\n", b"\x89PNG\r\n\x1a\n", b"\xd0\xcf\x11\xe0", b"PK\x03\x04junk"]
)
def test_what_is_no_register_is_told_without_a_trace(tmp_path, content):
    (tmp_path / "r.csv").write_bytes(content)
    with pytest.raises(UnreadableFile):
        files.read(tmp_path / "r.csv")


def test_an_excel_register_reads_like_the_csv(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Reference", "received_on", "outcome"])
    sheet.append([17, date(2019, 3, 4), None])
    book.save(tmp_path / "r.xlsx")
    [(line, cells, _)] = files.read(tmp_path / "r.xlsx")[0].rows
    assert (line, cells) == (2, {"reference": "17", "received_on": "2019-03-04"})


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "no_header"),
        (",,", "no_header"),
        ("a,b", "no_register"),
        ("decided_on,decider,reference,outcome,expected", "no_register"),
        ("source,record_id,person_id,kind,offence_code,offence_text,date,outcome,victim_id,flags,owner", "no_register"),
        ("person_id,forename,surname,dob,postcode", "no_register"),
    ],
)
def test_a_file_headed_as_no_register_is_refused_with_its_reason(tmp_path, header, code):
    (tmp_path / "r.csv").write_text(
        f"{header}\n" + ",".join("1" * header.count(",")) + "\n" if header.strip(",") else header
    )
    with pytest.raises(UnreadableFile) as refused:
        files.read(tmp_path / "r.csv")
    assert refused.value.code == code


@pytest.mark.parametrize(
    "header",
    ["b_surname,notes", "received_on,officer", "register,reference,x", "handler;outcome;x", "reference;outcome"],
)
def test_one_column_that_only_registers_have_makes_one_and_so_does_a_bare_list_of_references(tmp_path, header):
    (tmp_path / "r.csv").write_text(f"{header}\n")
    [file] = files.read(tmp_path / "r.csv")
    assert (file.rows, file.not_rows) == ([], [])


def test_of_a_register_s_column_that_stands_twice_the_first_counts_and_the_other_is_named(tmp_path):
    (tmp_path / "r.csv").write_text("reference,handler,outcome,Outcome,shoe,shoe\nR1,H1,withdrawn,disclosed,9,8\n")
    [file] = files.read(tmp_path / "r.csv")
    assert file.ignored == ["outcome", "shoe"]
    assert [cells["outcome"] for _, cells, _ in file.rows] == ["withdrawn"]


def test_every_line_below_the_header_is_a_row_or_is_told_to_be_blank(tmp_path):
    lines = ["reference,handler,outcome", "R1,H1,withdrawn", ",,", "", "R2,H1,", " ,\t, ", ",,"]
    for name, ending in (("unix.csv", "\n"), ("windows.csv", "\r\n")):
        (tmp_path / name).write_bytes(ending.join([*lines, ""]).encode())
        [file] = files.read(tmp_path / name)
        assert (len(file.rows), [line for line, _ in file.not_rows]) == (2, [3, 4, 6, 7])
        assert len(file.rows) + len(file.not_rows) == len(lines) - 1


def test_a_blank_row_within_a_sheet_is_told_and_what_was_only_coloured_below_it_is_not(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Reference", "handler"], ["R1", "H1"], [None, None], ["R2", "H1"], [" ", None], [None, ""]):
        book.active.append(row)
    book.save(tmp_path / "r.xlsx")
    [file] = files.read(tmp_path / "r.xlsx")
    assert ([line for line, _, _ in file.rows], file.not_rows) == ([2, 4], [(3, RegisterDoubt.BLANK_ROW)])


def test_rows_of_one_reference_are_one_application(row):
    [only] = reconcile([row(reference="R1"), row("spreadsheet", reference="r 1", b_forename="Jones", b_surname="Bob")])
    assert only.reference in {"R1", "r 1"}


def test_a_row_without_a_reference_is_found_by_both_people_and_a_date_within_days(row):
    [only] = reconcile([row(reference="R1"), row("mailbox", received_on="2019-03-02")])
    assert only.reference == "R1"


def test_where_lists_disagree_on_the_reference_the_application_is_still_one(row):
    [only] = reconcile([row(reference="R1"), row("spreadsheet", reference="R7"), row("portal", reference="R1")])
    assert (only.reference, only.disagreeing) == ("R1", True)


def test_an_application_no_list_names_is_called_after_its_first_row(row):
    first = row("mailbox")
    [only] = reconcile([first, row("mailbox")])
    assert only.reference == f"mailbox#{first.line}"


def test_the_same_people_months_later_are_another_application(row):
    assert len(reconcile([row("mailbox"), row("mailbox", received_on="2019-09-04")])) == 2


def test_one_reference_on_two_different_couples_is_two_applications_with_two_names(row):
    other = {
        "a_forename": "Eve",
        "a_surname": "Khan",
        "a_dob": "1990-01-01",
        "b_forename": "Ian",
        "b_surname": "Webb",
        "b_dob": "1970-10-10",
    }
    found = reconcile([row(reference="R1"), row("spreadsheet", reference="R1", **other)])
    assert len({each.reference for each in found}) == 2


def test_rows_of_which_nothing_is_known_stay_apart(row):
    nobody = dict.fromkeys(SMITH, "")
    assert len(reconcile([row(**nobody), row(**nobody)])) == 2


def test_the_order_of_rows_makes_no_difference(row):
    rows = [
        row(name, reference=f"R{index}" if name != "mailbox" else "", b_surname=f"Jones{index}", a_surname=f"Smith{index}",
            received_on=(date(2019, 1, 1) + timedelta(days=9 * index)).isoformat())
        for index in range(40) for name in ("case_system", "mailbox", "spreadsheet")
    ]  # fmt: skip
    told = {tuple(sorted(row.id for row in each.rows)) for each in reconcile(rows)}
    random.Random(5).shuffle(rows)  # noqa: S311 - an order, no secret
    assert {tuple(sorted(row.id for row in each.rows)) for each in reconcile(rows)} == told
    assert len(told) == 40


def test_what_each_list_lacks_and_doubles_is_counted(row):
    found = overlap(
        reconcile(
            [
                row(reference="R1"),
                row(reference="R1"),
                row("mailbox", reference="R2", a_surname="Other", b_surname="Else", a_dob="", b_dob=""),
            ]
        )
    )
    assert found.missing == {"case_system": 1, "mailbox": 1}
    assert found.doubled == {"case_system": 1, "mailbox": 0}


def test_what_a_list_lacks_and_has_twice_is_told_by_name(row):
    rows = [
        row(reference="R1"),
        row(reference="R1"),
        row("mailbox", reference="R2", b_forename="Ian", b_surname="Webb", a_forename="Eve", a_surname="Khan"),
    ]
    found = reconcile(rows)
    assert missing(found) == {"case_system": ("R2",), "mailbox": ("R1",)}
    assert {name: [each.reference for each in rows] for name, rows in doubled(found).items()} == {"case_system": ["R1"]}

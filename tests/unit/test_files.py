"""The one CSV reader: whatever is wrong with a row, the others are read and its own line is known."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook import files, raw_lines
from casebook.errors import Fault, UnreadableFile

KNOWN = ("id", "name", "note")
HEADER = b"id,name,note\n"


@pytest.fixture
def read(tmp_path):
    def make(content: bytes, **options):
        path = tmp_path / "file.csv"
        path.write_bytes(content)
        return files.read(path, known=KNOWN, **options)

    return make


@pytest.fixture
def rows(read):
    """What was read: line, cells in the order of KNOWN, and what is said of it."""

    def make(content: bytes):
        return [
            (row.line, *(row[name] for name in KNOWN), *([row.broken.code] if row.broken else []))
            for row in read(content).rows
        ]

    return make


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_byte_order_mark_and_any_line_end_are_read_alike(rows, mark, end):
    content = mark + end.join([b" ID ,Name,note", b"1,Ann,x", b"2, Bo ,", b""])
    assert rows(content) == [(2, "1", "Ann", "x"), (3, "2", "Bo", "")]


def test_blank_lines_are_no_rows_and_are_counted_all_the_same(rows):
    assert rows(b"\n" + HEADER + b"\n,,\n1,Ann,x\n \n") == [(5, "1", "Ann", "x")]


def test_a_cell_may_hold_quotes_commas_and_line_breaks(rows):
    content = HEADER + b'1,"Ann ""Nan"", B","one\r\ntwo\n\nthree"\n2,Bo,\n'
    assert rows(content) == [(2, "1", 'Ann "Nan", B', "one\r\ntwo\n\nthree"), (6, "2", "Bo", "")]


def test_a_very_long_text_of_many_lines_is_one_cell(rows):
    text = "\n".join(f"line {number}" for number in range(600))
    assert rows(HEADER + f'1,Ann,"{text}"\n2,Bo,\n'.encode()) == [(2, "1", "Ann", text), (602, "2", "Bo", "")]


@pytest.mark.parametrize(
    "stray",
    [
        b'1,"Ann,x',  # opened and never closed
        b'1,Ann,"x',  # in the last cell
        b'1,"Ann"nan",x',  # closed where no cell ends
    ],
)
@pytest.mark.parametrize(
    "after",
    [
        [b"2,Bo,y", b"3,Cy,z"],
        [b'2,"Bo",y', b'3,Cy,"z"'],
        [b'2,"",y', b'3,Cy,"two\nlines"'],
        [b'2,"B ""o"" b",y', b"3,Cy,z"],
    ],
)
def test_a_stray_quote_costs_its_own_row_and_never_the_ones_after_it(rows, stray, after):
    found = rows(HEADER + b"\n".join([stray, *after]) + b"\n")
    assert found[0][0] == 2
    assert found[0][-1] == "open_quote"
    assert [(row[0], row[1], len(row)) for row in found[1:]] == [(3, "2", 4), (4, "3", 4)]


def test_a_quote_inside_a_cell_that_does_not_begin_with_one_is_only_a_sign(rows):
    assert rows(HEADER + b'1,Ann,5" pipe\n2,Bo,"a "b" c"\n') == [(2, "1", "Ann", '5" pipe'), (3, "2", "Bo", 'a b" c"')]


def test_many_stray_quotes_cost_no_more_than_many_rows(rows):
    content = HEADER + b"".join(b'%d,"Ann,x\n' % number + b"0,Bo,y\n" * 20 for number in range(300))
    found = rows(content)
    assert len(found) == 300 * 21
    assert sum(row[-1] == "open_quote" for row in found) == 300


def test_what_postgresql_cannot_hold_is_named_by_its_column_and_stays_in_its_cell(read):
    content = HEADER + b"1,A\xffn,x\n2,B\x00o,\xc3\xa9\n3,Cy,z\n"
    first, second, third = read(content).rows
    assert (first.undecodable, first.cells) == ({"name"}, {"id": "1", "name": "", "note": "x"})
    assert (second.undecodable, second.cells) == ({"name"}, {"id": "2", "name": "", "note": "é"})
    assert not third.undecodable


def test_a_known_column_that_stands_twice_is_refused_by_name(read):
    with pytest.raises(UnreadableFile, match=r"file\.csv has the column name more than once") as refused:
        read(b"name,id,shoe, NAME ,shoe\nAnn,1,9,Other,8\n")
    assert refused.value.code == "repeated_column"


def test_an_unknown_column_that_stands_twice_is_named_once_as_ignored(read):
    assert read(b"name,id,shoe,shoe\nAnn,1,9,8\n").ignored == ["shoe"]


def test_where_the_first_of_a_name_counts_the_other_is_named_as_ignored(read):
    table = read(b"name,id,shoe,name,shoe\nAnn,1,9,Other,8\n", first_counts=True)
    assert table.ignored == ["name", "shoe"]
    assert [dict(row.cells) for row in table.rows] == [{"name": "Ann", "id": "1"}]


@pytest.mark.parametrize(
    ("line", "odd"), [(b"1,Ann", False), (b"1,Ann,x,more", True), (b"1,Ann,x,,", False), (b"1,Ann,", False)]
)
def test_missing_last_cells_are_empty_and_filled_cells_without_a_column_are_told(read, line, odd):
    [row] = read(HEADER + line + b"\n").rows
    assert row.miscounted is odd
    assert row["name"] == "Ann"


def test_a_cell_of_millions_of_signs_is_a_cell(rows):
    assert rows(HEADER + b"1,Ann," + b"x" * 5_000_000 + b"\n2,Bo,y\n")[1] == (3, "2", "Bo", "y")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_header"),
        (b"\n\n", "no_header"),
        (b"name,note\n1,2\n", "missing_column"),
        (HEADER.decode().encode("utf-16-le"), "not_utf8"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused_with_a_reason(read, content, code):
    with pytest.raises(UnreadableFile) as refused:
        read(content, required=("id",))
    assert refused.value.code == code


def test_a_file_that_is_not_there_is_refused_with_a_reason(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UnreadableFile):
            files.read(path, known=KNOWN)


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_what_a_csv_writer_wrote_is_read_back(table, end):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end)
    writer.writerows([KNOWN, *table])
    lines = list(raw_lines.split(io.StringIO(text.getvalue(), newline="")))
    assert all(line.whole for line in lines)
    assert [tuple(line.values) for line in lines[1:]] == table


TITLES = [
    b"RMS extract\n", b"RMS extract,,\n", b"Report,RMS,\n\n", b"\nPrinted,1 June 2026\nOFFICIAL,,\n", b"Who,,What\n",
    b'"A title\nof two lines",,\n',
]  # fmt: skip


@pytest.mark.parametrize("title", TITLES)
def test_a_title_above_the_header_is_listed_and_no_row(read, title):
    table = read(title + HEADER + b"1,Ann,x\n2,Bo,y\n", required=("id",))
    assert [row["id"] for row in table.rows] == ["1", "2"]
    assert {(line.code, line.landed) for line in table.no_rows} == {("above_header", True)}
    table.refuse_lost(2)


def test_the_header_again_is_listed_and_no_row(read):
    table = read(HEADER + b"1,Ann,x\n" + HEADER + b"2,Bo,y\nid,name,other\n")
    assert [row["id"] for row in table.rows] == ["1", "2", "id"]
    assert [(line.line, line.code) for line in table.no_rows] == [(3, "header_again")]


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"1,Ann,x,extra\n2,Bo,y,more\n" + HEADER + b"3,Cy,z\n", "header_not_first", "line 3 looks like the header"),
        (b"Title\n1,Ann,x,extra\n\n" + HEADER, "header_not_first", "line 4 looks like the header"),
        (b"id;name;note\n1;Ann;x\n", "not_commas", "semicolons"),
        (b"id\tname\tnote\n1\tAnn\tx\n", "not_commas", "tabs"),
        (b"id|name|note\n", "not_commas", "bars"),
        (b"PK\x03\x04\x14\x00", "not_csv", "Excel"),
        (HEADER.decode().encode("utf-16"), "not_utf8", "UTF-8"),
        (b"number,name\n1,Ann\n", "missing_column", "no column id"),
        (b'id,"name,note\n1,Ann,x\n2,"Bo",y\n', "open_quote", "a quote in the header, line 1"),
        (b'Title\nid,name,"note\n1,Ann,x\n2,Bo,"y"\n', "open_quote", "a quote in the header, line 2"),
        (b"Title\n" * 30 + HEADER, "missing_column", "no column id"),
    ],
)
def test_a_file_whose_header_cannot_be_used_is_refused_and_says_where_it_is(read, content, code, said):
    with pytest.raises(UnreadableFile, match=said) as refused:
        read(content, required=("id",))
    assert refused.value.code == code


def test_a_reader_that_loses_a_line_or_a_row_is_a_fault(read, monkeypatch):
    table = read(HEADER + b"1,Ann,x\n2,Bo,y\n")
    assert len(list(table.rows)) == 2
    with pytest.raises(Fault) as lost:
        table.refuse_lost(1)
    assert lost.value.code == "rows_lost"
    split = raw_lines.split
    monkeypatch.setattr(raw_lines, "split", lambda lines: (line for line in split(lines) if line.number != 3))
    with pytest.raises(Fault) as lost:
        list(read(HEADER + b"1,Ann,x\n2,Bo,y\n").rows)
    assert lost.value.code == "lines_lost"


@pytest.mark.parametrize("above", [b"", b"Title\n", b"Title,of,two\nand more\n\n", b'"Title\non two lines"\n'])
def test_cells_of_many_lines_are_read_whatever_stands_above_the_header(read, above):
    content = above + b'id,name,note,"when\n(date)",where,who\n1,Ann,"one, two\ntwo, three\n",,,\n2,Bo,"x\n\ny",a,b,c\n'
    table = read(content, required=("id",))
    assert [(row["id"], row["note"]) for row in table.rows] == [("1", "one, two\ntwo, three"), ("2", "x\n\ny")]

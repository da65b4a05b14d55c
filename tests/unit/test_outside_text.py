"""Text from outside is shown as it is written: terminals, spreadsheets, browsers and Markdown obey nothing in it."""

import csv
import html
import io
import json
import unicodedata

import naughty
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casebook import markdown
from casebook.cli import printing, terminal
from casebook.cli.case import pack_page
from casebook.outside_text import CsvWriter, csv_cell, harmless, markdown_text

TEXTS = st.one_of(
    st.sampled_from(naughty.ALL), st.text(), st.tuples(st.sampled_from(naughty.ALL), st.text()).map("".join)
)
DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def obeyed(text):
    """The signs of a text that are no letters, marks, figures or spaces, but orders."""
    strange = [sign for sign in text if unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} and sign not in "\n\t"]
    return strange + [sign for sign in text if unicodedata.bidirectional(sign) in DIRECTIONS]


def calculated(cell):
    """Whether a spreadsheet would take a cell for a formula. Numbers are numbers."""
    try:
        float(cell)
    except ValueError:
        seen = unicodedata.normalize(
            "NFKC", "".join(sign for sign in cell if unicodedata.category(sign)[0] not in "CZ")
        )
        return len(seen) > 1 and seen[0] in "=+-@"
    return not cell.isascii()


@given(TEXTS)
def test_a_terminal_has_nothing_to_obey(text):
    assert obeyed(harmless(text)) == []


@pytest.mark.parametrize("text", [*naughty.TERMINAL, *naughty.HIDDEN])
def test_every_order_is_escaped(text):
    assert harmless(text) != text
    assert "\\u" in harmless(text)


@given(TEXTS)
def test_in_json_it_is_the_same_text(text):
    assert json.loads(harmless(json.dumps(text, ensure_ascii=False))) == text


@pytest.mark.parametrize("text", naughty.KIND)
def test_usual_names_and_numbers_are_shown_as_they_are(text):
    assert harmless(text) == text
    assert csv_cell(text) == text
    assert markdown_text(text) == text


@given(st.lists(TEXTS, min_size=1))
def test_no_cell_of_a_csv_is_calculated(cells):
    out = io.StringIO()
    CsvWriter(out).writerow(cells)
    (read,) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert [cell for cell in read if calculated(cell)] == []
    assert [
        cell.removeprefix("'") if wrote[:1] != "'" else cell for wrote, cell in zip(cells, read, strict=True)
    ] == cells


@pytest.mark.parametrize("value", [-1.5, -1, 0, None, "-1.5", "-1", "+1", "1e-09", "-2.5E-3", ""])
def test_numbers_are_left_alone(value):
    assert csv_cell(value) == value


@pytest.mark.parametrize("text", [text for text in naughty.SPREADSHEET if text != "'=1"])
def test_every_formula_is_text(text):
    assert csv_cell(text) == f"'{text}"


def test_a_table_has_no_unknown_column():
    with pytest.raises(ValueError, match="no column"):
        CsvWriter(io.StringIO()).write_named(["a"], {"b": "x"})


@given(TEXTS)
@example("\\|")
def test_a_table_of_markdown_keeps_its_cells(text):
    (_, _, line) = markdown.table(["a", "b"], [[text, 1]])
    assert len(line.splitlines()) == 1
    unescaped = line.replace("\\\\", "").replace("\\|", "")
    assert unescaped.count("|") == 3


@pytest.mark.parametrize("text", naughty.MARKDOWN)
def test_markdown_has_no_links_pictures_tags_or_emphasis(text):
    shown = markdown_text(text).replace("\\\\", "")
    for sign in "[]<>*`|~":
        assert shown.count(sign) == shown.count(f"\\{sign}")
    assert "://" not in shown.replace("\\:", "") or "\\:" in shown
    assert "\n" not in shown
    assert "www." not in shown


@pytest.mark.parametrize("text", naughty.ALL)
def test_a_page_shows_it_as_it_is_written(text):
    pack = {
        "reference": "CL-1",
        "printed_at": "now",
        "printed_by": text,
        "findings": [{"offence_text": text, "owner": None}],
    }
    page = pack_page.as_html(pack)
    assert obeyed(page.replace("\r", "")) == []
    usual = pack_page.as_html(pack | {"printed_by": "x", "findings": [{"offence_text": "x", "owner": None}]})
    assert page.count("<") == usual.count("<")
    assert harmless(text) in html.unescape(page)


def test_paper_takes_them_all():
    pack = {
        "reference": "CL-1",
        "printed_at": "now",
        "printed_by": "c1",
        "findings": [{"offence_text": text} for text in naughty.ALL],
    }
    pack["findings"] = [{"offence_text": text} for text in naughty.ALL]
    assert pack_page.as_pdf(pack).startswith(b"%PDF")


def test_a_text_of_several_lines_cannot_pretend_to_be_another_section():
    pack = {
        "reference": "CL-1",
        "printed_at": "now",
        "printed_by": "c1",
        "findings": [{"offence_text": "x\nCOVERAGE\n  none"}],
    }
    lines = "\n".join(pack_page.as_text(pack)).splitlines()
    assert [line for line in lines if not line.startswith(" ") and line] == [lines[0], "FINDINGS"]


@pytest.mark.parametrize("show", [lambda text: terminal.show([text]), terminal.tell])
@pytest.mark.parametrize("text", [*naughty.TERMINAL, *naughty.HIDDEN])
def test_every_line_of_a_command_is_harmless(show, text, capsys):
    show(text)
    printed = capsys.readouterr()
    assert obeyed(printed.out + printed.err) == []
    assert printed.out + printed.err


def test_what_a_pipe_cannot_encode_is_escaped(monkeypatch):
    pipe = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr("sys.stdout", pipe)
    terminal.show(["Zoë \ud800"])
    assert pipe.buffer.getvalue() == b"Zo\\xeb \\ud800\n"


def test_templates_escape_and_clean_by_themselves():
    environment = printing._template("panel_pack.html").environment
    assert environment.autoescape is True
    assert environment.from_string("{{ text }}").render(text="<b>\x1b") == "&lt;b&gt;\\u001b"

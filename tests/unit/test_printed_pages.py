"""Pack and report: one template each, for the screen and for paper; what people wrote is never read as markup."""

from __future__ import annotations

import re

import pytest

from casebook.casework.review.account import ReviewReport
from casebook.cli import printing
from casebook.cli.case import pack_page
from casebook.cli.review import page as review_page
from casebook.domain.review.figures import ReviewerAgreement, Share, share

WRITTEN = "O'Neill <script>alert(1)</script> & Żółć"
ESCAPED = "O&#39;Neill &lt;script&gt;alert(1)&lt;/script&gt; &amp; Żółć"


@pytest.fixture
def pack():
    return {
        "reference": "CL-1", "printed_at": "2026-03-02T10:00:00+00:00", "printed_by": "c1",
        "findings": [{"offence_text": WRITTEN, "dates": ["2020-01-01", "2021-01-01"], "owner": None}],
        "coverage": [],
    }  # fmt: skip


@pytest.fixture
def report():
    shares = (share("no_research", 3, 20), Share(what=WRITTEN, of=None, count=None, low=None, high=None))
    return ReviewReport(
        applications=20, examined=3, public=True, shares={"mode": shares, "family": shares}, found={},
        agreement=ReviewerAgreement(pairs=0, agreed=0, low=0.0, high=1.0, kappa=None), undetected=None, forecast=None,
        people={"identified": 2, "reached": None}, hidden=None, lists={}, restricted={},
    )  # fmt: skip


@pytest.fixture
def on_paper(monkeypatch):
    """What goes onto paper, beside the PDF itself."""
    from fpdf import FPDF  # noqa: PLC0415 - slow to load

    bodies, write = [], FPDF.write_html

    def kept(page, text, **styles):
        bodies.append(text)
        write(page, text, **styles)

    monkeypatch.setattr(FPDF, "write_html", kept)
    return bodies


def test_a_pack_is_escaped_on_screen(pack):
    page = pack_page.as_html(pack)
    assert ESCAPED in page
    assert "<script" not in page
    assert '<p class="mark">CL-1 - for the panel only' in page


def test_paper_and_screen_are_one_body(pack, report, on_paper):
    for module, printed in ((pack_page, pack), (review_page, report)):
        assert module.as_pdf(printed).startswith(b"%PDF")
        body, page = on_paper.pop(), module.as_html(printed)
        pictures = re.compile(r"(<svg.*?</svg>|<img[^>]*>)?\n*", re.DOTALL)
        assert pictures.sub("", body) in pictures.sub("", page)
        assert ESCAPED in body
        assert "<style" not in body


def test_what_belongs_together_is_indented_in_the_text(pack):
    lines = list(pack_page.as_text(pack))
    assert lines[1:] == [
        "\nFINDINGS", "  1.", f"    offence text: {WRITTEN}", "    dates: 2020-01-01, 2021-01-01", "    owner: not known",
        "\nCOVERAGE", "  none",
    ]  # fmt: skip


def test_what_is_kept_back_is_not_drawn_and_only_some_tables_have_a_picture(report, on_paper):
    page = review_page.as_html(report)
    assert page.count("<svg") == 1  # by rule; not by kind
    picture = page[page.index("<svg") : page.index("</svg>")]
    assert "no research" in picture
    assert "Neill" not in picture
    pdf = review_page.as_pdf(report)
    assert on_paper[0].count("<img") == pdf.count(b"/Subtype /Image") == 1


def test_a_value_that_a_template_lacks_is_an_error(pack):
    from jinja2 import UndefinedError  # noqa: PLC0415 - slow to load

    with pytest.raises(UndefinedError):
        printing.html("panel_pack.html", sections=pack_page.sections(pack), title="CL-1")

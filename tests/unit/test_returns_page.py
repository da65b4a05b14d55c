"""The page of returns: every figure once, in words, with a picture for each table, on screen and on paper."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from casebook.casework.reporting.force_figures import COLUMNS
from casebook.cli.operations import returns_page

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
GIVEN = {
    "applications": "", "outcome": "disclosed_to_a", "refusal_reason": "nothing_found", "closed": "", "taken_over": "",
    "whole_process": "late", "whole_process_late_because": "not_said", "harm_after_decision": "undecided",
    "median_days_before_import": "undecided", "median_days_to_disclosure": "disclosed_to_a",
    "median_days_to_closure": "withdrawn", "median_days_in_stage": "record_checks",
}  # fmt: skip


@pytest.fixture
def figures():
    """One figure of each measure, each with a value of its own."""
    return [
        dict(zip(COLUMNS, (measure, "right_to_ask", "third_party", detail, number + 0.25), strict=True))
        for number, (measure, detail) in enumerate(GIVEN.items(), start=11)
    ]


def page(figures):
    return returns_page.as_html(figures, period="from 01 January 2026", at=AT)


def test_each_figure_stands_in_a_table_and_in_the_picture_of_it(figures):
    shown = page(figures)
    assert shown.count("<table") == shown.count("<svg") == len(GIVEN) == len(returns_page.MEASURES)
    for number in range(11, 11 + len(GIVEN)):
        assert f'">{number}.25</td>' in shown
        assert shown.count(f"{number}.25<") == 2


def test_codes_are_shown_in_words(figures):
    shown = page(figures)
    assert [code for code in (*GIVEN, *GIVEN.values()) if "_" in code and code in shown] == []
    assert "nobody said why" in shown
    assert "not decided yet" in shown
    assert "from 01 January 2026, as of 02 March 2026, 10:00" in shown


def test_it_loads_nothing_from_elsewhere(figures):
    assert re.findall(r'(?:src|href)="(?!#)', page(figures)) == []


def test_the_same_goes_onto_paper(figures):
    assert returns_page.as_pdf(figures, period="at any time", at=AT).startswith(b"%PDF")


def test_a_force_without_figures_reads_so():
    assert "There are no figures for this time." in page([])

"""The generated pages are what the code says now."""

from __future__ import annotations

from pathlib import Path

import pytest

from casebook.cli import pages
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Stage, WorkKind

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", pages.PAGES)
def test_a_generated_page_is_up_to_date(name):
    assert (DOCS / name).read_text("utf-8") == pages.PAGES[name](), "run `make docs`"


def test_the_pages_leave_nothing_out():
    assert all(f"`{each}`" in pages.roles() for each in (*Command, *WorkKind))
    assert all(each in pages.states() for each in Stage)

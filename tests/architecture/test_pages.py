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


def test_the_codes_in_the_glossary_are_up_to_date():
    text = (DOCS / pages.GLOSSARY).read_text("utf-8")
    assert text == pages.glossary(text), "run `make docs`"


def test_the_glossary_keeps_what_was_written_by_hand():
    text = f"# Glossary\n\nby hand\n\n{pages.BEGIN}\n\nold\n\n{pages.END}\n"
    assert pages.glossary(text) == f"# Glossary\n\nby hand\n\n{pages.codes()}"
    with pytest.raises(ValueError, match="no line"):
        pages.glossary("# Glossary\n")


def test_the_pages_leave_nothing_out():
    assert all(f"`{each}`" in pages.roles() for each in (*Command, *WorkKind))
    assert all(each in pages.states() for each in Stage)

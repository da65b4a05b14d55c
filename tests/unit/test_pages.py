"""The generated pages are what the tables say now."""

from pathlib import Path

import pytest

from casebook.cli.pages import PAGES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_has_not_drifted(name):
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), "run `make docs`"

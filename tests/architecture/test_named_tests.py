"""Documents that name a test beside a promise name one that exists."""

from __future__ import annotations

import re

import pytest
from source_tree import ROOT

NAMED = re.compile(r"`(tests/[a-z_/]+\.py)(?:::(test_[a-z0-9_]+))?`")


@pytest.mark.parametrize("page", ["docs/threat-model.md"])
def test_every_test_that_a_page_names_exists(page):
    named = NAMED.findall((ROOT / page).read_text("utf-8"))
    assert len(named) > 15
    for path, test in named:
        source = (ROOT / path).read_text("utf-8")
        assert f"def {test}(" in source if test else source, f"{path}::{test}"

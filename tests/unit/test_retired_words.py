"""What the check for retired words finds, and what it leaves alone."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

found = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "retired_words.py"))["found"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", '"""Reckons every open deadline again."""\n'),
        ("a.py", "# the next rung is told\n"),
        ("a.py", 'print(f"{count} rungs nobody answered")\n'),
        ("a.py", "class Rung: ...\n"),
        ("a.py", "act.speak(None)\n"),
        ("a.md", "After that, silence climbs.\n"),
        ("a.md", "24 None\n"),
    ],
)
def test_a_retired_word_is_found_where_a_person_reads_it(path, text):
    assert len(list(found(path, text))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'row.rung = told["rung"]\n'),  # a column and a key keep the word they are stored under
        ("a.md", "the column `rung`\n"),
        ("a.md", "This is not a clearance.\n"),
    ],
)
def test_a_stored_word_stays(path, text):
    assert list(found(path, text)) == []

"""The generated pages are what the code says now."""

from __future__ import annotations

from pathlib import Path

import pytest

from casebook.cli import pages, parsers
from casebook.cli.main import COMMANDS, parser_of
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


def test_the_commands_page_depends_on_no_terminal_and_no_home(monkeypatch):
    before = pages.commands()
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("CASEBOOK_HOME", "/somewhere/else")
    assert pages.commands() == before


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_of_a_command_has_a_help_text(name):
    without = [
        (parser.prog, argument)
        for parser in parsers.with_subcommands(parser_of(name))
        for group in parsers.groups(parser)
        for argument, text in group.arguments
        if not text
    ]
    assert without == []

"""A long command shows at a terminal that it works; a file, a pipe and --json see nothing of it."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest

from casebook.cli import main, progress
from casebook.cli.answer import Call


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def at_a_terminal(monkeypatch):
    """Called in the test itself: between setting up and the test, pytest puts its own stderr back."""
    monkeypatch.setenv("TERM", "xterm")

    def sit_down():
        monkeypatch.setattr(sys, "stderr", Terminal())
        return sys.stderr

    return sit_down


CALL = Call(run=main.run, parser=main.parser_of)


def test_a_terminal_shows_what_is_done(at_a_terminal):
    terminal = at_a_terminal()
    with progress.shown(CALL, "Ranking [past] applications") as advance:
        advance(3, 10)
    assert "Ranking [past] applications" in terminal.getvalue()


def test_with_json_a_terminal_shows_nothing(at_a_terminal):
    terminal = at_a_terminal()
    with progress.shown(replace(CALL, json=True), "Ranking past applications") as advance:
        advance(3, 10)
    assert terminal.getvalue() == ""


def test_where_there_is_no_terminal_somebody_else_is_told(monkeypatch):
    written, counts = io.StringIO(), []
    monkeypatch.setattr(sys, "stderr", written)
    with progress.shown(CALL, "Ranking", elsewhere=lambda done, of: counts.append((done, of))) as advance:
        advance(3, 10)
    assert counts == [(3, 10)]
    assert written.getvalue() == ""


def test_an_error_passes_through_and_the_line_is_gone(at_a_terminal):
    terminal = at_a_terminal()
    with (
        pytest.raises(ValueError, match="unreadable"),
        progress.shown(CALL, "Importing applications"),
    ):
        raise ValueError("unreadable")
    assert "Importing applications" in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")  # the terminal's code for: this line is empty now

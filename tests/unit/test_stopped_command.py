"""A command that a signal ends says so by its exit code, whatever fails while it ends."""

from __future__ import annotations

import os
import signal

import pytest

from casebook.cli import main
from casebook.errors import DatabaseUnavailable, NotFound


@pytest.fixture(autouse=True)
def _handlers():
    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    kept = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:  # under nohup, or in the background, some of them are ignored
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def ended(monkeypatch, number, fault):
    def interrupted(*_):
        try:
            os.kill(os.getpid(), number)
        finally:
            raise fault from None

    monkeypatch.setattr(main, "run", interrupted)
    return main.main(["staff", "list"])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
@pytest.mark.parametrize("fault", [DatabaseUnavailable, RuntimeError])
def test_what_fails_while_a_signal_ends_the_command_does_not_change_its_exit_code(
    monkeypatch, capsys, number, code, fault
):
    assert ended(monkeypatch, number, fault()) == code
    assert capsys.readouterr() == ("", "")


def test_a_fault_without_a_signal_keeps_its_own_exit_code(monkeypatch, capsys):
    def refused(*_):
        raise NotFound("there is no such application")

    monkeypatch.setattr(main, "run", refused)
    assert main.main(["staff", "list"]) == NotFound.exit_code
    assert "not_found" in capsys.readouterr().err

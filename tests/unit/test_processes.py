"""The kit that starts and looks at processes: what it promises every other test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from processes import OFTEN_IGNORED, children, command_line, default_signals_for_children, forked, has_ended, started

SLEEPER = [sys.executable, "-c", "import time; print('there', flush=True); time.sleep(600)"]


@pytest.fixture
def zombie():
    """A child that has ended and that nobody has asked how."""
    with started(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        yield psutil.Process(process.pid)


@pytest.mark.parametrize("number", OFTEN_IGNORED)
def test_what_a_test_starts_hears_every_signal_though_the_test_run_ignores_it(number):
    ask = [sys.executable, "-c", f"import signal; print(signal.getsignal({number:d}) is signal.SIG_IGN)"]
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with default_signals_for_children():
            os.kill(os.getpid(), number)  # is still ignored here
            heard = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)
    assert heard == "False\n"


def test_a_process_is_ended_and_its_pipes_are_closed_though_the_test_fails():
    with pytest.raises(AssertionError), started(SLEEPER, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() != "there\n"
    assert process.returncode == -signal.SIGKILL
    assert process.stdout.closed


def test_a_copy_gives_its_result_or_none_and_leaves_nothing():
    mine, before = os.getpid(), psutil.Process().children()
    with forked(os.getppid) as result:
        assert result(60) == mine
    with forked(lambda: time.sleep(600)) as result, pytest.raises(AssertionError, match="no result"):
        result(0.1)
    assert set(psutil.Process().children()) <= set(before)


def test_a_zombie_has_ended_and_is_no_child_any_more(zombie):
    assert zombie in psutil.Process().children()
    assert zombie not in children()
    assert has_ended(zombie)
    assert command_line(zombie) == []


def test_a_process_that_vanished_has_ended_and_has_no_children(zombie):
    os.waitpid(zombie.pid, 0)
    assert has_ended(zombie)
    assert command_line(zombie) == []
    assert children(zombie.pid) == []

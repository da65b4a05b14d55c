"""The supervisor: what dies is started again with growing pauses, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest
from processes import children, command_line, has_ended

from deployments.supervisor import Child, Supervisor

QUICK = "import sys; sys.exit(3)"
WITH_A_CHILD = "import subprocess, sys; subprocess.Popen(['sleep', '600']); import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


@pytest.fixture
def supervised(tmp_path):
    told: list[str] = []
    others = set(children(recursive=True))  # this process may keep a database server for other tests
    supervisor = Supervisor(told.append)

    def start(program: str):
        command = (sys.executable, "-c", program)
        log = tmp_path / "log"
        return supervisor.start(Child(name="part", command=command, environment=os.environ, log=log, patience=1))

    yield supervisor, start, told
    supervisor.stop()
    ours = set(children(recursive=True)) - others
    left = [" ".join(command_line(child)) for child in ours]
    assert [line for line in left if line and "postgres" not in line] == []  # whose server forks as it likes


def eventually(what):
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_child_that_dies_is_started_again_with_growing_pauses_and_reported(supervised):
    supervisor, start, told = supervised
    start(QUICK)
    supervisor.watch()
    eventually(lambda: sum("ended" in line for line in told) >= 2)
    ends = [line for line in told if "ended" in line]
    assert ends[0] == "part ended (status 3). It will be started again in 1 s."
    assert ends[1] == "part ended (status 3). It will be started again in 2 s."
    assert "part was started again." in told


def test_stopping_takes_a_deaf_child_and_grandchildren_along(supervised, tmp_path):
    supervisor, start, _ = supervised
    start(DEAF)
    eventually(lambda: "deaf" in (tmp_path / "log").read_text())
    running = start(WITH_A_CHILD)
    eventually(lambda: children(running.process.pid))
    (grandchild,) = children(running.process.pid)
    begun = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - begun < 10
    eventually(lambda: has_ended(grandchild))


def test_what_a_dead_child_left_behind_is_ended_before_it_is_started_again(supervised):
    supervisor, start, told = supervised
    running = start(WITH_A_CHILD)
    eventually(lambda: children(running.process.pid))
    (grandchild,) = children(running.process.pid)
    supervisor.watch()
    os.kill(running.process.pid, signal.SIGKILL)
    eventually(lambda: any("ended" in line for line in told))
    eventually(lambda: has_ended(grandchild))


def test_the_log_is_for_its_owner_only(supervised, tmp_path):
    _, start, _ = supervised
    start(QUICK)
    assert (tmp_path / "log").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM])
def test_a_child_hears_what_whoever_started_us_has_us_ignore(supervised, tmp_path, number):
    _, start, _ = supervised
    before = signal.signal(number, signal.SIG_IGN)
    try:
        start(f"import signal; print(signal.getsignal({number:d}) is signal.SIG_IGN, flush=True)")
    finally:
        signal.signal(number, before)
    eventually((tmp_path / "log").read_text)
    assert (tmp_path / "log").read_text() == "False\n"

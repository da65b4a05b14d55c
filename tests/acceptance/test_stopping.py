"""A command that is told to end leaves the database as it should be left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from casebook.storage.server import packaged_server
from casebook.storage.server.packaged_server import State

COMMAND = str(Path(sys.executable).with_name("casebook"))


ROWS = 20_000  # far more than are imported before the signal comes


def wait_until_read(process, file, *, patience=60.0):
    """Wait until a process reads from a file."""
    until, held = time.monotonic() + patience, Path(f"/proc/{process.pid}/fd")
    while str(file) not in {opened_by(link) for link in held.iterdir()}:
        assert time.monotonic() < until, "nobody reads the file"
        time.sleep(0.02)


def opened_by(link):
    try:
        return str(link.readlink())
    except OSError:  # closed in the meantime
        return ""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_command_that_is_told_to_end_stops_the_server_it_was_the_last_to_use(
    start_process, made_home, tmp_path, number, code
):
    file = tmp_path / "applications.csv"
    rows = "".join(f"X{number},2026-03-02T09:00:00+00:00,right_to_ask,a\n" for number in range(ROWS))
    file.write_text(f"external_id,submitted_at,route,applicant\n{rows}")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CASEBOOK_")}
    command = start_process(
        [COMMAND, "applications", "import", str(file), "--home", str(made_home)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    wait_until_read(command, file)
    assert packaged_server.observe(made_home / "database" / "data") is State.READY
    command.send_signal(number)
    said = command.communicate(timeout=60)
    assert command.returncode == code
    assert said == ("", "")
    assert packaged_server.observe(made_home / "database" / "data") is State.GONE

"""A command that is told to end leaves the database as it should be left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from casebook.storage.server import packaged_server
from casebook.storage.server.packaged_server import State

COMMAND = str(Path(sys.executable).with_name("casebook"))


BLANK = "," * 16_000 + "\n"  # a row with nothing in it: it is read, and asks nothing of the database


def wait_until_within(process, file, *, patience=60.0, steady=4):
    """Wait until a process is in the middle of a file: further in it at each of several looks."""
    until, places = time.monotonic() + patience, [0] * steady
    while not (places[0] > 0 and all(one < next_ for one, next_ in pairwise(places))):
        assert time.monotonic() < until, "nobody reads the file"
        time.sleep(0.2)
        places = [*places[1:], place_in(process, file)]


def place_in(process, file):
    """How many bytes of a file a process has read; 0 if it does not have it open."""
    for link in Path(f"/proc/{process.pid}/fd").iterdir():
        with suppress(OSError):  # closed in the meantime
            if str(link.readlink()) == str(file):
                said = (link.parent.parent / "fdinfo" / link.name).read_text()
                return int(said.split()[1])
    return 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_command_that_is_told_to_end_stops_the_server_it_was_the_last_to_use(
    start_process, made_home, tmp_path, number, code
):
    file = tmp_path / "applications.csv"
    file.write_text("external_id,submitted_at,route,applicant\n" + BLANK * 12_000)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CASEBOOK_")}
    command = start_process(
        [COMMAND, "applications", "import", str(file), "--home", str(made_home)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    wait_until_within(command, file)
    assert packaged_server.observe(made_home / "database" / "data") is State.READY
    command.send_signal(number)
    said = command.communicate(timeout=60)
    assert command.returncode == code
    assert said == ("", "")
    assert packaged_server.observe(made_home / "database" / "data") is State.GONE

"""A command that is told to end leaves the database as it should be left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from casebook.storage.server import packaged_server
from casebook.storage.server.packaged_server import State

COMMAND = str(Path(sys.executable).with_name("casebook"))


@contextmanager
def being_read(pipe, *, patience=60.0):
    """Once somebody reads from a pipe: keep them waiting for more."""
    until, writer = time.monotonic() + patience, None
    while writer is None:
        try:
            writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
    try:
        yield
    finally:
        os.close(writer)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_command_that_is_told_to_end_stops_the_server_it_was_the_last_to_use(
    start_process, made_home, tmp_path, number, code
):
    pipe = tmp_path / "applications.csv"
    os.mkfifo(pipe)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CASEBOOK_")}
    command = start_process(
        [COMMAND, "applications", "import", str(pipe), "--home", str(made_home)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    with being_read(pipe):
        assert packaged_server.observe(made_home / "database" / "data") is State.READY
        command.send_signal(number)
        said = command.communicate(timeout=60)
    assert command.returncode == code
    assert said == ("", "")
    assert packaged_server.observe(made_home / "database" / "data") is State.GONE

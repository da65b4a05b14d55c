"""A home whose commands several tests of a module give, with somebody at each of its first desks."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from desk import Desk


@pytest.fixture(scope="module")
def desk():
    from casebook.storage.server import cluster  # noqa: PLC0415

    home = Path(tempfile.mkdtemp(prefix="casebook-test-", dir="/tmp"))
    home.chmod(0o711)
    with cluster.running(home):
        desk = Desk(home)
        for name, role in {
            "in": "intake_officer",
            "re": "researcher",
            "du": "duty_inspector",
            "su": "supervisor",
        }.items():
            desk.hire(name, role)
        yield desk
    shutil.rmtree(home, ignore_errors=True)

"""The platform is the same from any directory: no file that lies there is run, and none switches anything off."""

from __future__ import annotations

import base64
import json
import os
import tempfile
import urllib.request
from pathlib import Path

import pytest

from casebook.storage.server import cluster
from deployments import platform
from deployments.platform import PlatformFault, PlatformPlan, running

ROOT = Path(__file__).resolve().parents[2]
OFF = "[server.services.scheduler]\nenabled = false\n"


@pytest.fixture
def somebodys_directory(tmp_path, monkeypatch):
    """A directory with modules of our names, and with settings that switch the scheduler off."""
    marker = tmp_path / "ran"
    foreign = f"from pathlib import Path\nPath({str(marker)!r}).touch()\n"
    for name in ("tasks.py", "flows.py", "prefect.py", "casebook.py", "sitecustomize.py"):
        (tmp_path / name).write_text(foreign, "utf-8")
    (tmp_path / "prefect.toml").write_text(OFF, "utf-8")
    (tmp_path / ".env").write_text("PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED=false\n", "utf-8")
    (tmp_path / "pyproject.toml").write_text(f"[tool.prefect]\n{OFF.replace('[', '[tool.prefect.')}", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return marker


@pytest.fixture
def plan():
    with tempfile.TemporaryDirectory(prefix="any-", dir="/tmp") as directory:
        home = Path(directory)
        home.chmod(0o711)  # root's server user keeps its data inside
        with cluster.running(home) as server:
            yield PlatformPlan(
                home=home, prefect_database_url=server.url("prefect"), catalogue="benchmarks.handoff_flows"
            )


def _settings(up):
    token = base64.b64encode(up.environment["PREFECT_API_AUTH_STRING"].encode()).decode()
    asked = {"Authorization": f"Basic {token}"}
    request = urllib.request.Request(f"{up.api}/admin/settings", headers=asked)  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def test_what_lies_in_the_directory_is_neither_run_nor_read(somebodys_directory, plan):
    with running(plan, lambda _: None) as up:
        assert _settings(up)["server"]["services"]["scheduler"]["enabled"] is True
    assert not somebodys_directory.exists()
    assert os.getcwd() == str(somebodys_directory.parent)  # noqa: PTH109 - where a command is given stays where it is


def test_a_server_without_its_scheduler_is_not_ready(plan, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    server = platform._server

    def without(*given):
        return {**server(*given), "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false"}

    monkeypatch.setattr(platform, "_server", without)
    with pytest.raises(PlatformFault, match=r"scheduler\.enabled"), running(plan, lambda _: None):
        raise AssertionError("it was ready")

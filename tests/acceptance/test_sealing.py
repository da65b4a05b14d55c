"""Seals as an operator makes and keeps them: by a command, by a process that stays, at a second place, over HTTP."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from processes import started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Run = "Callable[..., tuple[int, dict[str, object]]]"


class Archive:
    """A service that keeps every seal that is posted to it, and can refuse."""

    def __init__(self) -> None:
        self.kept: list[dict[str, object]] = []
        self.answers = 201
        archive = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if archive.answers == 201:
                    archive.kept.append(json.loads(body))
                self.send_response(archive.answers)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/seals?secret=hunter2"


@pytest.fixture
def archive() -> Iterator[Archive]:
    archive = Archive()
    serving = threading.Thread(target=archive.server.serve_forever)
    serving.start()
    yield archive
    archive.server.shutdown()
    serving.join()
    archive.server.server_close()


@pytest.fixture
def casebook(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    from casebook.cli.main import main  # noqa: PLC0415

    monkeypatch.setenv("CASEBOOK_HOME", str(home))

    def run(*words: str) -> tuple[int, dict[str, object]]:
        code = main([*words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_a_seal_goes_to_its_second_place_at_once_and_what_is_missing_there_follows(
    casebook: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook("staff", "add", "one", "--role", "auditor")
    assert casebook("audit", "seal")[1]["brought"] is False
    place = tmp_path / "elsewhere"
    monkeypatch.setenv("CASEBOOK_SEAL_PLACE", str(place))
    code, sealed = casebook("audit", "seal")
    assert (code, sealed["new"], sealed["brought"]) == (0, False, True)
    assert sorted(path.name for path in place.iterdir()) == ["seal-000001.json", "seal-000002.json"]
    casebook("staff", "duty", "one", "off")
    assert casebook("audit", "seal")[1]["seal"] == 3
    assert casebook("audit", "verify", "--seals", str(place)) == (0, {**casebook("audit", "verify")[1]})
    (place / "seal-000002.json").unlink()
    code, found = casebook("audit", "verify", "--seals", str(place))
    assert (code, found["first_broken"]["code"]) == (1, "seal_not_kept")


def test_a_place_that_does_not_take_a_seal_is_told_and_tried_again(
    casebook: Run, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEBOOK_SEAL_PLACE", archive.address)
    archive.answers = 503
    code, said = casebook("audit", "seal")
    assert (code, said["error"]["code"]) == (3, "seal_not_kept")
    assert "hunter2" not in json.dumps(said)
    archive.answers = 201
    assert casebook("audit", "seal")[0] == 0
    assert [each["number"] for each in archive.kept] == [1]


@pytest.mark.parametrize("place", ["http://archive.example", "seals", "http://localhost.example/", "ftp://x"])
def test_a_place_that_cannot_be_meant_is_refused(casebook: Run, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    casebook("audit", "verify")
    monkeypatch.setenv("CASEBOOK_SEAL_PLACE", place)
    code, said = casebook("audit", "seal")
    assert (code, said["error"]["code"]) == (2, "bad_seal_place")


def test_a_process_seals_while_entries_come_and_stops_when_told(
    casebook: Run, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEBOOK_SEAL_PLACE", archive.address)
    casebook("audit", "verify")
    words = [sys.executable, "-m", "casebook", "audit", "seal", "--every", "0.005"]
    with started(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as sealer:
        _until(lambda: len(archive.kept) == 1)
        for count, name in enumerate(("one", "two"), start=2):
            casebook("staff", "add", name, "--role", "auditor")
            _until(lambda count=count: len(archive.kept) == count)
        assert "sealer" not in casebook("watchdog")[1]["stopped"]
        sealer.send_signal(signal.SIGTERM)
        out, _ = sealer.communicate(timeout=30)
    assert out.splitlines() == ["2 seals made; stopped"]
    assert [each["number"] for each in archive.kept] == [1, 2, 3]
    assert casebook("audit", "verify")[1]["unsealed"] == {"entries": 0, "since": None}


def test_a_backup_restored_by_the_recipe_verifies_and_an_old_one_is_told(
    casebook: Run, home: Path, tmp_path: Path
) -> None:
    from casebook.storage.server import server_place  # noqa: PLC0415

    def program(name: str, *words: str) -> None:
        package = server_place.util.find_spec(server_place.PACKAGE).submodule_search_locations[0]
        subprocess.run([Path(package) / "pginstall" / "bin" / name, *words], check=True, capture_output=True)

    casebook("staff", "add", "one", "--role", "auditor")
    casebook("audit", "seal")
    backup = casebook("database-url", "casebook", "--role", "backup")[1]["url"]
    url = casebook("database-url", "casebook", "--role", "owner")[1]["url"]
    casebook("audit", "seal")
    dump = str(tmp_path / "casebook.dump")
    program("pg_dump", "--format=custom", f"--file={dump}", backup)
    program("psql", url, "-c", "drop schema public cascade", "-c", "create schema public")
    program("pg_restore", "--no-owner", f"--dbname={url}", dump)
    code, found = casebook("audit", "verify")
    assert (code, found["broken"]) == (0, 0)
    casebook("staff", "duty", "one", "off")
    casebook("audit", "seal")
    program("psql", url, "-c", "drop schema public cascade", "-c", "create schema public")
    program("pg_restore", "--no-owner", f"--dbname={url}", dump)
    code, found = casebook("audit", "verify")
    assert (code, found["first_broken"]["code"]) == (1, "seal_not_here")


def _until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)

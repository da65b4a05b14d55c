"""Makes the pictures of the README: runs a small demonstration and takes screenshots of Prefect's interface.

`python -m benchmarks.screenshot` writes docs/prefect-*.png. Needs Chromium; nothing else here does.
"""

from __future__ import annotations

import base64
import contextlib
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from websockets.sync.client import ClientConnection, connect

DOCS = Path(__file__).resolve().parents[1] / "docs"
CASEBOOK = [sys.executable, "-m", "casebook.cli.main"]
QUIET = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync",
         "--disable-component-update", "--hide-scrollbars")  # fmt: skip
WIDTH, COLOURS = 1280, 128
ENOUGH = 8  # rounds of people's work after which there is something to see
PATIENCE = 120


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="shot-", dir="/tmp") as directory:
        home = Path(directory)
        home.chmod(0o711)
        words = [*CASEBOOK, "demo", "--home", str(home / "h"), "--applications", "6"]
        (home / "h").mkdir(mode=0o711)
        with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as demo:
            ui = under_way(demo)
            photograph(ui, (home / "h" / "prefect" / "auth").read_text().strip())
            demo.terminate()


def under_way(demo: subprocess.Popen[str]) -> str:
    """The address of the interface, once enough has happened."""
    ui, rounds = "", 0
    for line in demo.stderr or ():
        print(line, end="")
        if found := re.search(r"Prefect's interface.*?(http://\S+)", line):
            ui = ui or found.group(1)
        rounds += "items done" in line
        if rounds == ENOUGH:
            return ui
    raise SystemExit("The demonstration ended before there was anything to see.")


def photograph(ui: str, auth: str) -> None:
    with httpx.Client(base_url=f"{ui}/api/", auth=tuple(auth.split(":", 1)), timeout=30) as prefect:
        token = prefect.get("csrf-token", params={"client": "pictures"}).json()["token"]
        prefect.headers.update({"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "pictures"})
        sweep(prefect)
        cards = prefect.post("artifacts/latest/filter", json={"limit": 50, "sort": "KEY_ASC"}).json()
        card = next(
            each for each in cards if "Open work items" in str(each["data"]) and "Closed" not in str(each["data"])
        )
        board = next(each for each in cards if each["key"] == "board")
        urgent = prefect.get("deployments/name/urgent_case/urgent").json()
    with browser(auth) as page:
        page.shoot(f"{ui}/runs", "prefect-runs", 1300, wait="application_lifecycle", click="Hide subflows")
        page.shoot(f"{ui}/artifacts/artifact/{board['latest_id']}", "prefect-board", 1000, wait="waits longest")
        page.shoot(f"{ui}/artifacts/artifact/{card['latest_id']}", "prefect-card", 1000, wait="Open work items")
        page.shoot(f"{ui}/deployments/deployment/{urgent['id']}/run", "prefect-form", 860, wait="reference")


def sweep(prefect: httpx.Client) -> None:
    """Run the sweep, which writes the board."""
    found = prefect.get("deployments/name/sla_sweep/sweep").json()
    asked = {"state": {"type": "SCHEDULED"}}
    run = prefect.post(f"deployments/{found['id']}/create_flow_run", json=asked).json()
    deadline = time.monotonic() + PATIENCE
    while prefect.get(f"flow_runs/{run['id']}").json()["state"]["type"] != "COMPLETED":
        assert time.monotonic() < deadline, "The sweep did not end."
        time.sleep(1)


class Page:
    """One page of a browser, controlled by its own protocol."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection, self.numbers = connection, itertools.count(1)

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        number = next(self.numbers)
        self.connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (heard := json.loads(self.connection.recv(timeout=60))).get("id") != number:
            pass
        assert "result" in heard, heard
        return heard["result"]

    def shoot(self, url: str, name: str, height: int, *, wait: str, click: str = "") -> None:
        size = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.ask("Emulation.setDeviceMetricsOverride", **size)
        self.ask("Page.navigate", url=url)
        deadline, seen = time.monotonic() + 40, ""
        while wait not in seen and time.monotonic() < deadline:
            time.sleep(0.5)
            seen = str(self.ask("Runtime.evaluate", expression="document.body.innerText")["result"].get("value"))
        print(f"{name}: {'as expected' if wait in seen else f'{wait!r} was not on it'}")
        if click:
            named = f"[...document.querySelectorAll('label')].find(each => each.innerText.includes({click!r}))"
            self.ask("Runtime.evaluate", expression=f"{named}?.querySelector('input,[role=switch],button')?.click()")
        time.sleep(4)  # what is still drawn
        picture = Image.open(io.BytesIO(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])))
        picture.convert("RGB").quantize(COLOURS).save(DOCS / f"{name}.png", optimize=True)


@contextmanager
def browser(auth: str) -> Iterator[Page]:
    """A page that has logged in: the interface keeps its password in local storage."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert program, "Chromium is not installed."
    with tempfile.TemporaryDirectory(prefix="shot-", ignore_cleanup_errors=True) as profile:
        as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
        words = [program, "--headless", *QUIET, *as_root, f"--user-data-dir={profile}", "--remote-debugging-port=0"]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                with connect(address_of(Path(profile)), max_size=None) as connection:
                    page = Page(connection)
                    word = base64.b64encode(auth.encode()).decode()
                    login = f"localStorage.setItem('prefect-password', '{word}');"
                    plain = "localStorage.setItem('prefect-show-promotional-content', 'false');"
                    page.ask("Page.enable")
                    page.ask("Page.addScriptToEvaluateOnNewDocument", source=f"try {{ {login} {plain} }} catch {{}}")
                    yield page
            finally:
                process.terminate()


def address_of(profile: Path) -> str:
    """The address of the protocol of the browser's first page."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, IndexError, StopIteration):
            port = (profile / "DevToolsActivePort").read_text().splitlines()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                return next(each["webSocketDebuggerUrl"] for each in json.load(answer) if each["type"] == "page")
        time.sleep(0.2)
    raise SystemExit("The browser did not start.")


if __name__ == "__main__":
    main()

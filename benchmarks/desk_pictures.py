"""Makes the pictures of the desk in the README: runs a small demonstration, stops it, and opens its desk in a real browser.

`python -m benchmarks.desk_pictures` writes docs/desk-*.png. It needs what `make browser` installs.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

DOCS = Path(__file__).resolve().parents[1] / "docs"
CASEBOOK = [sys.executable, "-m", "casebook"]
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
WHO, COLOURS, WIDTH, HEIGHT = "syn-research-1", 64, 1280, 1100
CLAIMED = 6


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="shot-", dir="/tmp") as directory:
        home = Path(directory) / "h"
        home.parent.chmod(0o711)
        home.mkdir(mode=0o711)
        _until_there_is_a_match(home)
        token = json.loads((home / "sign-in.json").read_text())[WHO]
        with _desk(home) as address, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
            page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT}, base_url=address)
            page.goto("/login")
            page.fill("#staff_id", WHO)
            page.fill("#token", token)
            page.click("main button:has-text('Sign in')")
            match = _claim(page)
            page.goto("/")
            _keep(page, "desk-my-work")
            page.goto(match)
            _keep(page, "desk-match-review")
            chromium.close()


def _until_there_is_a_match(home: Path) -> None:
    """Run a demonstration until people were found whom somebody has to compare."""
    words = [*CASEBOOK, "demo", "--home", str(home), "--applications", "12", "--past", "0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as demo:
        for line in demo.stderr or ():
            print(line, end="")
            if re.search(r"items done.*\d+ in record checks", line):
                break
        demo.terminate()
        demo.communicate()


@contextmanager
def _desk(home: Path) -> Iterator[str]:
    words = [*CASEBOOK, "--home", str(home), "desk", "--port", "0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as desk:
        assert desk.stderr is not None
        found = re.search(r"http://\S+", desk.stderr.readline())
        assert found
        try:
            yield found.group().rstrip("/")
        finally:
            desk.terminate()


def _claim(page: Page) -> str:
    """Claim a few items, and return the address of one that compares two people."""
    match = ""
    page.goto("/work")
    links = page.locator("table.desk-queue tbody td:first-child a")
    items = [(link.inner_text(), link.get_attribute("href") or "") for link in links.all()]
    matches = [address for title, address in items if title.startswith("Review a match")]
    for address in [*matches[:3], *(address for _, address in items if address not in matches)][:CLAIMED]:
        page.goto(address)
        if page.locator("button:has-text('Claim')").count():
            page.click("button:has-text('Claim')")
            page.wait_for_load_state()
            if not match and page.locator("text=Subject and candidate").count():
                match = address
    return match


def _keep(page: Page, name: str) -> None:
    """The first screen of a page, in few colours."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(DOCS / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()

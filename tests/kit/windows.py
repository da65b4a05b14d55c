"""A real browser in a person's hands: it follows links that are there, unfolds what is folded, types, ticks and clicks.

Nobody types an address: whoever finds no way to a page by its links has found a fault of the desk.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from casebook.demo.browser import BrowsedPage, Browsing, FormValues, PageForm, read

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
MENU = ("/", "/work", "/applications", "/more")  # where a person looks for what they want to do
MOST_PAGES = 20  # of one list that somebody turns
# of each field of a form, in the order of the page: its name, its kind, and what stands in it
FIELDS = """form => Object.values(Object.groupBy([...form.elements].filter((each) => each.name), (each) => each.name)).map(
    (group) => [group[0].name, group[0].type, ['radio', 'checkbox'].includes(group[0].type)
        ? group.filter((each) => each.checked).map((each) => each.value)
        : group.map((each) => each.value)])"""
CLOSED = "xpath=ancestor::details[not(@open)]"


@contextmanager
def real_browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright. Skips where one of them is not installed."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: make browser")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: make browser")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@dataclass(kw_only=True)
class Window(Browsing):
    """The window of somebody who has a browser, with its cookies, to themselves. `page`: Playwright's.

    `visited`: every address that was asked for, and every title. `complaints`: what the browser said against a page.
    """

    page: Any
    visited: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, chromium: Any, address: str) -> Window:
        context = chromium.new_context(base_url=address, viewport={"width": 1200, "height": 900})
        window = cls(page=context.new_page())
        window.page.set_default_timeout(10_000)
        window.page.on("request", lambda request: window.visited.append(request.url))
        window.page.on("framenavigated", lambda frame: window.visited.append(frame.url))
        window.page.on("console", window._hear)
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        return window

    def _hear(self, said: Any) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(said.text)

    def get(self, address: str) -> BrowsedPage:
        """Go to an address by a link: of this page, or of a page of the menu."""
        if self.page.url == "about:blank":
            return self.seen(self._gone(lambda: self.page.goto("/")))
        if self._path() == address == "/login":
            return self.seen(200)
        for place in ("", *MENU):
            if place and place != self._path() and not self._follow(place):
                continue
            if status := self._turned_to(address):
                return self.seen(status)
        raise LookupError(f"no link leads to {address} for whoever sees: {self.page.inner_text('nav >> nth=0')}")

    def _path(self) -> str:
        return urlsplit(self.page.url).path

    def _turned_to(self, address: str) -> int:
        """The status of the page behind a link of a list, which may be on a later page of it; 0 if there is no such link."""
        for _ in range(MOST_PAGES):
            if status := self._follow(address):
                return status
            onward = self.page.get_by_role("link", name="Next page")
            if not onward.count():
                return 0
            self._gone(onward.first.click)
        return 0

    def _follow(self, address: str) -> int:
        link = self.page.locator(f'a[href="{address}"]').first
        if not link.count():
            return 0
        self._unfold(link)
        return self._gone(link.click)

    def submit(
        self,
        form: PageForm,
        typed: FormValues | None = None,
        *,
        button: tuple[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> BrowsedPage:
        place = self.page.locator(f'form[action="{form.action}"]').first
        wanted = {name: [value] if isinstance(value, str) else list(value) for name, value in (typed or {}).items()}
        fields = place.evaluate(FIELDS)
        if unknown := wanted.keys() - {name for name, _, _ in fields}:
            raise KeyError(f"the form has no field {', '.join(sorted(unknown))}")
        for name, kind, stands in fields:
            if name in wanted and stands != wanted[name]:
                self._fill(place.locator(f'[name="{name}"]'), kind, wanted[name])
        for name, (file, content) in (files or {}).items():
            chosen = {"name": file, "mimeType": "application/octet-stream", "buffer": content}
            place.locator(f'[name="{name}"]').set_input_files(chosen)
        which = f'[name="{button[0]}"][value="{button[1]}"]' if button else ':not([name]):not([type="button"])'
        pressed = place.locator(f"button{which}").first
        self._unfold(pressed)
        return self.seen(self._gone(pressed.click))

    def _fill(self, fields: Any, kind: str, values: Sequence[str]) -> None:
        """Type, tick or choose, in the order of the page: what is only asked after an answer is there once it is given."""
        self._unfold(fields.first)
        match kind:
            case "radio":
                fields.and_(self.page.locator(f'[value="{values[0]}"]')).check()
            case "checkbox":
                offered = fields.evaluate_all("boxes => boxes.map((box) => box.value)")
                if not set(values) <= set(offered):
                    raise KeyError(f"not offered: {sorted(set(values) - set(offered))}")
                for choice, value in zip(fields.all(), offered, strict=True):
                    choice.set_checked(value in values)
            case "select-one":
                fields.first.select_option(values[0])
            case "datetime-local":
                fields.first.fill(values[0][: len("2026-03-02T09:00")])  # a person gives minutes
            case _:
                fields.first.fill(values[0])

    def _unfold(self, target: Any) -> None:
        while target.evaluate("element => !!element.closest('details:not([open]) > :not(summary)')"):
            target.locator(CLOSED).first.locator("> summary").click()

    def _gone(self, go: Any) -> int:
        """The status of the page that comes of a click."""
        with self.page.expect_navigation(wait_until="domcontentloaded") as came:
            go()
        return came.value.status

    def seen(self, status: int) -> BrowsedPage:
        """The page that is in the window, as it stands in it."""
        shown = read(self._path(), status, self.page.content())
        self.visited.append(shown.title)
        return shown

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
            return self._loaded(lambda: self.page.goto("/"))
        if urlsplit(self.page.url).path == address == "/login":
            return self.seen(200)
        if found := self._follow(address):
            return found
        for place in MENU:
            self._follow(place)
            if found := self._turned_to(address):
                return found
        raise LookupError(f"no link leads to {address} for whoever sees: {self.page.inner_text('nav >> nth=0')}")

    def _turned_to(self, address: str) -> BrowsedPage | None:
        """The page behind a link of a list, which may be on a later page of it."""
        for _ in range(MOST_PAGES):
            if found := self._follow(address):
                return found
            onward = self.page.get_by_role("link", name="Next page")
            if not onward.count():
                return None
            self._loaded(onward.first.click)
        return None

    def _follow(self, address: str) -> BrowsedPage | None:
        link = self.page.locator(f'a[href="{address}"]').first
        if not link.count():
            return None
        self._unfold(link)
        return self._loaded(link.click)

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
        names = place.evaluate("form => [...new Set([...form.elements].map((each) => each.name))]")
        if unknown := wanted.keys() - set(names):
            raise KeyError(f"the form has no field {', '.join(sorted(unknown))}")
        for name in names:
            if name in wanted:
                self._fill(place.locator(f'[name="{name}"]'), wanted[name])
        for name, (file, content) in (files or {}).items():
            chosen = {"name": file, "mimeType": "application/octet-stream", "buffer": content}
            place.locator(f'[name="{name}"]').set_input_files(chosen)
        which = f'[name="{button[0]}"][value="{button[1]}"]' if button else ":not([name])"
        pressed = place.locator(f"button{which}").first
        self._unfold(pressed)
        return self._loaded(pressed.click)

    def _fill(self, fields: Any, values: Sequence[str]) -> None:
        """Type, tick or choose, in the order of the page: what is only asked after an answer is there once it is given."""
        self._unfold(fields.first)
        match fields.first.evaluate("field => field.type"):
            case "radio" | "checkbox":
                for choice in fields.all():
                    wanted = choice.get_attribute("value") in values
                    if wanted != choice.is_checked():
                        choice.set_checked(wanted)
            case "select-one":
                fields.first.select_option(values[0])
            case "datetime-local":
                fields.first.fill(values[0][: len("2026-03-02T09:00")])  # a person gives minutes
            case _:
                fields.first.fill(values[0])

    def _unfold(self, target: Any) -> None:
        while target.evaluate("element => !!element.closest('details:not([open]) > :not(summary)')"):
            target.locator(CLOSED).first.locator("> summary").click()

    def _loaded(self, go: Any) -> BrowsedPage:
        """The page that comes of a click."""
        with self.page.expect_navigation(wait_until="domcontentloaded") as came:
            go()
        answer = came.value
        return self.seen(answer.status if answer else 200)

    def seen(self, status: int) -> BrowsedPage:
        """The page that is in the window, as it stands in it."""
        shown = read(urlsplit(self.page.url).path, status, self.page.content())
        self.visited.append(shown.title)
        return shown

"""A member of staff at work: gives `casebook` commands in their own name, or fills in the desk's pages, and sees only those."""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

from casebook.demo.browser import Browser
from casebook.demo.forms_filled import answer_item

PAGES_SHARE = 3  # one answer of so many is given on a page
# runs one command in a home, in the name of a member of staff, and returns its output with --json
Run = Callable[[Path, str | None, list[str]], object]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One place of work. `staff_id` None: the operator's own, at the machine.

    `address`: that of the desk's pages; a third of the answers are given there.
    """

    run: Run
    home: Path
    staff_id: str | None = None
    token: str | None = None
    address: str | None = None
    browsers: dict[str, Browser] = field(default_factory=dict)  # everybody's own, by staff id

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close everybody's browser."""
        for browser in self.browsers.values():
            browser.client.close()

    def ask(self, *words: str) -> Any:
        """The output of a command with --json. A refusal is raised."""
        with _token(self.token):
            printed = self.run(self.home, self.staff_id, list(words))
        return json.loads(json.dumps(printed, default=str))

    def do(self, item: str, answer: object) -> Any:
        """Answer a work item, on its page or by the command."""
        if self._is_for_a_page(item) and isinstance(answer, dict):
            return answer_item(self.browser(), item, answer).text
        return self._with_file(answer, "work", "do", item)

    def _is_for_a_page(self, item: str) -> bool:
        return self.address is not None and self.staff_id is not None and zlib.crc32(item.encode()) % PAGES_SHARE == 0

    def browser(self) -> Browser:
        """Their browser, signed in at the desk. After half an hour of nothing they sign in again."""
        staff_id, token, address = self.staff_id or "", self.token or "", self.address or ""
        if staff_id not in self.browsers:
            self.browsers[staff_id] = Browser(client=httpx.Client(base_url=address, timeout=120.0))
        browser = self.browsers[staff_id]
        if browser.get("/find").title.startswith("Sign in"):
            browser.sign_in(staff_id, token)
        return browser

    def correct(self, reference: str, details: object) -> Any:
        """Add or correct what is known of an application's people."""
        return self._with_file(details, "applications", "correct", reference)

    def take_down(self, said: object) -> str:
        """Take an application down and in. Returns its reference."""
        draft = self._with_file(said, "applications", "draft")["draft"]
        return str(self.ask("applications", "submit", draft)["reference"])

    def attach(self, reference: str, text: str, *options: str) -> Any:
        """Attach a paper of plain text."""
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            return self.ask("applications", "attach", reference, *options, "--file", file.name)

    def find(self, asked: object) -> Any:
        """Search for an application by what somebody says of the people in it."""
        return self._with_file(asked, "find")

    def _with_file(self, contents: object, *words: str) -> Any:
        """Pass the data in a file that only this user can read and that is removed afterwards."""
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump(contents, file)
            file.flush()
            return self.ask(*words, "--file", file.name)


@contextmanager
def _token(token: str | None) -> Iterator[None]:
    before = os.environ.pop("CASEBOOK_TOKEN", None)
    if token is not None:
        os.environ["CASEBOOK_TOKEN"] = token
    try:
        yield
    finally:
        os.environ.pop("CASEBOOK_TOKEN", None)
        if before is not None:
            os.environ["CASEBOOK_TOKEN"] = before

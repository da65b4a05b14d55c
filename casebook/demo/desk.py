"""A member of staff at a terminal: runs `casebook` commands in their own name and sees only their output."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# runs one command in a home, in the name of a member of staff, and returns its output with --json
Run = Callable[[Path, str | None, list[str]], object]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One terminal. `staff_id` None: the operator's own."""

    run: Run
    home: Path
    staff_id: str | None = None
    token: str | None = None

    def ask(self, *words: str) -> Any:
        """The output of a command with --json. A refusal is raised."""
        with _token(self.token):
            printed = self.run(self.home, self.staff_id, list(words))
        return json.loads(json.dumps(printed, default=str))

    def do(self, item: str, answer: object) -> Any:
        """Answer a work item."""
        return self._with_file(answer, "work", "do", item)

    def correct(self, reference: str, details: object) -> Any:
        """Add or correct what is known of an application's people."""
        return self._with_file(details, "applications", "correct", reference)

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

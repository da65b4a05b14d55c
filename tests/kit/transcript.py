"""Carries out a transcript of commands as it stands on a page, and tells where what is printed differs from what is shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

PROMPT = "$ "
GAP = "..."  # stands for lines that are left out
RANDOM = re.compile(r"(?<=TOKEN=)\S+|(?<=draft )[0-9a-f]{12}\b|\b[0-9a-f]{32}\b")  # what no two runs have alike


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command as a shell reads it."""

    line: str
    stdin: str
    shown: Sequence[str]  # what the page says that it prints

    @property
    def words(self) -> list[str]:
        """The words after `casebook`, without who gives the command."""
        program, *words = shlex.split(self.line)
        assert program == "casebook", self.line
        return words[2:] if self.staff else words

    @property
    def staff(self) -> str | None:
        """Who gives it; None for the operator."""
        who = re.match(r"casebook --as (\S+) ", self.line)
        return who.group(1) if who else None

    @property
    def is_form(self) -> bool:
        """Whether it is the answer of a form."""
        return self.words[:2] == ["work", "do"]


def fenced(page: str, heading: str) -> list[str]:
    """The fenced blocks of one section of a page."""
    (section,) = re.findall(rf"(?ms)^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page)
    return re.findall(r"(?ms)^```\w*\n(.*?)^```$", section)


def steps(block: str) -> list[Step]:
    """The commands of a block: each a line after the prompt, its here-document, and the lines that it prints."""
    made = []
    before, *parts = re.split(rf"(?m)^{re.escape(PROMPT)}", block)
    assert not before.strip(), before
    for part in parts:
        line, *lines = part.splitlines()
        stdin = ""
        if here := re.search(r" <<'(\w+)'$", line):
            end = lines.index(here.group(1))
            line, stdin, lines = line[: here.start()], "\n".join(lines[:end]) + "\n", lines[end + 1 :]
        made.append(Step(line=line, stdin=stdin, shown=_lines(lines)))
    return made


def difference(shown: Sequence[str], printed: str) -> str | None:
    """The first line that was printed otherwise than it is shown, or that one of the two lacks."""
    rest, skips = _lines(printed.splitlines()), False
    for line in shown:
        if line == GAP:
            skips = True
            continue
        at = next((number for number, other in enumerate(rest) if other == line), None)
        if at is None or (at and not skips):
            return f"shown: {line}\nprinted: {rest[:1]}"
        rest, skips = rest[at + 1 :], False
    return f"not shown: {rest[0]}" if rest and not skips else None


def _lines(lines: Sequence[str]) -> list[str]:
    return [RANDOM.sub("*", line.rstrip()).lstrip() for line in lines if line.strip()]

"""Finds words that were retired: in prose a person reads (docs, messages, docstrings, comments) and in the names of code.

A word is retired when the field or plain English has a better one; each stands here with what to write instead.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# history keeps its words, and these two name them
HISTORY = (
    "CHANGELOG.md", "docs/evidence/", "casebook/storage/migrations/",
    "benchmarks/retired_words.py", "tests/unit/test_retired_words.py",
)  # fmt: skip

# pattern of a word in prose -> what to write instead
PROSE = {
    r"reckon\w*": "calculate",
    r"rungs?": "escalation level",
    r"ladders?": "escalation levels, contact progress",
    r"climb\w*": "escalate",
    r"rehears\w*": "preload",
    r"doorbells?": "run signal",
    r"watchposts?": "metrics endpoint",
    r"filth\w*": "data faults",
    r"likeness\w*": "match weight",
    r"blindness": "blind review",
    r"asides": "refusal entries",
    r"nobody's to \w+": "cannot be given to staff",
    r"no clearance": "not a clearance",
    r"(of|in) the house": "of the unit",
    r"unspoken": "not in the ledger",
    r"spoken of": "recorded",
    r"\d+ None": "the words for what is not known",
}
# names that code may not define or use again
NAMES = frozenset(
    {"HouseDoing", "HouseHandler", "Rung", "UnspokenChange", "speak", "rehearse", "doorbell", "at_once_rows"}
)
_PROSE = {re.compile(rf"\b{word}\b", re.IGNORECASE): instead for word, instead in PROSE.items()}


def found(path: str, text: str) -> Iterator[str]:
    """A line for each retired word of a file."""
    for line, prose in _markdown(text) if path.endswith(".md") else _prose_of_code(text):
        for word, instead in _PROSE.items():
            if hit := word.search(prose):
                yield f"{path}:{line}: {hit.group()!r}: write {instead!r}"
    if path.endswith(".py"):
        yield from (f"{path}:{line}: the name {name!r} was retired" for line, name in _names(text) if name in NAMES)


def _markdown(text: str) -> Iterator[tuple[int, str]]:
    """Lines of prose without what stands in code quotes."""
    yield from ((number, re.sub(r"`[^`]*`", "", line)) for number, line in enumerate(text.splitlines(), 1))


def _prose_of_code(text: str) -> Iterator[tuple[int, str]]:
    """Comments, and strings of more than one word."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and " " in token.string.strip()):
            yield token.start[0], re.sub(r"`[^`]*`", "", token.string)


def _names(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    faults = [
        fault
        for path in listed.splitlines()
        if not path.startswith(HISTORY) and (ROOT / path).is_file()
        for fault in found(path, (ROOT / path).read_text("utf-8"))
    ]
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

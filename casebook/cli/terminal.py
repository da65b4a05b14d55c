"""Everything that a command shows goes out here, so no command can forget that a terminal obeys some signs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TextIO

from casebook.outside_text import harmless

CLEAR = "\x1b[2J\x1b[H"  # empties the screen


def show(lines: Iterable[str]) -> None:
    """Print lines of an answer. What the terminal or pipe cannot encode is escaped. Raises OSError."""
    for line in lines:
        _print(line, sys.stdout)
    sys.stdout.flush()


def clear() -> None:
    """Empty the screen, before a page that is shown again and again."""
    sys.stdout.write(CLEAR)


def tell(line: str) -> None:
    """Print a line beside the answer: an error, a warning, or how far it is."""
    _print(line, sys.stderr)
    sys.stderr.flush()


def _print(line: str, stream: TextIO) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(harmless(line).encode(encoding, "backslashreplace").decode(encoding) + "\n")

"""Writes Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a table; a cell that is None is left empty."""
    for row in (head, ["---"] * len(head), *rows):
        yield "| " + " | ".join("" if cell is None else str(cell) for cell in row) + " |"

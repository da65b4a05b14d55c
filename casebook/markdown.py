"""Writes Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from casebook.outside_text import markdown_text


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a table of values, shown as they are written; a cell that is None is left empty."""
    return marked_table(head, ([None if cell is None else markdown_text(cell) for cell in row] for row in rows))


def marked_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The same for cells that are Markdown already. Only for the pages of documentation: nothing in them is from outside."""
    for row in (head, ["---"] * len(head), *rows):
        yield "| " + " | ".join("" if cell is None else str(cell) for cell in row) + " |"

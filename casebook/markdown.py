"""Tables as Markdown has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A line each; nothing is said of a cell that is None."""
    for row in (head, ["---"] * len(head), *rows):
        yield "| " + " | ".join("" if cell is None else str(cell) for cell in row) + " |"

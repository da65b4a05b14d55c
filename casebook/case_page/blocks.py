"""What a page is made of: paragraphs, tables, times. `as_lines` writes them as text, 100 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

WIDTH = 100
ZONE = ZoneInfo("Europe/London")  # local time of the reader

ShownRow = Mapping[str, Any]
ApplicationView = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ParagraphBlock:
    """A heading, which may stand alone, and free text."""

    head: str
    text: str
    indent: int


@dataclass(frozen=True, kw_only=True)
class TableBlock:
    """Rows of as many cells as there are heads. No head at all, or empty ones: a table without a line of heads."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


PageBlock = ParagraphBlock | TableBlock | str


class VisibleRow(dict[str, Any]):
    """A row in which a column that the role may not see is None."""

    def __missing__(self, name: str) -> None:
        return None


def rows(application: ApplicationView, name: str) -> list[ShownRow]:
    """The rows of one part of an application, or an empty list."""
    return [VisibleRow(row) for row in application.get(name) or []]


def clean(text: object) -> str:
    """Text on one line, without control characters that a terminal would obey."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(text or "")).split())


def as_sentence(text: str) -> str:
    """Text that begins as a sentence does."""
    return text[:1].upper() + text[1:]


def instant(value: object) -> datetime | None:
    """A moment, from ISO 8601 text or as it is; None for anything else."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value if isinstance(value, datetime) else None


def moment(value: object) -> str:
    """A moment as text in local time."""
    if (known := instant(value)) is None:
        return "-"
    try:
        local = known.astimezone(ZONE)
    except OverflowError:  # a moment of the year 1 has no local time everywhere; one slip must not end the page
        return known.isoformat()
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"


def paragraph(head: str, text: object = None, *, indent: int = 2) -> Iterator[ParagraphBlock]:
    """A heading and free text. A deeper indent belongs to the paragraph before it."""
    yield ParagraphBlock(head=head, text=clean(text), indent=indent)


def table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[TableBlock]:
    """A table, unless it has no lines."""
    if rows := tuple(map(tuple, lines)):
        yield TableBlock(heads=tuple(heads), rows=rows)


def as_lines(blocks: Iterable[PageBlock]) -> Iterator[str]:
    """Blocks as text. A line of text is a block too, and stays as it is."""
    for block in blocks:
        match block:
            case ParagraphBlock():
                yield from _wrapped(block)
            case TableBlock():
                yield from _columns(block)
            case _:
                yield block


def _wrapped(block: ParagraphBlock) -> Iterator[str]:
    line = f"{block.head}: {block.text}" if block.text else block.head
    indent = block.indent
    yield from textwrap.wrap(line, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 4))


def _columns(block: TableBlock) -> Iterator[str]:
    """Columns as wide as their longest cell; the last one is wrapped."""
    every = [*([block.heads] if any(block.heads) else []), *block.rows]
    widths = [max(len(line[at]) for line in every) for at in range(len(every[0]))]
    start = 2 + sum(width + 2 for width in widths[:-1])
    for line in every:
        before = "".join(f"{cell:<{width}}  " for cell, width in zip(line[:-1], widths[:-1], strict=True))
        last = textwrap.wrap(line[-1], max(WIDTH - start, 24)) or [""]
        yield f"  {before}{last[0]}".rstrip()
        yield from (" " * start + more for more in last[1:])

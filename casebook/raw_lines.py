"""Splits a CSV file into rows as they stand in it. A stray quote spoils its own row and never the rows after it."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from casebook import bounds
from casebook.bounds import FileBound

csv.field_size_limit(bounds.LINE)
MOST_OF_A_TITLE = 3  # different filled cells of a title or a note; a row has more
LONGEST_ROW = 1_000  # physical lines; a quote that is still open after these was opened by mistake
MOST_OF_A_ROW = 2 * bounds.LINE  # characters of these lines


class RawLine(NamedTuple):
    """One row as it is in the file. If a quote in it never closes it is not whole: its first line, without quotes."""

    number: int
    values: list[str]
    whole: bool = True
    lines: int = 1  # physical lines it takes
    utf8: bool = True  # False: it was read as Windows-1252
    lacks_value: bool = False  # a formula in it has no stored value: what it gives is not known


def lines(path: Path, bound: FileBound = bounds.TABLE) -> Iterator[str]:
    """The lines of text. A byte that is not UTF-8 becomes a lone surrogate, so that its cell can be recognised.

    Raises UnreadableFile before the first line if the file is not a regular one, or has too many or too long lines.
    """
    with bounds.opened(path, bound) as stream:
        bounds.refuse_bulk(path, stream, bound)
        with io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            yield from text


def split(lines: Iterable[str], delimiter: str = ",") -> Iterator[RawLine]:
    """Every row with its line, the header first. A stray quote spoils its own row and never the rows after it."""
    source, waiting = iter(lines), deque[str]()
    number, width, settled = 1, 0, False
    while line := waiting.popleft() if waiting else next(source, ""):
        count, whole = 1, True
        if '"' not in line:
            values = line.rstrip("\r\n").split(delimiter)
        else:
            taken = list[str]()
            cells = _quoted(_fed(line, taken, waiting, source), taken, delimiter, width=width, settled=settled)
            waiting.extendleft(reversed(taken[1:] if cells is None else ()))
            count, whole = (len(taken), True) if cells is not None else (1, False)
            values = line.rstrip("\r\n").replace('"', "").split(delimiter) if cells is None else cells
        yield RawLine(number, values, whole, count)
        number += count
        if whole and not settled and (filled := sum(map(bool, map(str.strip, values)))):
            width, settled = max(width, len(values)), filled > MOST_OF_A_TITLE


def _fed(line: str, taken: list[str], waiting: deque[str], source: Iterator[str]) -> Iterator[str]:
    """The line and the lines after it, as they are asked for. The lines given out are kept in `taken`."""
    size = 0
    while line and len(taken) < LONGEST_ROW and size <= MOST_OF_A_ROW:
        taken.append(line)
        size += len(line)
        yield line
        line = waiting.popleft() if waiting else next(source, "")
    if line:
        waiting.appendleft(line)


def _quoted(fed: Iterator[str], taken: list[str], delimiter: str, *, width: int, settled: bool) -> list[str] | None:
    """The cells of a row with quotes in it; None if its end cannot be found. `settled`: all rows are known to be so wide."""
    try:
        values = next(csv.reader(fed, delimiter=delimiter, strict=True))
    except csv.Error:
        if len(taken) > 1:
            return None
        # a quote closes in the middle of a cell; accept the row if nothing else is wrong with it
        values = next(csv.reader(taken, delimiter=delimiter))
        return values if len(values) == width and taken[0].count('"') % 2 == 0 else None
    # over several lines only a complete row counts: otherwise an open quote would swallow the rows after it
    swallowed = len(taken) > 1 and len(values) != width
    if not settled:  # nor is the width known
        swallowed = swallowed and any("\n" in cell and cell.count(delimiter) > 1 for cell in values)
    return None if swallowed and any(more.count(delimiter) >= width - 1 for more in taken[1:]) else values

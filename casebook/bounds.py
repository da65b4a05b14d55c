"""How much a file, an answer or a row from outside may hold. Each limit is far above what is real, and is checked first.

What is over a limit is refused with a reason code before it makes work. Nothing is cut off without a word.
"""

from __future__ import annotations

import errno
import math
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from casebook.errors import UnreadableFile

MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class FileBound:
    """How large one kind of file may be."""

    most_bytes: int
    most_lines: int = 0  # 0: it is not read line by line


# a sheet of Excel has 1,048,576 rows; all forces of England and Wales together have some 50,000 applications in a year
TABLE = FileBound(most_bytes=256 * MIB, most_lines=1 << 20)
# the Police National Computer, the largest source of persons, knows some 13 million
EXTRACT = FileBound(most_bytes=4096 * MIB, most_lines=20_000_000)
# the longest document, a risk model with a force's own table of offences, has some 500 kB
DOCUMENT = FileBound(most_bytes=2 * MIB)
# a return with 10,000 persons and records has some 5 MB
ANSWER = FileBound(most_bytes=16 * MIB)
# an export holds the entries of one application; a seal of 100,000 applications has 10 MB
EXPORT = FileBound(most_bytes=64 * MIB)
# a paper of a case: ten pages scanned in colour have some 5 MB
PAPER = FileBound(most_bytes=10 * MIB)
WORKBOOK = FileBound(most_bytes=64 * MIB)

LINE = 16 * MIB  # bytes of a line: a text of millions of signs in one cell spoils no other row
COLUMNS = 1_000  # of a header, and cells of a row that are kept; applications.csv has 60

# of a workbook or register: 100,000 applications with 50 columns
CELLS = 5_000_000
UNPACKED = 256 * MIB  # of all parts of a workbook: 5,000,000 cells take some 250 MB of XML
PARTS = 10_000  # files in the package of a workbook
SHEETS = 250  # Excel lets a workbook begin with so many
ROW_PARTS = 100_000  # elements in one row: Excel has 16,384 columns, and a cell has up to five
OTHER_PARTS = 300_000  # elements that are no row: Excel allows 65,490 cell formats, each with a few
ROWS = 2_000_000  # rows and shared texts of all sheets, blank rows that have a format among them

DEPTH = 64  # of JSON or TOML; what we write is less than ten deep
BRACKETS = 1_000_000  # lists and objects in one JSON: an export has some 20 for each entry
VALUES = 5_000_000
DIGITS = 100  # of a whole number; the longest id of a source has 20

# of one person: the most known to have been published of one offender in Britain are some 50; the demonstration has 3
NAMES = 100
# characters of a cell; a name has up to 70 (Government Data Standards Catalogue), an address 300, a hundred names 7,000
TEXT = 10_000
LONG_TEXT = 100_000  # of a concern or another text in sentences: three times as much as Excel allows in a cell
SEARCHES = 1_000  # in a row of a register; a policy bounds the variants of one search to 400
LISTED = 10_000  # of a list in an answer: the persons and records in one return

MOST_ASKED = 1_000_000  # of a number that counts rows or cases on the command line
LARGEST_SEED = 2**32 - 1  # what numpy takes
_BLOCK = LINE


class BadInput(ValueError):
    """A text from outside is not what it should be. The message goes on from the name of the text: "is not JSON"."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def opened(path: Path, bound: FileBound) -> BinaryIO:
    """Open a regular file for reading. Nothing else is waited for or read: no FIFO, no device, no directory, no socket.

    Raises UnreadableFile for those, for a file that cannot be opened, and for one that is too large.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        if error.errno == errno.ENXIO:  # a socket, or a device without anything behind it
            raise _no_file(path) from None
        raise UnreadableFile(f"{path.name}: {error.strerror or 'cannot be opened'}", "no_such_file") from None
    state = os.fstat(descriptor)
    if stat.S_ISREG(state.st_mode) and state.st_size <= bound.most_bytes:
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise _too_large(path, bound) if stat.S_ISREG(state.st_mode) else _no_file(path)


def content(path: Path, bound: FileBound) -> bytes:
    """All bytes of a regular file. Raises UnreadableFile as `opened` does, also if the file grows while it is read."""
    with opened(path, bound) as file:
        read = file.read(bound.most_bytes + 1)
    if len(read) > bound.most_bytes:
        raise _too_large(path, bound)
    return read


def refuse_bulk(path: Path, file: BinaryIO, bound: FileBound) -> None:
    """Look through a file of lines before any is used, and go back to its start. Raises UnreadableFile.

    A block without a line end is part of a line that is too long.
    """
    size = lines = 0
    while block := file.read(_BLOCK):
        ends = max(block.count(b"\n"), block.count(b"\r"))
        size, lines = size + len(block), lines + ends
        if size > bound.most_bytes:
            raise _too_large(path, bound)
        if lines > bound.most_lines:
            message = f"{path.name} has more than {bound.most_lines:,} lines. Split it into several files"
            raise UnreadableFile(message, "too_many_lines")
        if not ends and len(block) == _BLOCK:
            message = f"{path.name}: line {lines + 1} has more than {LINE:,} characters. It cannot be a row"
            raise UnreadableFile(message, "line_too_long")
    file.seek(0)


def _too_large(path: Path, bound: FileBound) -> UnreadableFile:
    message = f"{path.name} has more than {bound.most_bytes // MIB:,} MiB: it is too large for a file of its kind"
    return UnreadableFile(message, "file_too_large")


def _no_file(path: Path) -> UnreadableFile:
    return UnreadableFile(f"{path.name} is not an ordinary file", "not_a_file")


def refuse_columns(name: str, columns: Collection[str]) -> None:
    """Refuse a header that is too wide."""
    if len(columns) > COLUMNS:
        raise UnreadableFile(
            f"{name} has more than {COLUMNS:,} columns. Remove those that are empty", "too_many_columns"
        )


def refuse_cells(name: str, cells: int) -> None:
    """Refuse a table with too many cells, blank ones among them."""
    if cells > CELLS:
        message = (
            f"{name} has more than {CELLS:,} cells. Delete the blank rows and columns below and beside the table,"
            " or split it into several files"
        )
        raise UnreadableFile(message, "file_too_large")


def cell_faults(
    cells: Mapping[str, str], *, lists: Collection[str], long: Collection[str]
) -> Iterator[tuple[str, str, str]]:
    """Cells of one row that are too long, and lists with too many names: column, code and message.

    `lists`: the columns with items between `;`. `long`: those with sentences.
    """
    for column, text in cells.items():
        most = LONG_TEXT if column in long else TEXT
        if column in lists and text.count(";") >= NAMES and sum(map(bool, map(str.strip, text.split(";")))) > NAMES:
            yield column, "too_many_items", f"must list at most {NAMES}"
        elif len(text) > most:
            yield column, "too_long", f"must have at most {most:,} characters"


def refuse_shape(value: object, *, text: int | None = None, listed: int | None = None) -> None:
    """Look through a value of JSON or TOML, level by level. Raises BadInput if it is too deep or too large.

    `text`: the most characters of one text. `listed`: the most elements of one list.
    """
    level, depth, values = [value], 0, 0
    while level:
        depth, values = depth + 1, values + len(level)
        if depth > DEPTH:
            raise BadInput(f"has lists or objects more than {DEPTH} deep", "too_deep")
        if values > VALUES:
            raise BadInput(f"has more than {VALUES:,} values", "too_many_items")
        level = [inner for part in level for inner in _inside(part, text, listed)]


def _inside(part: object, text: int | None, listed: int | None) -> Collection[object]:
    match part:
        case str() if text is not None and len(part) > text:
            raise BadInput(f"has a text of more than {text:,} characters", "too_long")
        case list() if listed is not None and len(part) > listed:
            raise BadInput(f"has a list of more than {listed:,}", "too_many_items")
        case bool():
            return ()
        case int() if abs(part) >= 10**DIGITS:
            raise BadInput(f"has a number of more than {DIGITS} digits", "number_too_long")
        case float() if not math.isfinite(part):
            raise BadInput("has a number that is not finite", "not_finite")
        case dict():
            return (*part.keys(), *part.values()) if text is not None else part.values()
        case list():
            return part
    return ()

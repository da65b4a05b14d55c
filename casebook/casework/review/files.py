"""Reads the file of a register, CSV or Excel. It reads as much as possible: no row is refused and no text is lost.

Unlike `casebook.files`, it keeps text that is not UTF-8 (read as Windows-1252) and marks it.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, islice, zip_longest
from pathlib import Path

from casebook import bounds, files, raw_lines, workbooks
from casebook.casework.review import register_rows
from casebook.casework.review.register_rows import RegisterLine
from casebook.domain.review.register import COLUMNS
from casebook.domain.review.register_cells import RegisterDoubt
from casebook.domain.review.register_headings import (
    NO_MAPPING,
    HeadingFrom,
    KeptMapping,
    ReadColumn,
    RegisterMapping,
    columns_of,
    header_keys,
)
from casebook.errors import UnreadableFile
from casebook.raw_lines import RawLine

DELIMITERS = ",;\t|"
ELSEWHERE = frozenset(
    {"reference", "outcome", "decided_on"}
)  # columns that files of the monitor and of records have too
OF_OTHER_FILES = ELSEWHERE | {"b_pnc_id", "b_cro"}  # as "pnc_id" and "cro" are of persons
FEWEST_BY_TABLE = 2  # columns known by the table of headings alone that make a file a register


@dataclass(frozen=True, kw_only=True)
class OtherSheet:
    """A sheet of a workbook that has no header of a register. Nothing of it is read."""

    title: str
    rows: int  # that are not blank


@dataclass(kw_only=True)
class RegisterFile:
    name: str  # of the file without its ending, and of the sheet if there are several
    digest: str  # of its bytes, and of how its headings and codes are read if that is not by their own names
    content: str  # digest of its bytes alone
    columns: tuple[ReadColumn, ...]
    ignored: list[str]
    absent: list[str]
    there: int  # filled rows above the header and all below it, counted before any of them was read
    unread_lines: int  # lines of the file that belong to no row: none, unless this reader is at fault
    rows: list[RegisterLine]
    not_rows: list[tuple[int, RegisterDoubt]]  # physical lines below the header that are no application, and why
    mapping: RegisterMapping = NO_MAPPING
    other_sheets: tuple[OtherSheet, ...] = ()  # of the same workbook; they stand at its first register

    @property
    def unaccounted(self) -> int:
        """Rows that are neither read nor named as no application. None, unless this reader is at fault."""
        return self.there - len(self.rows) - len(self.not_rows) + self.unread_lines


@dataclass(kw_only=True)
class _Sheet:
    title: str
    lines: Sequence[RawLine]
    physical: int  # lines that it has
    mapping: RegisterMapping

    @cached_property
    def header_at(self) -> int | None:
        """The header row: of the first rows, the one that names most columns. A title may name one by chance."""
        named = [_named(self.headings(at), self.mapping) for at in range(min(len(self.lines), files.HEADER_WITHIN))]
        best = max(named, default=0)
        if not best or (best == 1 and named.index(best) > 0):
            return None
        at = named.index(best)
        return at if _of_a_register(columns_of(self.headings(at), self.mapping)) else None

    def headings(self, at: int) -> Sequence[str]:
        """The headings in a row. Below a row of group headings, "Surname" may be "Subject Surname"."""
        headings = self.lines[at].values
        groups: Sequence[str] = self.lines[at - 1].values if at else ()
        named = set(map(str.strip, groups)) - {""}
        if not named or (len(named) == 1 and groups[0].strip()):  # a title
            return headings
        spread: Iterator[str] = accumulate(groups, _carried)
        joined = [f"{group} {heading}".strip() for group, heading in zip_longest(spread, headings, fillvalue="")]
        known = columns_of(joined, self.mapping)
        return [
            whole if column.ours and heading.strip() else heading
            for heading, whole, column in zip(headings, joined, known, strict=False)
        ]

    @property
    def filled(self) -> int:
        return sum(_filled(line.values) for line in self.lines)


def read(path: Path, *, given: RegisterMapping = NO_MAPPING, kept: Sequence[KeptMapping] = ()) -> list[RegisterFile]:
    """One register, or one for each sheet that has a header.

    `given`: what a person says about headings and codes. `kept`: what was said about earlier files.
    Raises UnreadableFile if the file cannot be opened, or has no header row of a register.
    """
    content = bounds.content(path, bounds.TABLE)
    sheets = list(_sheets(path, content, given, kept))
    registers = [(sheet, at) for sheet in sheets if (at := sheet.header_at) is not None]
    if not registers:
        raise _no_register(path, sheets)
    several = len(registers) > 1
    read_files = [
        _register(
            f"{path.stem}-{sheet.title}" if several else path.stem,
            content + (b"\0" + sheet.title.encode() if several else b""),
            sheet,
            at,
        )
        for sheet, at in registers
    ]
    others = [sheet for sheet in sheets if sheet.header_at is None and sheet.filled]
    read_files[0].other_sheets = tuple(OtherSheet(title=sheet.title, rows=sheet.filled) for sheet in others)
    return read_files


def _sheets(path: Path, content: bytes, given: RegisterMapping, kept: Sequence[KeptMapping]) -> Iterator[_Sheet]:
    if workbooks.is_workbook(path, content):
        for title, lines in workbooks.sheets(path, content):
            headers = [header_keys(line.values) for line in lines[: files.HEADER_WITHIN]]
            mapping = _mapping({path.stem, f"{path.stem}-{title}"}, headers, given, kept)
            yield _Sheet(title=title, lines=lines, physical=len(lines), mapping=mapping)
        return
    bounds.refuse_bulk(path, io.BytesIO(content), bounds.TABLE)
    physical = _physical(content)
    tops = (islice(raw_lines.split(_texts(physical, set()), sign), files.HEADER_WITHIN) for sign in DELIMITERS)
    headers = [header_keys(line.values) for top in tops for line in top]
    mapping = _mapping({path.stem}, headers, given, kept)
    lines = list(_counted(path, _csv(physical, mapping)))
    yield _Sheet(title="", lines=lines, physical=len(physical), mapping=mapping)


def _counted(path: Path, lines: Iterator[RawLine]) -> Iterator[RawLine]:
    """The same lines. Raises UnreadableFile at the line that makes them more than can be kept."""
    cells = 0
    for line in lines:
        cells += len(line.values)
        bounds.refuse_cells(path.name, cells)
        yield line


def _mapping(
    names: set[str], headers: Sequence[frozenset[str]], given: RegisterMapping, kept: Sequence[KeptMapping]
) -> RegisterMapping:
    """What is given, over what was said about an earlier file of this register."""
    earlier = next((register.mapping for register in kept if register.fits(names, headers)), NO_MAPPING)
    return given.over(earlier)


def _no_register(path: Path, sheets: Sequence[_Sheet]) -> UnreadableFile:
    if not any(sheet.filled for sheet in sheets):
        return UnreadableFile(f"{path.name} is empty. Add a header row", "no_header")
    message = (
        f"{path.name} is not a register: no row at the top names columns such as received_on, b_surname or handler."
        ' If its headings are others, say what they are: --column "Their heading=b_surname"'
    )
    return UnreadableFile(message, "no_register")


def _register(name: str, content: bytes, sheet: _Sheet, at: int) -> RegisterFile:
    header, below = sheet.headings(at), sheet.lines[at + 1 :]
    above = [line for line in sheet.lines[:at] if _filled(line.values)]
    columns, plain = columns_of(header, sheet.mapping), _header(sheet.lines[at].values)
    reasons = [(line, register_rows.why_not_above(line, columns)) for line in above]
    reasons += [(line, register_rows.why_no_row(line, plain, _header(line.values))) for line in below]
    ours = {column.ours for column in columns}
    return RegisterFile(
        name=name,
        digest=_digest(content, columns, sheet.mapping),
        content=hashlib.sha256(content).hexdigest(),
        columns=columns,
        ignored=_ignored(columns, _header(header), below),
        absent=[name for name in COLUMNS if name not in ours],
        there=len(reasons),
        unread_lines=sheet.physical - sum(line.lines for line in sheet.lines),
        rows=[register_rows.row_of(line, columns, sheet.mapping.codes) for line, reason in reasons if reason is None],
        not_rows=[(line.number, reason) for line, reason in reasons if reason is not None],
        mapping=sheet.mapping,
    )


def _digest(content: bytes, columns: Sequence[ReadColumn], mapping: RegisterMapping) -> str:
    """A file that is read in another way than before is imported anew; one whose headings are ours needs its bytes only."""
    digest = hashlib.sha256(content)
    if mapping.codes or any(column.by not in {HeadingFrom.OWN, None} for column in columns):
        read_as = [[column.heading, column.ours, column.of_applicant] for column in columns]
        digest.update(b"\0" + json.dumps([read_as, mapping.codes], sort_keys=True).encode())
    return digest.hexdigest()


def _ignored(columns: Sequence[ReadColumn], plain: Sequence[str], below: Sequence[RawLine]) -> list[str]:
    """Columns that are not read, each listed once. One without a heading is listed by its number if anything is in it."""
    ignored = []
    for at, (column, name) in enumerate(zip(columns, plain, strict=True)):
        if column.ours:
            continue
        if name:
            ignored.append(name)
        elif any(at < len(line.values) and line.values[at].strip() for line in below):
            ignored.append(f"column {at + 1}")
    return list(dict.fromkeys(ignored))


def _carried(left: str, own: str) -> str:
    """A group heading stands over the empty cells to the right of it too."""
    return own if own.strip() else left


def _filled(values: Sequence[str]) -> bool:
    return any(value.strip() for value in values)


def _header(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(value.split()).strip("\ufeff").lower().replace(" ", "_") for value in values)


def _named(values: Sequence[str], mapping: RegisterMapping) -> int:
    return sum(bool(column.ours) for column in columns_of(values, mapping))


def _of_a_register(columns: Sequence[ReadColumn]) -> bool:
    """Whether the columns are those of a register. A plain list of references is a register too."""
    known = [column for column in columns if column.ours]
    if any(column.ours not in ELSEWHERE and column.by is not HeadingFrom.TABLE for column in known):
        return True
    if len(known) >= FEWEST_BY_TABLE and any(column.ours not in OF_OTHER_FILES for column in known):
        return True
    return all(column.ours in ELSEWHERE for column in columns if column.heading.strip())


def _physical(content: bytes) -> list[bytes]:
    """The physical lines of a CSV file, without their ends."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16", "replace").encode("utf-8", "replace")
    normalised = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return normalised.removesuffix(b"\n").split(b"\n")  # the end of the last line does not begin another


def _csv(physical: Sequence[bytes], mapping: RegisterMapping) -> Iterator[RawLine]:
    delimiter = _delimiter([_text(line)[0] for line in physical[: files.HEADER_WITHIN]], mapping)
    not_utf8 = set[int]()  # physical lines that were not UTF-8
    for line in raw_lines.split(_texts(physical, not_utf8), delimiter):
        yield line._replace(utf8=not_utf8.isdisjoint(range(line.number, line.number + line.lines)))


def _delimiter(first: Sequence[str], mapping: RegisterMapping) -> str:
    """The delimiter that yields the most column names in one of the first lines."""

    def named(sign: str) -> int:
        return max((_named(line.replace('"', "").split(sign), mapping) for line in first), default=0)

    def rank(sign: str) -> tuple[int, int, int]:
        by_name = named(sign)
        return by_name, 0 if by_name else sum(line.count(sign) for line in first), -DELIMITERS.index(sign)

    return max(DELIMITERS, key=rank)


def _texts(lines: Sequence[bytes], not_utf8: set[int]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        text, is_utf8 = _text(line)
        if not is_utf8:
            not_utf8.add(number)
        yield text + "\n"


def _text(line: bytes) -> tuple[str, bool]:
    """The text of a line, and whether it was UTF-8. If not, it is read as Windows-1252, so that no byte is lost."""
    try:
        return line.decode("utf-8"), True
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace"), False

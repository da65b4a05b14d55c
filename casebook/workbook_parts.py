"""Looks through the parts of a workbook before they are read: what they would take, how far each sheet goes, what is merged.

A package of 1 kB can hold gigabytes, and a cell in the last corner can make a table of 17,000,000,000.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal, NamedTuple
from xml.parsers import expat

from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from casebook import bounds
from casebook.errors import UnreadableFile

_BLOCK = 1 << 20
_READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # other methods make much of one block, before it can be counted
_FILLED = frozenset({"v", "f", "is"})


class Merged(NamedTuple):
    """A merged range; rows and columns begin with 1 and end inclusive."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(kw_only=True)
class SheetExtent:
    """How far a sheet goes, whatever it says about its own size."""

    last_row: int = 0  # in which a cell has a value or a formula, or that a merged range reaches
    width: int = 0
    merged: list[Merged] = field(default_factory=list)
    has_formulas: bool = False

    @property
    def cells(self) -> int:
        """The cells of the table, or of its merged ranges one by one: those may lie over each other."""
        return max(
            self.last_row * self.width, sum((m.right - m.left + 1) * (m.bottom - m.top + 1) for m in self.merged)
        )

    def spread(self) -> None:
        """Reach as far as the merged ranges do. One that begins below the last row has no value to repeat."""
        self.width = max([self.width, *(place.right for place in self.merged)])
        self.merged = [place for place in self.merged if place.top <= self.last_row]
        self.last_row = max([self.last_row, *(place.bottom for place in self.merged)])


class Package(zipfile.ZipFile):
    """The package of a workbook. A part is looked through when it is first opened; then it is read as it stands."""

    def __init__(self, path: Path, content: bytes) -> None:
        self._name, self._parts = path.name, PartCounts()
        self.extents = dict[str, SheetExtent]()
        if content.count(b"PK\x01\x02") > bounds.PARTS:  # an entry each, which the library would all read
            raise self._refused(f"has more than {bounds.PARTS:,} parts")
        self.content = io.BytesIO(content)
        super().__init__(self.content)
        if sum(entry.file_size for entry in self.infolist()) > bounds.UNPACKED:
            raise self._refused(f"unpacks to more than {bounds.UNPACKED // bounds.MIB} MiB")

    def open(  # as in the library; no part gives more than the package says, because the library stops there
        self,
        name: str | zipfile.ZipInfo,
        mode: Literal["r", "w"] = "r",
        pwd: bytes | None = None,
        *,
        force_zip64: bool = False,
    ) -> IO[bytes]:
        info = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        if info.compress_type not in _READABLE:
            raise self._refused("is packed in a way that Excel does not use")
        if info.filename not in self.extents:
            with super().open(info) as part:
                self.extents[info.filename] = self._looked_through(part)
            bounds.refuse_cells(self._name, sum(extent.cells for extent in self.extents.values()))
        return super().open(info, mode, pwd, force_zip64=force_zip64)

    def _looked_through(self, part: IO[bytes]) -> SheetExtent:
        scan = _Scan(self._parts)
        while block := part.read(_BLOCK):
            if len(block) == _BLOCK and b"<" not in block:
                raise self._refused("has a text that is too long for a cell")
            if not scan.feed(block):
                break
            bounds.refuse_cells(self._name, max(self._parts.cells, scan.extent.cells))
            if why := self._parts.too_many():
                raise self._refused(why)
        scan.extent.spread()
        return scan.extent

    def _refused(self, why: str) -> UnreadableFile:
        message = f"{self._name} {why}. Save it as CSV, or delete what is not part of the table"
        return UnreadableFile(message, "file_too_large")


@dataclass(kw_only=True)
class PartCounts:
    """How many elements of each kind were seen in all parts so far."""

    rows: int = 0  # of sheets, and shared texts
    cells: int = 0  # blank ones that have a format among them
    inside: int = 0  # everything inside rows
    longest: int = 0  # of one row
    others: int = 0
    depth: int = 0  # the deepest

    def too_many(self) -> str | None:
        """Why it is too much to read; None if it is not."""
        if self.rows > bounds.ROWS or self.inside > 3 * bounds.CELLS:
            return "has too many rows"
        if self.longest > bounds.ROW_PARTS:
            return "has a row that is too long"
        if self.others > bounds.OTHER_PARTS or self.depth > bounds.DEPTH:
            return "has too many formats or other parts"
        return None


class _Scan:
    """Counts the elements of one part, and finds how far the cells of a sheet go. It keeps none of them."""

    def __init__(self, parts: PartCounts) -> None:
        self.extent = SheetExtent()
        self._parts = parts
        self._depth = self._row_depth = 0  # of the present element, and of the row that it stands in
        self._row = self._column = self._in_this = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def feed(self, block: bytes) -> bool:
        """Whether the part can be read on. What is no XML here is none for the library either, which has the same parser."""
        try:
            self._parser.Parse(block, False)  # noqa: FBT003 - the library takes it by its place
        except expat.ExpatError:
            return False
        return True

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        local = name.rpartition(" ")[2]
        if self._row_depth:
            self._inside(local, attributes)
        elif local in {"row", "si"}:
            self._parts.rows += 1
            self._row_depth, self._in_this, self._column = self._depth, 0, 0
            if local == "row":
                self._next_row(attributes.get("r"))
        else:
            self._parts.others += 1
            self._parts.depth = max(self._parts.depth, self._depth)
            if local == "mergeCell":
                self.extent.merged.append(Merged(*range_boundaries(attributes["ref"])))

    def _inside(self, local: str, attributes: Mapping[str, str]) -> None:
        parts = self._parts
        parts.inside += 1
        self._in_this += 1
        parts.longest = max(parts.longest, self._in_this)
        if local == "c":
            parts.cells += 1
            self._cell(attributes.get("r"))
        elif local in _FILLED:
            self.extent.last_row = self._row
            self.extent.has_formulas |= local == "f"

    def _end(self, _name: str) -> None:
        if self._depth == self._row_depth:
            self._row_depth = 0
        self._depth -= 1

    def _next_row(self, said: str | None) -> None:
        number = int(float(said)) if said else self._row + 1
        if number <= self._row:
            raise ValueError("the rows of the sheet are not in their order")
        self._row = number

    def _cell(self, said: str | None) -> None:
        row, self._column = coordinate_to_tuple(said) if said else (self._row, self._column + 1)
        if row != self._row:
            raise ValueError("a cell stands in the row of another")
        self.extent.width = max(self.extent.width, self._column)

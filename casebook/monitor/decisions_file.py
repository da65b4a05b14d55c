"""Reads decisions.csv. Every row is read, or listed with its line, column and code; no value is repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from casebook import files, raw_lines
from casebook.domain.monitor.decision_monitor import judgement
from casebook.domain.vocabulary import Outcome
from casebook.errors import UnreadableFile
from casebook.values import dates, fillers, numbers
from casebook.values.ids import code_of, staff_key

LATEST = date(2099, 12, 31)  # of two centuries, the year 24 is one that has decisions
OUTCOMES = ("disclosed", "not_disclosed", *Outcome)


@dataclass(frozen=True, kw_only=True)
class DecisionRow:
    line: int
    decided_on: date
    decider: str
    reference: str
    outcome: bool | None  # disclosed or not; None if it is no decision
    expected: float | None  # None: not given


@dataclass(frozen=True, kw_only=True)
class DecisionsFile:
    rows: tuple[DecisionRow, ...]  # by day; rows of one day in file order
    rejected: tuple[files.Rejection, ...]
    ignored_columns: tuple[str, ...]


class CellError(ValueError):
    """A cell that cannot be read: a code and the expected form, never the value."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


def read_decisions(path: Path) -> DecisionsFile:
    table = files.read(path, known=READERS, required=("decided_on", "decider", "outcome"))
    rows, rejected = list[DecisionRow](), list[files.Rejection]()
    for raw in table.rows:
        read = read_row(raw)
        if isinstance(read, DecisionRow):
            rows.append(read)
        else:
            rejected.extend(read)
    rejected += table.no_rows
    first_written = {staff_key(row.decider): row.decider for row in reversed(rows)}
    rows = [replace(row, decider=first_written[staff_key(row.decider)]) for row in rows]
    rows.sort(key=lambda row: row.decided_on)
    return DecisionsFile(rows=tuple(rows), rejected=tuple(rejected), ignored_columns=tuple(table.ignored))


def read_row(raw: files.FileRow) -> DecisionRow | list[files.Rejection]:
    if raw.broken:
        return [raw.broken]
    read, faults = dict[str, Any](), list[files.Rejection]()
    for column, reader in READERS.items():
        try:
            if column in raw.undecodable:
                raise CellError("undecodable", "has bytes that are not text")  # noqa: TRY301 - told as any other fault
            read[column] = reader(raw[column])
        except CellError as error:
            faults.append(files.Rejection(line=raw.line, column=column, code=error.code, message=error.message))
    return faults or DecisionRow(line=raw.line, **read)


def read_expected(path: Path) -> list[float]:
    """Read the `expected` column of a decisions.csv without its empty cells, or a plain list of numbers."""
    text = "".join(raw_lines.lines(path))
    where, cells = "number", list(enumerate(text.replace(",", " ").split(), start=1))
    if cells and cells[0][1].strip('"')[:1].isalpha():  # a header
        table = files.read(path, known=("expected",), required=("expected",))
        where, cells = "line", [(row.line, row["expected"]) for row in table.rows]
    probabilities = list[float]()
    for place, cell in cells:
        try:
            probabilities += [read_probability(cell)] if cell else []
        except CellError as error:
            raise UnreadableFile(f"{path.name}, {where} {place}: {error.message}", error.code) from None
    if not probabilities:
        raise UnreadableFile(f"{path.name} has no expected values.", "no_expected")
    return probabilities


def read_day(cell: str) -> date:
    if not cell:
        raise CellError("missing", "a date is required")
    try:
        return datetime.fromisoformat(cell).date()
    except ValueError:
        day = dates.read(cell, latest=LATEST).day
    if day is None:
        raise CellError("bad_date", "write the date as YYYY-MM-DD")
    return day


def read_decider(cell: str) -> str:
    if not cell or fillers.is_filler(cell):
        raise CellError("missing", "a decider is required")
    return cell


def read_outcome(cell: str) -> bool | None:
    if not cell:
        raise CellError("missing", "an outcome is required")
    try:
        return judgement(code_of(cell, OUTCOMES) or cell.lower())
    except ValueError:
        raise CellError("bad_outcome", "must be disclosed, not_disclosed, or an outcome of the casebook") from None


def read_probability(cell: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        share = numbers.share(cell)
        if share is None:
            raise CellError("bad_number", "the expected value must be a number") from None
        return share
    if not 0 <= number <= 1:  # also true of NaN
        raise CellError("out_of_range", "the expected value must be between 0 and 1")
    return number


READERS: dict[str, Callable[[str], object]] = {
    "decided_on": read_day,
    "decider": read_decider,
    "reference": str,
    "outcome": read_outcome,
    "expected": lambda cell: read_probability(cell) if cell else None,
}

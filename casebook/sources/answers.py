"""Reads the answer of a remote source as an extract is read: a row lands if it can be told who it is about.

A cell that cannot be used is unknown, and named in the row under NOT_USED. An answer of another form, or a row without
its ids, is a fault, never fewer persons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from casebook import bounds, files, json_once
from casebook.bounds import BadInput
from casebook.domain.vocabulary import Source
from casebook.errors import SourceFault
from casebook.sources.extract_cells import UnusedCell, tidy_person, tidy_record
from casebook.sources.protocol import NOT_USED, Cells
from casebook.storage.case.extracts import PERSON_CELLS, RECORD_CELLS

LISTS = frozenset({"aliases", "flags"})
LONG = frozenset({"offence_text", "outcome"})
Tidy = Callable[[dict[str, str], int], Iterator[UnusedCell]]


def _text(value: object) -> str | None:
    """The text of a cell: absent is empty, a number may be an id. None if it is no text that can be stored."""
    match value:
        case None:
            return ""
        case str():
            return value.strip() if files.storable(value) else None
        case bool():
            return None
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else str(value)
    return None


def _id(value: object) -> object:
    return value if (text := _text(value)) is None else text


def _stored(value: str) -> str:
    if not files.storable(value):
        raise ValueError("It cannot be stored.")
    return value


Id = Annotated[str, BeforeValidator(_id), Field(min_length=1), AfterValidator(_stored)]


class Shape(BaseModel):
    """The base of the shapes. Other fields are allowed, so that an answer may grow."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True)


class PersonShape(Shape):
    """A row of persons.csv: its other cells are read one by one."""

    person_id: Id


class RecordShape(Shape):
    """A row of records.csv: its other cells are read one by one."""

    record_id: Id
    person_id: Id


class Page(Shape):
    """One page of an answer. `total` counts all pages, so that a missing page is noticed."""

    total: int = Field(ge=0, strict=True)
    next: str | None = Field(description="What asks for the page after this one; null on the last.")


class PersonsPage(Page):
    persons: list[PersonShape]
    complete: bool = True


class RecordsPage(Page):
    records: list[RecordShape]


S = TypeVar("S", bound=Shape)


def shaped(shape: type[S], said: object) -> S:
    """Read the answer in this shape. Raises SourceFault, which names the place but never the value."""
    try:
        return shape.model_validate(said)
    except ValidationError as error:
        raise _misshapen(error) from None


def shaped_text(shape: type[S], body: bytes) -> S:
    """The same of an answer that came as JSON."""
    try:
        said = json_once.loads(body)
    except BadInput as fault:
        raise SourceFault(f"The source's answer {fault}.", "schema") from None
    return shaped(shape, said)


def _misshapen(error: ValidationError) -> SourceFault:
    place = ".".join("*" if isinstance(part, int) else str(part) for part in error.errors()[0]["loc"])
    return SourceFault(f"The source's answer is not in the agreed form at {place or 'the top'}.", "schema")


def persons(source: Source, rows: Iterable[PersonShape], this_year: int) -> tuple[Cells, ...]:
    """The persons as rows of persons.csv. An id that occurs twice is a fault."""
    cells = (_cells(source, row, PERSON_CELLS, tidy_person, this_year) for row in rows)
    return tuple(_unrepeated(cells, "person_id"))


def records(
    source: Source, rows: Iterable[RecordShape], asked: Iterable[str], this_year: int
) -> dict[str, tuple[Cells, ...]]:
    """person_id -> records, by date. Records of a person who was not asked for are a fault."""
    by_person: dict[str, list[Cells]] = {person_id: [] for person_id in asked}
    read = (_cells(source, row, RECORD_CELLS, tidy_record, this_year) for row in rows)
    for cells in _unrepeated(read, "record_id"):
        if cells["person_id"] not in by_person:
            raise SourceFault("The source answered with records of another person.", "mixed_up")
        by_person[cells["person_id"]].append(cells)
    order: Callable[[Cells], tuple[str, str]] = lambda cells: (cells["date"], cells["record_id"])  # noqa: E731
    return {person_id: tuple(sorted(rows, key=order)) for person_id, rows in by_person.items() if rows}


def _unrepeated(rows: Iterable[Cells], name: str) -> Iterable[Cells]:
    ids = set[str]()
    for cells in rows:
        if cells[name] in ids:
            raise SourceFault("The source gave one id twice.", "repeated_id")
        ids.add(cells[name])
        yield cells


def _cells(source: Source, row: Shape, names: Iterable[str], tidy: Tidy, this_year: int) -> Cells:
    """The cells of a row, each as an extract would have it."""
    said: Mapping[str, Any] = {**row.model_dump(), "source": source.value}
    texts = {name: _listed(said.get(name), ";" if name in LISTS else " ") for name in names}
    for name, *_ in bounds.cell_faults({name: text or "" for name, text in texts.items()}, lists=LISTS, long=LONG):
        texts[name] = None
    not_used = [name for name, text in texts.items() if text is None]
    cells = {name: text or "" for name, text in texts.items()}
    not_used += [column for column, *_ in tidy(cells, this_year)]
    return {**cells, NOT_USED: ", ".join(dict.fromkeys(not_used))} if not_used else cells


def _listed(value: object, between: str) -> str | None:
    """The text of a cell that may be a list of texts. None if any part of it is no text."""
    if not isinstance(value, list):
        return _text(value)
    parts = [_text(part) for part in value]
    return None if None in parts else between.join(filter(None, parts))

"""Checks the answer of a remote source cell by cell. An answer in another form is a fault, never fewer persons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from casebook.domain.vocabulary import Flag, RecordKind, Source, VictimRelationship
from casebook.errors import SourceFault
from casebook.sources.extract_cells import SEXES
from casebook.sources.protocol import Cells
from casebook.storage.case.extracts import PERSON_CELLS, RECORD_CELLS
from casebook.values.text import items


def _text(value: object) -> object:
    """Absent becomes empty; a number may be an id. Anything else stays as it is and is refused."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _listed(value: object) -> object:
    if isinstance(value, str):
        return list(items(value))
    return [] if value is None else value


def _small(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _capital(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else _text(value)


TextCell = Annotated[str, BeforeValidator(_text)]
Id = Annotated[str, BeforeValidator(_text), Field(min_length=1)]
_DATE = r"^(\d{4}(-\d{2}(-\d{2})?)?)?$"


class Shape(BaseModel):
    """The base of the shapes. Other fields are allowed and ignored, so that an answer may grow."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True)


class PersonShape(Shape):
    """A row of persons.csv."""

    person_id: Id
    forename: TextCell = ""
    middle_names: TextCell = ""
    surname: TextCell = ""
    aliases: Annotated[list[str], BeforeValidator(_listed)] = Field(default_factory=list)
    dob: Annotated[str, BeforeValidator(_text), Field(pattern=_DATE)] = ""
    sex: TextCell = ""
    address: TextCell = ""
    postcode: TextCell = ""
    pnc_id: TextCell = ""
    cro: TextCell = ""


class RecordShape(Shape):
    """A row of records.csv."""

    record_id: Id
    person_id: Id
    kind: Annotated[RecordKind, BeforeValidator(_small)]
    offence_code: TextCell = ""
    offence_text: TextCell = ""
    date: Annotated[str, BeforeValidator(_text), Field(pattern=_DATE)] = ""
    outcome: TextCell = ""
    victim_id: TextCell = ""
    victim_relationship: Annotated[VictimRelationship, BeforeValidator(lambda value: _small(value) or "unknown")] = (
        VictimRelationship.UNKNOWN
    )
    flags: Annotated[list[Flag], BeforeValidator(_listed)] = Field(default_factory=list)
    owner: TextCell = ""
    source_evaluation: Annotated[Literal["", "1", "2", "3"], BeforeValidator(_text)] = ""
    intelligence_assessment: Annotated[Literal["", "A", "B", "C", "D", "E"], BeforeValidator(_capital)] = ""
    handling: Annotated[Literal["", "P", "C"], BeforeValidator(_capital)] = ""


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
        raise misshapen(error) from None


def misshapen(error: ValidationError) -> SourceFault:
    place = ".".join("*" if isinstance(part, int) else str(part) for part in error.errors()[0]["loc"])
    return SourceFault(f"The source's answer is not in the agreed form at {place or 'the top'}.", "schema")


def persons(source: Source, rows: Iterable[PersonShape]) -> tuple[Cells, ...]:
    """The persons as rows of persons.csv. An id that occurs twice is a fault."""
    return tuple(_unrepeated(map(lambda row: _cells(source, row, PERSON_CELLS), rows), "person_id"))  # noqa: C417


def records(source: Source, rows: Iterable[RecordShape], asked: Iterable[str]) -> dict[str, tuple[Cells, ...]]:
    """person_id -> records, by date. Records of a person who was not asked for are a fault."""
    by_person: dict[str, list[Cells]] = {person_id: [] for person_id in asked}
    for cells in _unrepeated((_cells(source, row, RECORD_CELLS) for row in rows), "record_id"):
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


def _cells(source: Source, row: Shape, names: Iterable[str]) -> Cells:
    values: Mapping[str, Any] = {**row.model_dump(mode="json"), "source": source.value}
    cells = {name: ";".join(values[name]) if isinstance(values[name], list) else str(values[name]) for name in names}
    if "sex" in cells:
        cells["sex"] = str(SEXES.get(cells["sex"].lower(), "unknown"))
    return cells

"""Normalises the cells of persons.csv and records.csv, and lists those that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from casebook.domain.vocabulary import Flag, RecordKind, Sex, VictimRelationship
from casebook.values import dates, fillers, short_forms
from casebook.values.ids import code_of
from casebook.values.text import items, repaired

UnusedCell = tuple[str, str, str]  # column, code, message

GRADES = {"source_evaluation": "123", "intelligence_assessment": "ABCDE", "handling": "PC"}
NAMED: dict[str, type[StrEnum]] = {"kind": RecordKind, "victim_relationship": VictimRelationship}


def tidy_person(cells: dict[str, str], this_year: int) -> Iterator[UnusedCell]:
    _repair(cells)
    yield from _tidy_date(cells, "dob", this_year)
    said = cells["sex"]
    sex = short_forms.sex(said)
    cells["sex"] = sex or Sex.UNKNOWN.value
    if said and not sex and not fillers.may_be_filler(said):
        yield "sex", "unknown_code", "is none of f, m, x, unknown: taken as unknown"


def tidy_record(cells: dict[str, str], this_year: int) -> Iterator[UnusedCell]:
    """What is in no vocabulary stays as it was written, for people to read; the rules take it as unknown."""
    _repair(cells)
    yield from _tidy_date(cells, "date", this_year)
    for column, known in NAMED.items():
        if said := cells[column]:
            code = code_of(said, known)
            cells[column] = code or said
            if not code:
                yield column, "unknown_code", f"is none of {', '.join(known)}: taken as unknown"
    if not cells["kind"]:
        yield "kind", "missing", "is empty: taken as unknown"
    cells["victim_relationship"] = cells["victim_relationship"] or VictimRelationship.UNKNOWN.value
    for column, grades in GRADES.items():
        said = cells[column].upper()
        cells[column] = said if said in set(grades) else ""
        if said and not cells[column]:
            yield column, "unknown_code", f"is none of {', '.join(grades)}: taken as unknown"
    if cells["flags"]:
        flags = [code_of(flag, Flag) or flag for flag in items(cells["flags"])]
        cells["flags"] = ";".join(flags)
        if not set(flags) <= set(Flag):
            yield (
                "flags",
                "unknown_code",
                f"has more than {', '.join(Flag)}: the others are used, this one is not known",
            )


def _tidy_date(cells: dict[str, str], column: str, this_year: int) -> Iterator[UnusedCell]:
    """A date as we write it. One that cannot be read stays as it was written, and is taken as not known."""
    if not (said := cells[column]):
        return
    read = dates.of_birth(said, this_year)
    cells[column] = read.compared or ("" if read.fault is dates.DateFault.FILLER else said)
    if read.fault and read.fault is not dates.DateFault.FILLER:
        yield column, str(read.fault), "is not a possible date: taken as not known"


def _repair(cells: dict[str, str]) -> None:
    if not "".join(cells.values()).isascii():
        cells.update({column: repaired(said) for column, said in cells.items()})

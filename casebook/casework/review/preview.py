"""Shows how a register would be read, before it is imported: its columns, codes and dates. It writes nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from casebook.casework.review import register_rows, registers
from casebook.casework.review.files import RegisterFile
from casebook.casework.review.register_rows import RegisterLine
from casebook.casework.review.registers import ImportedRegister
from casebook.domain.review.register_headings import ReadColumn
from casebook.values import dates

DATED = ("received_on", "decided_on", "disclosed_on", "relationship_ended", "a_dob", "b_dob")
OF_A_PERSON = frozenset({"a_dob", "b_dob"})  # their form is shown, and no date of anybody
MOST_FORMS = 20

_DIGIT, _LETTERS = re.compile(r"\d"), re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, kw_only=True)
class ReadCode:
    """One code as a column has it."""

    written: str
    read_as: str  # empty: nobody knows
    rows: int


@dataclass(frozen=True, kw_only=True)
class ReadDates:
    """The dates of one form in a column: 9.6.23 has the form 9.9.99."""

    form: str
    rows: int
    unread: int  # of these, how many cannot be read
    example: str  # empty where it would be somebody's birth date
    read_as: str


@dataclass(frozen=True, kw_only=True)
class RegisterPreview:
    """How one register would be read."""

    report: ImportedRegister
    columns: tuple[ReadColumn, ...]
    codes: dict[str, tuple[ReadCode, ...]]
    dates: dict[str, tuple[ReadDates, ...]]


def preview(file: RegisterFile, day: date) -> RegisterPreview:
    codes = register_rows.codes_read(file.rows, file.mapping.codes)
    return RegisterPreview(
        report=registers.preview(file, day),
        columns=file.columns,
        codes={
            column: tuple(ReadCode(written=written, read_as=code, rows=rows) for written, (code, rows) in read.items())
            for column, read in codes.items()
        },
        dates={name: forms for name in DATED if (forms := _forms(name, file.rows, day))},
    )


def _forms(column: str, rows: Sequence[RegisterLine], day: date) -> tuple[ReadDates, ...]:
    by_form: dict[str, list[str]] = {}
    for _, cells, _ in rows:
        if written := cells.get(column):
            by_form.setdefault(_LETTERS.sub("a", _DIGIT.sub("9", written)), []).append(written)
    forms = [_read_dates(column, form, written, day) for form, written in by_form.items()]
    return tuple(sorted(forms, key=lambda form: (-form.rows, form.form))[:MOST_FORMS])


def _read_dates(column: str, form: str, written: Sequence[str], day: date) -> ReadDates:
    read = [dates.read(text, latest=day).iso for text in written]
    shown = next(((text, iso) for text, iso in zip(written, read, strict=True) if iso), (written[0], ""))
    example, read_as = ("", "") if column in OF_A_PERSON else shown
    return ReadDates(form=form, rows=len(written), unread=read.count(""), example=example, read_as=read_as)

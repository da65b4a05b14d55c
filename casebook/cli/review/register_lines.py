"""What the screen says about a register that was imported or previewed: above all what was not read of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from casebook.casework.review.preview import ReadDates, RegisterPreview
from casebook.casework.review.registers import ImportedRegister
from casebook.casework.review.replacing import Replaced
from casebook.domain import words

LISTED = 1_000  # how many findings are listed one by one; the counts include all
NAMED = 15  # columns, lines or codes on one line of the screen
LONGEST = 60  # signs of a heading or code on the screen
WITHOUT = {
    "reference": 'WARNING: no row has a reference. If a column has it, map it: --column "Their heading=reference"',
    "b_surname": "WARNING: no row names the subject, so nobody can be looked for."
    ' If a column has the name, map it: --column "Their heading=b_surname", or =b_name for a whole name',
}  # fmt: skip


def data(register: ImportedRegister) -> dict[str, Any]:
    return {
        "file": register.file, "rows": register.rows, "new": register.new, "registers": register.registers,
        "findings": register.findings,
        "ignored_columns": list(register.ignored_columns), "absent_columns": list(register.absent_columns),
        "rows_there": register.there, "unaccounted": register.unaccounted,
        "read_as": [{"heading": read.heading, "column": read.ours, "by": read.by} for read in register.read_as],
        "not_rows": {reason: list(lines) for reason, lines in register.not_rows.items()},
        "unknown_codes": {
            column: {"rows": rows, "different": different} for column, (rows, different) in register.unknown_codes.items()
        },
        "without": list(register.empty),
        "other_sheets": [{"sheet": sheet.title, "rows": sheet.rows} for sheet in register.other_sheets],
        "replaced": [_replaced_data(replaced) for replaced in register.replaced],
        "same_name": list(register.same_name),
    }  # fmt: skip


def _replaced_data(replaced: Replaced) -> dict[str, Any]:
    return {
        "import": replaced.import_id, "rows": replaced.rows, "corrected": replaced.corrected, "gone": list(replaced.gone),
        "look_again": list(replaced.look_again),
    }  # fmt: skip


def lines(register: ImportedRegister, *, done: str = "imported") -> Iterator[str]:
    """`done`: what happened to the rows."""
    left_out = register.there - register.rows - max(register.unaccounted, 0)
    said = f"{_rows(register.there)} there: {register.rows} {done}, {left_out} no application"
    yield f"{register.file}: {said}{'' if register.new else '; nothing new'}"
    if register.unaccounted:
        yield f"  WARNING: {_rows(register.unaccounted)} not accounted for. Do not rely on this import; report it"
    yield from (f"  {WITHOUT[name]}" for name in register.empty)
    for sheet in register.other_sheets:
        yield f"  WARNING: the sheet {_short(sheet.title)} has no header of a register: {_rows(sheet.rows)} not read"
    for reason, where in register.not_rows.items():
        yield f"  no application, {words.CELL.of(reason)}: line {_some(where)}"
    if register.read_as:
        yield f"  read as: {_some(_read_as(register))}"
    if register.ignored_columns:
        yield f"  ignored columns ({len(register.ignored_columns)}): {_some(map(_short, register.ignored_columns))}"
    for column, (rows, different) in register.unknown_codes.items():
        yield f"  codes that nobody knows: {different} in {column}, in {_rows(rows)}; `casebook review preview` shows them"
    yield from (f"  {name}: {_rows(count)}" for name, count in register.registers.items())
    for finding, columns in register.findings.items():
        if finding not in register.not_rows:
            yield f"  {words.CELL.of(finding)}: {_by_column(columns)}"
    yield from _about_others(register)


def _read_as(register: ImportedRegister) -> Iterator[str]:
    for read in register.read_as:
        yield f'"{_short(read.heading)}" as {read.ours or "nothing, as mapped"}'


def _by_column(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} ({column})" if column else str(count) for column, count in counts.items())


def _about_others(register: ImportedRegister) -> Iterator[str]:
    for replaced in register.replaced:
        yield (
            f"  replaces import {replaced.import_id} ({_rows(replaced.rows)}): {replaced.corrected} corrected,"
            f" {len(replaced.gone)} not in the new file"
        )
        if replaced.gone:
            yield f"    WARNING: no longer counted: line {_some(replaced.gone)} of the earlier file"
        if replaced.look_again:
            yield f"    look again, people worked on it before it was corrected: {_some(replaced.look_again)}"
    if register.same_name:
        yield (
            f"  an import of the same name with other rows counts too: {_some(register.same_name)}."
            " If this file corrects it, import it again with --replaces"
        )


def preview_data(shown: RegisterPreview) -> dict[str, Any]:
    return data(shown.report) | {
        "columns": [{"heading": read.heading, "column": read.ours or None, "by": read.by} for read in shown.columns],
        "codes": {
            column: [{"written": code.written, "read_as": code.read_as or None, "rows": code.rows} for code in codes]
            for column, codes in shown.codes.items()
        },
        "dates": {
            column: [
                {"form": form.form, "rows": form.rows, "unread": form.unread, "example": form.example, "read_as": form.read_as}
                for form in forms
            ]
            for column, forms in shown.dates.items()
        },
    }  # fmt: skip


def preview_lines(shown: RegisterPreview) -> Iterator[str]:
    yield from lines(shown.report, done="can be imported")
    yield "  columns:"
    for read in shown.columns:
        if read.heading.strip():
            how = f"{read.ours or 'ignored'} ({words.HEADING.of(read.by)})" if read.by else "ignored"
            yield f"    {_short(read.heading)} -> {how}"
    for column, codes in shown.codes.items():
        yield f"  codes of {column}:"
        for code in codes[:NAMED]:
            yield f"    {_short(code.written)} -> {code.read_as or 'NOT KNOWN'} ({_rows(code.rows)})"
        if len(codes) > NAMED:
            yield f"    and {len(codes) - NAMED} more; --json lists them"
    for column, forms in shown.dates.items():
        yield f"  dates of {column}:"
        yield from (f"    {_dates(form)}" for form in forms[:NAMED])


def _dates(form: ReadDates) -> str:
    read_as = f", {form.example} -> {form.read_as or 'NOT READ'}" if form.example else ""
    return f"{_short(form.form)}: {_rows(form.rows)}, {form.unread} not read{read_as}"


def _rows(count: int) -> str:
    return f"{count} row{'' if count == 1 else 's'}"


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= LONGEST else f"{one_line[:LONGEST]}..."


def _some(values: Iterable[object]) -> str:
    listed: Sequence[object] | Collection[object] = list(values)
    shown = ", ".join(map(str, list(listed)[:NAMED]))
    return shown if len(listed) <= NAMED else f"{shown} and {len(listed) - NAMED} more"

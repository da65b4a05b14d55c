"""What people say about the headings and codes of a register, kept for its next file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from casebook.casework.core.acting import Act, Summaries, Summary
from casebook.casework.review.files import RegisterFile
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.review.register_codes import CODED, code_key
from casebook.domain.review.register_headings import (
    NOT_READ,
    TARGETS,
    KeptMapping,
    RegisterMapping,
    header_keys,
    heading_key,
    register_key,
)
from casebook.errors import NotFound, WrongUsage
from casebook.storage.review import imports
from casebook.storage.tables import ReviewMapping
from casebook.values.ids import code_of


def given(columns: Mapping[str, str], codes: Iterable[tuple[str, str, str]]) -> RegisterMapping:
    """A mapping as somebody typed it. `columns`: heading -> column of ours, or nothing to ignore it; `codes`: column, text, code.

    Raises WrongUsage if a column or a code of ours does not exist.
    """
    said: dict[str, dict[str, str]] = {}
    for column, written, code in codes:
        ours = code_of(column, CODED)
        if not ours:
            raise WrongUsage(f"there are no codes in the column {column}: {', '.join(CODED)}", "unknown_column")
        known = code_of(code, CODED[ours])
        if not known or not code_key(written):
            raise WrongUsage(f"{code} is no code of {ours}: {', '.join(CODED[ours])}", "unknown_code")
        said.setdefault(ours, {})[code_key(written)] = known
    return RegisterMapping(columns=dict(_column(*pair) for pair in columns.items()), codes=said)


def _column(heading: str, column: str) -> tuple[str, str]:
    key, ours = heading_key(heading), code_of(column, TARGETS)
    if not key:
        raise WrongUsage("a heading needs a letter or a digit", "no_heading")
    if column.strip() and not ours:
        raise WrongUsage(f"{column} is no column of a register: {', '.join(TARGETS)}", "unknown_column")
    return key, ours or NOT_READ


def refuse_unused(mapping: RegisterMapping, files: Sequence[RegisterFile]) -> None:
    """Raises WrongUsage if a heading of the mapping is in none of the files: it would be kept and never used."""
    there = {heading_key(column.heading) for file in files for column in file.columns}
    if absent := sorted(set(mapping.columns) - there):
        raise WrongUsage(f"no file has a column with the heading {', '.join(absent)}", "no_such_heading")


def kept(act: Act) -> list[KeptMapping]:
    """The mappings of every register, the latest first."""
    act.allowed(Command.TRIAGE)
    return [imports.mapping_of(row) for row in imports.kept_mappings(act.session)]


def keep(act: Act, file: RegisterFile) -> None:
    """Keep how a file was read for the next file of its register. Nothing is kept if nobody said anything about it."""
    if file.mapping.columns or file.mapping.codes:
        _keep(act, file.name, file.mapping, header_keys(column.heading for column in file.columns))


def change(act: Act, register: str, mapping: RegisterMapping) -> Summary:
    """Change the mapping of a register that is known. Files that were imported before stay as they were read."""
    act.allowed(Command.TRIAGE)
    row = _find(act, register)
    earlier = imports.mapping_of(row)
    _keep(act, row.register, mapping.over(earlier.mapping), earlier.headings)
    return _summary(row)


def forget(act: Act, register: str) -> Summary:
    """The next file of the register is read by the table of headings alone."""
    act.allowed(Command.TRIAGE)
    row = _find(act, register)
    summary = _summary(row)
    act.session.delete(row)
    act.record(None, "register_mapping_forgotten", mapping=row.id, columns=len(row.columns), codes=_count(row.codes))
    return summary


def listing(act: Act) -> Summaries:
    act.allowed(Command.TRIAGE)
    return [_summary(row) for row in imports.kept_mappings(act.session)]


def _keep(act: Act, register: str, mapping: RegisterMapping, headings: frozenset[str]) -> None:
    id_ = chain.identity("review_mapping", register_key(register))
    columns, codes = dict(mapping.columns), {column: dict(said) for column, said in mapping.codes.items()}
    row = act.session.get(ReviewMapping, id_) or ReviewMapping(id=id_)
    if (row.columns, row.codes, row.headings) == (columns, codes, sorted(headings)):
        return
    row.register, row.columns, row.codes, row.headings = register, columns, codes, sorted(headings)
    row.kept_at, row.kept_by = act.now, act.actor.id
    act.session.add(row)
    act.record(None, "register_mapping_kept", mapping=id_, columns=len(columns), codes=_count(codes))


def _find(act: Act, register: str) -> ReviewMapping:
    row = act.session.get(ReviewMapping, chain.identity("review_mapping", register_key(register)))
    if row is None:
        raise NotFound("nothing is kept for a register of this name; `casebook review mappings` lists what is")
    return row


def _count(codes: Mapping[str, Mapping[str, str]]) -> int:
    return sum(len(said) for said in codes.values())


def _summary(row: ReviewMapping) -> Summary:
    return {
        "register": row.register,
        "columns": row.columns,
        "codes": row.codes,
        "kept_at": row.kept_at,
        "kept_by": row.kept_by,
    }

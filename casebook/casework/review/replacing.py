"""Imports of registers that are listed, removed, or replaced by a corrected file. What a review decided stays with its row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from casebook.casework.core.acting import Act, Summaries, Summary, reason_code, refuse_because
from casebook.casework.review.files import RegisterFile
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.review.corrections import ImportedRow, corrects, successors
from casebook.domain.review.register_headings import register_key
from casebook.errors import NotFound
from casebook.storage.review import imports
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewImport

SHORT = 12  # signs of an import's digest that people see and type
NAMED = 10  # applications or lines that a message lists
CORRECTED = "corrected"


@dataclass(frozen=True, kw_only=True)
class Replaced:
    """An earlier import whose rows count no more, because a corrected file is there."""

    import_id: str
    rows: int
    corrected: int  # rows that a row of the new file stands for, with other contents
    gone: tuple[int, ...]  # lines of rows that the new file has not
    look_again: tuple[str, ...]  # references of applications that people worked on, and whose rows have changed


def listing(act: Act) -> Summaries:
    """Every import, also those that no longer count."""
    act.allowed(Command.SEE_REVIEW)
    return [_summary(row) for row in imports.every_import(act.session)]


def find(act: Act, import_id: str) -> ReviewImport:
    """The import with this id, or with an id that begins so."""
    named = [row for row in imports.every_import(act.session) if import_id and row.digest.startswith(import_id.lower())]
    if len(named) != 1:
        raise NotFound(
            f"{len(named) or 'no'} imports have an id that begins like this; `casebook review imports` lists them"
        )
    return named[0]


def remove(act: Act, import_id: str, *, reason: str) -> Summary:
    """The rows of an import no longer count. Refused if something that people decided or did rests on them."""
    act.allowed(Command.LEAD_REVIEW)
    row = find(act, import_id)
    _refuse_ended(act, row)
    reason_code(reason)
    mine = {imported.id for imported in imports.rows_that_count(act.session, row.digest)}
    resting = imports.rested_on(act.session)
    worked_on = [
        application.reference
        for application in imports.applications_with(act.session, resting)
        if not mine.isdisjoint(application.rows)
    ]
    if worked_on:
        refuse_because(
            "decision_rests",
            f"people have worked on {len(worked_on)} of its applications: {_some(worked_on)}. Import a corrected file with"
            f" --replaces {row.digest[:SHORT]} instead: what was decided stays with its application",
        )
    _end(act, row, because=reason)
    act.record(None, "register_removed", digest=row.digest, register_rows=len(mine), because=reason)
    return _summary(row)


def corrected(
    act: Act, file: RegisterFile, rows: Sequence[dict[str, Any]], replaces: ReviewImport | None
) -> list[ReviewImport]:
    """The earlier imports that a file replaces: the one that was named, or else earlier states of the same register."""
    if replaces is not None:
        _refuse_ended(act, replaces)
        if replaces.digest == file.digest:
            refuse_because("same_import", "this is the very import that it would replace")
        return [replaces]
    new = _new(rows)
    return [
        earlier
        for earlier in stored.imports(act.session)
        if not imports.is_of_the_casebook(act.session, earlier.digest)
        and (
            file.content in {earlier.content, earlier.digest}
            or (
                register_key(earlier.name) == register_key(file.name)
                and corrects(list(imports.rows_that_count(act.session, earlier.digest)), new)
            )
        )
    ]


def replace(act: Act, earlier: ReviewImport, file: RegisterFile, rows: Sequence[dict[str, Any]]) -> Replaced:
    """End the earlier import. A row that stands for one of its rows gets that row's id, and with it what rests on it."""
    before = list(imports.rows_that_count(act.session, earlier.digest))
    new = list(imports.rows_that_count(act.session, file.digest)) or _new(rows)
    same_file = file.content in {earlier.content, earlier.digest}
    pairs = successors(before, new, same_file=same_file)
    rested = imports.rested_on(act.session)
    lost = [row for row in before if row.id in rested and (row.id not in pairs or pairs[row.id].id in rested)]
    _refuse_lost([row.line for row in lost])
    _end(act, earlier, because=CORRECTED, by=file.digest)
    act.session.flush()
    ids = {new_row.id: id_ for id_, new_row in pairs.items() if new_row.id not in rested}
    imports.rename(act.session, ids)  # if the file was imported before
    _rename(act, file, rows, ids)
    changed = [row for row in before if row.id in pairs and pairs[row.id].digest != row.digest]
    gone = tuple(row.line for row in before if row.id not in pairs)
    act.record(
        None, "register_replaced", digest=earlier.digest, by=file.digest, register_rows=len(before), corrected=len(changed),
        gone=len(gone),
    )  # fmt: skip
    return Replaced(
        import_id=earlier.digest[:SHORT],
        rows=len(before),
        corrected=len(changed),
        gone=gone,
        look_again=tuple(sorted({rested[row.id] for row in changed if rested.get(row.id)})),
    )


def of_the_same_name(act: Act, file: RegisterFile) -> tuple[str, ...]:
    """Ids of other imports with the name of this file whose rows count: perhaps states of one register."""
    return tuple(
        row.digest[:SHORT]
        for row in stored.imports(act.session)
        if row.digest != file.digest and register_key(row.name) == register_key(file.name)
    )


def _rename(act: Act, file: RegisterFile, rows: Sequence[dict[str, Any]], ids: dict[str, str]) -> None:
    taken = set(ids.values())
    for row in rows:
        if row["id"] in ids:
            row["id"] = ids[row["id"]]
        elif row["id"] in taken:
            row["id"] = chain.identity(file.digest, row["line"], act.now.isoformat())


def _new(rows: Sequence[dict[str, Any]]) -> list[ImportedRow]:
    return [ImportedRow(id=row["id"], line=row["line"], digest=row["digest"], cells=row["cells"]) for row in rows]


def _end(act: Act, row: ReviewImport, *, because: str, by: str | None = None) -> None:
    row.ended_at, row.ended_by, row.ended_because, row.replaced_by = act.now, act.actor.id, because, by
    imports.supersede(act.session, row.digest, act.now)


def _refuse_ended(act: Act, row: ReviewImport) -> None:
    if row.ended_at is not None:
        refuse_because("already_ended", "this import was removed or replaced before")
    if imports.is_of_the_casebook(act.session, row.digest):
        refuse_because(
            "of_the_casebook",
            "these are the casebook's own closed applications: they are read there, and cannot be removed",
        )


def _refuse_lost(lines: Sequence[int]) -> None:
    if lines:
        refuse_because(
            "decision_rests",
            f"people have worked on applications of {len(lines)} rows that the new file has not: line {_some(lines)} of the"
            " earlier file. Add these rows to the new file; or give it another name, and both imports count",
        )


def _some(values: Sequence[object]) -> str:
    listed = ", ".join(map(str, values[:NAMED]))
    return listed if len(values) <= NAMED else f"{listed} and {len(values) - NAMED} more"


def _summary(row: ReviewImport) -> Summary:
    return {
        "import": row.digest[:SHORT],
        "name": row.name,
        "rows": row.rows,
        "imported_at": row.imported_at,
        "imported_by": row.imported_by,
        "counts": row.ended_at is None,
        "ended_at": row.ended_at,
        "ended_by": row.ended_by,
        "because": row.ended_because,
        "replaced_by": row.replaced_by[:SHORT] if row.replaced_by else None,
    }

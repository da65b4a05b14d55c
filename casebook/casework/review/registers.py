"""Imports registers, and reconciles their rows into past applications. Every row is imported, none twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import text

from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.review import files, mappings, register_rows, replacing
from casebook.casework.review.files import OtherSheet, RegisterFile
from casebook.casework.review.register_rows import RegisterLine
from casebook.casework.review.replacing import Replaced
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.review import live_register, register
from casebook.domain.review.live_register import CASEBOOK, LIVE
from casebook.domain.review.past_application import PastApplication, merged
from casebook.domain.review.reconciling import Overlap, PlacedRow, ReconciledApplication, overlap, reconcile
from casebook.domain.review.register_cells import RegisterDoubt
from casebook.domain.review.register_codes import NONE_GIVEN, GivenCodes
from casebook.domain.review.register_headings import HeadingFrom, ReadColumn
from casebook.errors import Fault
from casebook.storage.review import imports, live
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewApplication, ReviewImport

LONDON = live_register.LONDON
RECONCILED = "reconciled"
RULES = "reconciling-1"


@dataclass(frozen=True, kw_only=True)
class ImportedRegister:
    """The result of importing one file."""

    file: str
    rows: int
    new: bool
    registers: dict[str, int]
    findings: dict[str, dict[str, int]]  # finding -> column -> rows
    listed: tuple[tuple[int, str, str], ...]  # line, column, finding
    ignored_columns: tuple[str, ...]
    absent_columns: tuple[str, ...]
    there: int  # rows below the header
    unaccounted: int  # of these, neither imported nor named as no application
    read_as: tuple[ReadColumn, ...]  # columns whose headings are not ours
    not_rows: dict[str, tuple[int, ...]]  # why they are no application -> lines
    unknown_codes: dict[
        str, tuple[int, int]
    ]  # column -> rows with a code that nobody knows, and how many different ones
    empty: tuple[str, ...]  # what no row has of a reference and a name of the subject
    other_sheets: tuple[OtherSheet, ...]
    replaced: tuple[Replaced, ...] = ()
    same_name: tuple[str, ...] = ()  # other imports of this name whose rows count too


def today(act: Act) -> date:
    return act.now.astimezone(LONDON).date()


def import_file(act: Act, path: Path) -> list[ImportedRegister]:
    """Import the rows of a register, sheet by sheet. No row is refused. Importing the same file again changes nothing."""
    kept = [imports.mapping_of(row) for row in imports.kept_mappings(act.session)]
    return [take_in(act, file) for file in files.read(path, kept=kept)]


def take_in(act: Act, file: RegisterFile, *, replaces: ReviewImport | None = None) -> ImportedRegister:
    """Import one register. If it corrects an earlier import, its rows count instead of that one's. `replaces`: that import."""
    act.allowed(Command.TRIAGE)
    _one_at_a_time(act)
    mappings.keep(act, file)
    report = _FileReport(file, today(act))
    rows = [_kept(file, line, cells, notes) for line, cells, notes in file.rows]
    present = stored.imported(act.session, file.digest)
    if present is not None and present.ended_at is None and replaces is None:
        return report(new=False)
    earlier = replacing.corrected(act, file, rows, replaces)
    replaced = tuple(replacing.replace(act, previous, file, rows) for previous in earlier)
    if present is None or present.ended_at is not None:
        _keep(act, file, report(new=True), rows, present)
    return replace(report(new=True), replaced=replaced, same_name=replacing.of_the_same_name(act, file))


def preview(file: RegisterFile, day: date) -> ImportedRegister:
    """What an import of the file on this day would report. Nothing is written."""
    return _FileReport(file, day)(new=True)


def take_in_closed(act: Act) -> ImportedRegister:
    """Take in the casebook's own closed applications as another list, except those taken in before.

    Only the references are stored. The review reads the rest from the casebook when it needs it.
    """
    act.allowed(Command.TRIAGE)
    _one_at_a_time(act)
    untaken = live.cells(act.session, live.untaken(act.session))
    rows: list[RegisterLine] = [
        (line, untaken[reference], ()) for line, reference in enumerate(sorted(untaken), start=1)
    ]
    digest = chain.digest([CASEBOOK, *sorted(untaken)])
    file = RegisterFile(
        name=CASEBOOK, digest=digest, content=digest, columns=(), ignored=[], absent=[], there=len(rows), unread_lines=0,
        rows=rows, not_rows=[],
    )  # fmt: skip
    report = _FileReport(file, today(act))
    if not untaken:
        return report(new=False)
    stored_rows = [
        {**_kept(file, line, {LIVE: cells["reference"]}, notes), "id": live.row_id(cells["reference"])}
        for line, cells, notes in rows
    ]
    return _keep(act, file, report(new=True), stored_rows)


def _one_at_a_time(act: Act) -> None:
    act.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('review_import'))"))


def _keep(
    act: Act,
    file: RegisterFile,
    imported: ImportedRegister,
    rows: list[dict[str, object]],
    present: ReviewImport | None = None,
) -> ImportedRegister:
    """Store an import and its rows. `present`: the same import, if it was removed or replaced before and counts again now."""
    row = present or ReviewImport(digest=file.digest)
    row.name, row.content, row.codes = file.name, file.content, {**file.mapping.codes} or None
    row.imported_at, row.imported_by, row.rows = act.now, act.actor.id, len(file.rows)
    row.quality = {"registers": imported.registers, "findings": imported.findings}
    row.ended_at = row.ended_by = row.ended_because = row.replaced_by = None
    act.session.add(row)
    act.session.flush()
    stored.add_rows(act.session, rows)
    if stored.landed(act.session, file.digest) != len(file.rows):
        raise Fault("not every row of the file could be stored, so nothing of it was imported", "rows_lost")
    act.record(None, "register_imported", digest=file.digest, register_rows=len(file.rows))
    return imported


def _kept(file: RegisterFile, line: int, cells: dict[str, str], notes: Sequence[register.Note]) -> dict[str, object]:
    return {
        "id": chain.identity(file.digest, line),
        "import_digest": file.digest,
        "file": file.name,
        "line": line,
        "cells": cells,
        "digest": chain.digest(cells),
        "notes": [[finding.value, column] for finding, column in notes],
        "superseded_at": None,
    }


class _FileReport:
    """The report about a file, whether its rows are new or not."""

    def __init__(self, file: RegisterFile, day: date) -> None:
        self.file, self.registers, self.listed = file, Counter[str](), list[tuple[int, str, str]]()
        self.findings: dict[str, Counter[str]] = {}
        self.not_rows: dict[str, list[int]] = {}
        self.missing = {"reference": True, "b_surname": True}  # by the column that names it
        for line, cells, notes in file.rows:
            entry = register.read(cells, register=name_of(file.name), today=day, notes=notes, codes=file.mapping.codes)
            self.registers[entry.register] += 1
            self.missing["reference"] &= not entry.reference
            self.missing["b_surname"] &= not entry.b.named
            for finding, column in entry.notes:
                self._find(line, column, finding)
        for line, reason in file.not_rows:
            self.not_rows.setdefault(reason, []).append(line)
            self._find(line, "", reason)
        self.listed.sort()

    def _find(self, line: int, column: str, finding: str) -> None:
        self.listed.append((line, column, finding))
        self.findings.setdefault(finding, Counter())[column] += 1

    def __call__(self, *, new: bool) -> ImportedRegister:
        return ImportedRegister(
            file=self.file.name,
            rows=len(self.file.rows),
            new=new,
            registers=dict(sorted(self.registers.items())),
            findings={name: dict(sorted(counts.items())) for name, counts in sorted(self.findings.items())},
            listed=tuple(self.listed),
            ignored_columns=tuple(self.file.ignored),
            absent_columns=tuple(self.file.absent),
            there=self.file.there,
            unaccounted=self.file.unaccounted,
            read_as=tuple(column for column in self.file.columns if column.by not in {None, HeadingFrom.OWN}),
            not_rows={reason: tuple(lines) for reason, lines in sorted(self.not_rows.items())},
            unknown_codes=register_rows.unknown_codes(self.file.rows, self.file.mapping.codes),
            empty=tuple(name for name, missing in self.missing.items() if missing and self.file.rows),
            other_sheets=self.file.other_sheets,
        )


def name_of(file: str) -> str:
    """The name of a list whose rows do not name it: the file name without a leading `register-`."""
    return file.removeprefix("register-").removeprefix("register_") or file


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    applications: tuple[ReconciledApplication, ...]
    ids: dict[str, str]  # reference -> id, calculated from the content of the rows
    overlap: Overlap
    fingerprint: str
    again: bool  # nothing has changed since the last time


def reconciled(act: Act) -> Reconciled:
    """The rows as applications. Saved, and recorded in the ledger, if rows were added since the last time."""
    act.allowed(Command.TRIAGE)
    return reconcile_again(act)


def reconcile_again(act: Act) -> Reconciled:
    """The same for an act that has already been allowed."""
    act.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('review_reconcile'))"))
    codes, imported = stored.codes(act.session), list[str]()
    rows = list[PlacedRow]()
    for row in stored.rows(act.session):
        rows.append(_read(act, row, codes))
        imported.append(f"{row.id} {row.import_digest}")  # a corrected row keeps its id
    fingerprint = chain.digest([RULES, today(act).isoformat(), *sorted(imported)])
    applications = reconcile(rows)
    ids = _ids(applications)
    previous = stored.state(act.session, RECONCILED)
    again = previous is not None and previous.value == fingerprint
    result = Reconciled(
        applications=applications, ids=ids, overlap=overlap(applications), fingerprint=fingerprint, again=again
    )
    if not again:
        stored.replace_applications(act.session, [_row(application, ids) for application in applications])
        counts = {"rows": len(rows), "applications": len(applications)}
        stored.keep_state(act.session, RECONCILED, fingerprint, act.now, counts)
        act.record(None, "registers_reconciled", fingerprint=fingerprint, counts=counts)
    return result


def _read(act: Act, row: stored.ListedRow, codes: Mapping[str, GivenCodes]) -> PlacedRow:
    notes = tuple((RegisterDoubt(finding), column) for finding, column in row.notes)
    given = codes.get(row.import_digest, NONE_GIVEN)
    entry = register.read(row.cells, register=name_of(row.file), today=today(act), notes=notes, codes=given)
    return PlacedRow(id=row.id, file=row.file, line=row.line, digest=row.digest, entry=entry)


def past_of(act: Act, application: ReviewApplication) -> PastApplication:
    """What the lists together record about one application, read again from its rows."""
    codes = stored.codes(act.session)
    rows = tuple(_read(act, row, codes) for row in stored.rows_of(act.session, application.rows))
    if not rows:
        refuse_because("gone", "this application is no longer in any list")
    return merged(ReconciledApplication(rows=rows, reference=application.reference, disagreeing=False))


def _ids(applications: Sequence[ReconciledApplication]) -> dict[str, str]:
    """Reference -> id, calculated from the content, so that the order of import does not matter. Equal ones are numbered."""
    seen = Counter[str]()
    ids: dict[str, str] = {}
    for application in applications:
        content = chain.digest(sorted({row.digest for row in application.rows}))[:32]
        seen[content] += 1
        ids[application.reference] = content if seen[content] == 1 else f"{content}-{seen[content]}"
    return ids


def _row(application: ReconciledApplication, ids: dict[str, str]) -> dict[str, object]:
    rows = [row.id for row in application.rows]
    return {"id": ids[application.reference], "reference": application.reference, "rows": rows}

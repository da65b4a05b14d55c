"""Imports registers, and reconciles their rows into past applications. Every row is imported, none twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import text

from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.review import files
from casebook.casework.review.files import RegisterFile
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.review import live_register, register
from casebook.domain.review.live_register import CASEBOOK, LIVE
from casebook.domain.review.past_application import PastApplication, merged
from casebook.domain.review.reconciling import Overlap, PlacedRow, ReconciledApplication, overlap, reconcile
from casebook.domain.review.register_cells import RegisterDoubt
from casebook.storage.review import live
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


def today(act: Act) -> date:
    return act.now.astimezone(LONDON).date()


def import_file(act: Act, path: Path) -> list[ImportedRegister]:
    """Import the rows of a register, sheet by sheet. No row is refused. Importing the same file again changes nothing."""
    return [take_in(act, file) for file in files.read(path)]


def take_in(act: Act, file: RegisterFile) -> ImportedRegister:
    act.allowed(Command.TRIAGE)
    _one_at_a_time(act)
    report = _FileReport(act, file)
    if stored.imported(act.session, file.digest) is not None:
        return report(new=False)
    return _keep(act, file, report(new=True), [_kept(file, line, cells, notes) for line, cells, notes in file.rows])


def take_in_closed(act: Act) -> ImportedRegister:
    """Take in the casebook's own closed applications as another list, except those taken in before.

    Only the references are stored. The review reads the rest from the casebook when it needs it.
    """
    act.allowed(Command.TRIAGE)
    _one_at_a_time(act)
    untaken = live.cells(act.session, live.untaken(act.session))
    rows: list[files.RegisterLine] = [
        (line, untaken[reference], ()) for line, reference in enumerate(sorted(untaken), start=1)
    ]
    file = RegisterFile(
        name=CASEBOOK, digest=chain.digest([CASEBOOK, *sorted(untaken)]), columns=register.COLUMNS, ignored=[], absent=[],
        rows=rows, not_rows=[],
    )  # fmt: skip
    report = _FileReport(act, file)
    if not untaken:
        return report(new=False)
    stored_rows = [
        {**_kept(file, line, {LIVE: cells["reference"]}, notes), "id": live.row_id(cells["reference"])}
        for line, cells, notes in rows
    ]
    return _keep(act, file, report(new=True), stored_rows)


def _one_at_a_time(act: Act) -> None:
    act.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('review_import'))"))


def _keep(act: Act, file: RegisterFile, imported: ImportedRegister, rows: list[dict[str, object]]) -> ImportedRegister:
    act.session.add(
        ReviewImport(
            digest=file.digest,
            name=file.name,
            imported_at=act.now,
            imported_by=act.actor.id,
            rows=len(file.rows),
            quality={"registers": imported.registers, "findings": imported.findings},
        )
    )
    act.session.flush()
    stored.add_rows(act.session, rows)
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
    }


class _FileReport:
    """The report about a file, whether its rows are new or not."""

    def __init__(self, act: Act, file: RegisterFile) -> None:
        self.file, self.registers, self.listed = file, Counter[str](), list[tuple[int, str, str]]()
        self.findings: dict[str, Counter[str]] = {}
        for line, cells, notes in file.rows:
            entry = register.read(cells, register=name_of(file.name), today=today(act), notes=notes)
            self.registers[entry.register] += 1
            for finding, column in entry.notes:
                self.listed.append((line, column, finding))
                self.findings.setdefault(finding, Counter())[column] += 1
        for line, reason in file.not_rows:
            self.listed.append((line, "", reason))
            self.findings.setdefault(reason, Counter())[""] += 1
        self.listed.sort()

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
    rows = [_read(act, row) for row in stored.rows(act.session)]
    fingerprint = chain.digest([RULES, today(act).isoformat(), *sorted(row.id for row in rows)])
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


def _read(act: Act, row: stored.ListedRow) -> PlacedRow:
    notes = tuple((RegisterDoubt(finding), column) for finding, column in row.notes)
    entry = register.read(row.cells, register=name_of(row.file), today=today(act), notes=notes)
    return PlacedRow(id=row.id, file=row.file, line=row.line, digest=row.digest, entry=entry)


def past_of(act: Act, application: ReviewApplication) -> PastApplication:
    """What the lists together record about one application, read again from its rows."""
    rows = tuple(_read(act, row) for row in stored.rows_of(act.session, application.rows))
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

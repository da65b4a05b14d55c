"""Registers into the casebook, and their rows into past applications: every row lands, none twice."""

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
    """What became of one file."""

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
    """Keep the rows of a register, sheet by sheet. Nothing in it is refused; the same file again changes nothing."""
    return [take_in(act, file) for file in files.read(path)]


def take_in(act: Act, file: RegisterFile) -> ImportedRegister:
    act.allowed(Command.TRIAGE)
    _one_at_a_time(act)
    told = _told(act, file)
    if stored.imported(act.session, file.digest) is not None:
        return told(new=False)
    return _keep(act, file, told(new=True), [_kept(file, line, cells, notes) for line, cells, notes in file.rows])


def take_in_closed(act: Act) -> ImportedRegister:
    """The casebook's own closed applications as one list more: those not taken in yet. Again, with none closed since, nothing.

    Of each its reference alone is kept; what the casebook holds of it is read whenever the review asks.
    """
    act.allowed(Command.TRIAGE)
    _one_at_a_time(act)
    fresh = live.cells(act.session, live.untaken(act.session))
    rows: list[files.RegisterLine] = [
        (line, fresh[reference], ()) for line, reference in enumerate(sorted(fresh), start=1)
    ]
    file = RegisterFile(
        name=CASEBOOK, digest=chain.digest([CASEBOOK, *sorted(fresh)]), columns=register.COLUMNS, ignored=[], absent=[],
        rows=rows, blank=[],
    )  # fmt: skip
    told = _told(act, file)
    if not fresh:
        return told(new=False)
    kept = [
        {**_kept(file, line, {LIVE: cells["reference"]}, notes), "id": live.row_id(cells["reference"])}
        for line, cells, notes in rows
    ]
    return _keep(act, file, told(new=True), kept)


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


class _told:  # noqa: N801 - reads as the function it is
    """What is to be said of a file, whether its rows are new or not."""

    def __init__(self, act: Act, file: RegisterFile) -> None:
        self.file, self.registers, self.listed = file, Counter[str](), list[tuple[int, str, str]]()
        self.findings: dict[str, Counter[str]] = {}
        for line, cells, notes in file.rows:
            entry = register.read(cells, register=name_of(file.name), today=today(act), notes=notes)
            self.registers[entry.register] += 1
            for finding, column in entry.notes:
                self.listed.append((line, column, finding))
                self.findings.setdefault(finding, Counter())[column] += 1
        if file.blank:
            self.findings[RegisterDoubt.BLANK_ROW] = Counter({"": len(file.blank)})
            self.listed = sorted([*self.listed, *((line, "", RegisterDoubt.BLANK_ROW) for line in file.blank)])

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
    """What a list is called whose rows do not say: its file, without a leading `register-`."""
    return file.removeprefix("register-").removeprefix("register_") or file


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    applications: tuple[ReconciledApplication, ...]
    ids: dict[str, str]  # reference -> id, made of the rows' contents
    overlap: Overlap
    fingerprint: str
    again: bool  # nothing had changed since the last time


def reconciled(act: Act) -> Reconciled:
    """The rows as applications; kept, and spoken of, if rows came since the last time."""
    act.allowed(Command.TRIAGE)
    return reconcile_again(act)


def reconcile_again(act: Act) -> Reconciled:
    """The same for an act that has its own leave."""
    act.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('review_reconcile'))"))
    rows = [_read(act, row) for row in stored.rows(act.session)]
    fingerprint = chain.digest([RULES, today(act).isoformat(), *sorted(row.id for row in rows)])
    found = reconcile(rows)
    ids = _ids(found)
    before = stored.state(act.session, RECONCILED)
    again = before is not None and before.value == fingerprint
    told = Reconciled(applications=found, ids=ids, overlap=overlap(found), fingerprint=fingerprint, again=again)
    if not again:
        stored.replace_applications(act.session, [_row(each, ids) for each in found])
        counts = {"rows": len(rows), "applications": len(found)}
        stored.keep_state(act.session, RECONCILED, fingerprint, act.now, counts)
        act.record(None, "registers_reconciled", fingerprint=fingerprint, counts=counts)
    return told


def _read(act: Act, row: stored.ListedRow) -> PlacedRow:
    notes = tuple((RegisterDoubt(finding), column) for finding, column in row.notes)
    entry = register.read(row.cells, register=name_of(row.file), today=today(act), notes=notes)
    return PlacedRow(id=row.id, file=row.file, line=row.line, digest=row.digest, entry=entry)


def past_of(act: Act, application: ReviewApplication) -> PastApplication:
    """What the lists together tell of one application, read again from its rows."""
    rows = tuple(_read(act, row) for row in stored.rows_of(act.session, application.rows))
    if not rows:
        refuse_because("gone", "no list has this application any more")
    return merged(ReconciledApplication(rows=rows, reference=application.reference, disagreeing=False))


def _ids(found: Sequence[ReconciledApplication]) -> dict[str, str]:
    """Made of the contents, so that it is the same however the rows came; of equals the second and third are numbered."""
    seen = Counter[str]()
    ids: dict[str, str] = {}
    for each in found:
        whole = chain.digest(sorted({row.digest for row in each.rows}))[:32]
        seen[whole] += 1
        ids[each.reference] = whole if seen[whole] == 1 else f"{whole}-{seen[whole]}"
    return ids


def _row(application: ReconciledApplication, ids: dict[str, str]) -> dict[str, object]:
    rows = [row.id for row in application.rows]
    return {"id": ids[application.reference], "reference": application.reference, "rows": rows}

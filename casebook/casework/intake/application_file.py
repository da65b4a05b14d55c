"""Imports applications.csv: each row in its own transaction, those in danger first. A bad row does not stop the others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, select, text
from sqlalchemy import Row as DatabaseRow
from sqlalchemy.orm import Session

from casebook import files, policies
from casebook.casework.core.acting import Act, Playbook
from casebook.casework.intake import intake, rejected_rows
from casebook.casework.intake.intake import ChangedSince
from casebook.domain import chain
from casebook.domain.actors import Actor, Reason
from casebook.domain.case import application_file as rules
from casebook.domain.case import rejected_row
from casebook.domain.case.intake import FROM_THE_FUTURE, Form
from casebook.domain.vocabulary import Answer3
from casebook.errors import Collision, DatabaseRefused
from casebook.files import FileRow, Rejection
from casebook.storage import documents
from casebook.storage import session as storage
from casebook.storage.documents import Documents
from casebook.storage.session import Store
from casebook.storage.tables import Application, LedgerEntry

A_CLOCK = timedelta(hours=1)  # how far another system's clock may be ahead
CHUNK = 100  # rows whose external ids are looked up, and references kept, together


@dataclass(kw_only=True)
class ImportedFile:
    """The result for each row of a file, in the file's order."""

    accepted: list[dict[str, str]] = field(default_factory=list)
    unchanged: list[dict[str, str]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    ignored_columns: list[str] = field(default_factory=list)
    to_read: int = 0  # rejected rows that tell of danger, kept now for the duty inspector


@dataclass(frozen=True, kw_only=True)
class _Arrival:
    """A row that can be imported."""

    row: FileRow
    form: Form
    digest: str


@dataclass(kw_only=True)
class _Landing:
    """The state of one import. `landed` has the imported rows by line: whether each is new, and its references."""

    store: Store
    actor: Actor
    playbook: Playbook
    connection: Connection
    now: datetime
    known: Documents
    columns: Sequence[str]
    landed: dict[int, tuple[bool, dict[str, str]]] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    rejected_rows: list[str] = field(default_factory=list)  # a digest of each
    to_read: int = 0

    def act(self, session: Session, now: datetime) -> Act:
        documents.lend(session, self.known)
        return Act(session=session, actor=self.actor, now=now, playbook=self.playbook)


def import_file(store: Store, actor: Actor, path: Path, *, playbook: Playbook) -> ImportedFile:
    """Import applications.csv. A bad row does not stop the others. Importing the same file again changes nothing."""
    table = _opened(path)
    with store.connection() as connection:
        connection.execute(text("SET synchronous_commit = off"))  # `_for_good` turns it on where it is needed
        connection.commit()
        with store.session() as session:
            now, known = storage.now(session), documents.of(session)
            known.policies(), known.risk_model(now)  # read here, and not once a row
        landing = _Landing(
            store=store,
            actor=actor,
            playbook=playbook,
            connection=connection,
            now=now,
            known=known,
            columns=table.columns,
        )
        rows = _danger_first(path, table)
        while chunk := list(islice(rows, CHUNK)):
            _land(landing, [arrival for row in chunk if (arrival := _read(landing, row))])
        _record_import(landing)
    table.refuse_lost(len(landing.landed) + len(landing.rejected_rows))
    by_line = [landing.landed[line] for line in sorted(landing.landed)]
    return ImportedFile(
        accepted=[references for fresh, references in by_line if fresh],
        unchanged=[references for fresh, references in by_line if not fresh],
        rejected=sorted((*landing.rejected, *table.no_rows), key=lambda rejection: rejection.line),
        ignored_columns=table.ignored,
        to_read=landing.to_read,
    )


def _opened(path: Path) -> files.CsvTable:
    # a column that appears twice does not stop the import: the first counts, and the other is reported as ignored
    return files.read(path, known=rules.COLUMNS, required=rules.REQUIRED, first_counts=True)


def _danger_first(path: Path, table: files.CsvTable) -> Iterator[FileRow]:
    """The rows that report immediate danger, then the others. The file is read twice for that."""
    yield from _only(table.rows, in_danger=True)
    yield from _only(_opened(path).rows, in_danger=False)


def _only(rows: Iterable[FileRow], *, in_danger: bool) -> Iterator[FileRow]:
    """The rows in danger, or the others. If an external id repeats, its later rows come with the others, after the first."""
    seen = set[str]()
    for row in rows:
        urgent = rules.speaks_of_danger(row.cells) and not row.broken and row["external_id"] not in seen
        seen.add(row["external_id"])
        if urgent is in_danger:
            yield row


def _read(landing: _Landing, row: FileRow) -> _Arrival | None:
    """Read one row. None if it cannot be imported; then it is listed as rejected."""
    if row.broken:
        _reject(landing, row, [row.broken])
        return None
    doubts = ["wrong_number_of_cells"] if row.miscounted else []
    form = rules.read(
        row.cells, row.undecodable, doubts=doubts, why_not_received=partial(_why_not_received, landing.known)
    )
    if isinstance(form, Form):
        if form.submitted_at > landing.now:
            form = _received_now(form, landing.now)
        return _Arrival(row=row, form=form, digest=_digest(landing.store.key, row.cells))
    faults = [Rejection(line=row.line, column=fault.column, code=fault.code, message=fault.message) for fault in form]
    _reject(landing, row, faults)
    return None


def _reject(landing: _Landing, row: FileRow, faults: Sequence[Rejection]) -> None:
    """List the faults of a row. If it tells of danger, it is kept for the duty inspector, on disk at once."""
    landing.rejected += faults
    written = files.as_written(landing.columns, row)
    digest = _keyed(landing.store.key, written)
    landing.rejected_rows.append(digest)
    cells = dict(reversed(written))  # of two columns with one name the first counts
    if not (tells := rejected_row.telling(cells, landing.known.risk_model(landing.now), broken=row.broken is not None)):
        return
    with landing.store.session(landing.connection) as session:
        act = landing.act(session, storage.now(session))
        landing.to_read += rejected_rows.keep(act, digest, written, faults, tells=tells)
        _for_good(session)
        session.commit()


def _received_now(form: Form, now: datetime) -> Form:
    """A form from the future: its clocks start now, and the moment stays as it was written."""
    doubts = (FROM_THE_FUTURE,) if form.submitted_at > now + A_CLOCK else ()
    return replace(
        form,
        submitted_at=now,
        doubts=(*form.doubts, *doubts),
        as_written={**form.as_written, "submitted_at": form.submitted_at.isoformat()},
    )


def _why_not_received(known: Documents, moment: datetime) -> Reason | None:
    try:
        known.policy_on(moment)
    except policies.NoPolicyInForce as refusal:
        return Reason(refusal.code, "is before the first policy of the scheme was in force")
    return None


def _land(landing: _Landing, arrivals: Sequence[_Arrival]) -> None:
    """Import the new rows of a chunk, each in its own transaction."""
    with landing.store.session(landing.connection) as session:
        act = landing.act(session, storage.now(session))
        known = _known(session, [arrival.form.external_id for arrival in arrivals])
        fresh = [arrival for arrival in arrivals if arrival.form.external_id not in known]
        references = iter(intake.keep_references(act, [arrival.form.submitted_at.year for arrival in fresh]))
        _for_good(session)  # no reference is given twice, and earlier rows are on disk
        session.commit()
    for arrival in arrivals:
        try:
            if earlier := known.get(arrival.form.external_id):
                intake.refuse_changed(earlier.content_digest, arrival.digest)
                _landed(landing, arrival, earlier.reference, fresh=False)
            else:
                _take_in(landing, arrival, next(references), act.now)
        except (ChangedSince, DatabaseRefused) as refusal:
            column = "external_id" if isinstance(refusal, ChangedSince) else ""
            line = arrival.row.line
            fault = Rejection(line=line, column=column, code=refusal.code, message=refusal.message)
            _reject(landing, arrival.row, [fault])


def _known(session: Session, external_ids: Sequence[str]) -> dict[str | None, DatabaseRow[tuple[str | None, str, str]]]:
    query = select(Application.external_id, Application.reference, Application.content_digest)
    rows = session.execute(query.where(Application.external_id.in_(external_ids)))
    return {row.external_id: row for row in rows}


def _take_in(landing: _Landing, arrival: _Arrival, reference: str, now: datetime) -> None:
    """Import one row in one transaction. Two processes with the same row make one application."""
    kept: str | None = reference
    for last in (False, False, True):
        try:
            with landing.store.session(landing.connection) as session:
                act = landing.act(session, now)
                application, fresh = intake.take_in(act, arrival.form, arrival.digest, reference=kept)
                if arrival.form.immediate_danger is Answer3.YES:
                    _for_good(session)  # the duty inspector is notified at once
                session.commit()
            _landed(landing, arrival, application.reference, fresh=fresh)
        except Collision:
            # most often the same external id was committed by another process a moment ago: look again
            kept = None
            if last:
                raise
        else:
            return


def _landed(landing: _Landing, arrival: _Arrival, reference: str, *, fresh: bool) -> None:
    landing.landed[arrival.row.line] = (fresh, {"external_id": arrival.form.external_id, "reference": reference})


def _record_import(landing: _Landing) -> None:
    """Write one entry in the ledger of the unit, if anything was imported, or if rows were rejected that none tells of.

    Its commit puts all rows on disk.
    """
    accepted = sum(fresh for fresh, _ in landing.landed.values())
    rejected = {"rejected_digest": _keyed(landing.store.key, sorted(landing.rejected_rows))}
    with landing.store.session(landing.connection) as session:
        if not accepted and (not landing.rejected_rows or _known_to_the_ledger(session, rejected)):
            return
        act = landing.act(session, storage.now(session))
        unchanged = len(landing.landed) - accepted
        body = {"accepted": accepted, "unchanged": unchanged, "rejected": len(landing.rejected_rows)}
        act.record(None, "applications_imported", **body, **(rejected if landing.rejected_rows else {}))
        _for_good(session)
        session.commit()


def _known_to_the_ledger(session: Session, rejected: Mapping[str, str]) -> bool:
    """Whether an entry tells of exactly these rejected rows: importing the same file twice changes nothing."""
    query = select(LedgerEntry.id).where(LedgerEntry.chain == chain.UNIT, LedgerEntry.event == "applications_imported")
    return session.scalar(query.where(LedgerEntry.body.contains(rejected)).limit(1)) is not None


def _for_good(session: Session) -> None:
    """Make the next commit wait until it, and every commit before it, is on disk."""
    session.execute(text("SET LOCAL synchronous_commit = on"))


def _digest(key: bytes, cells: Mapping[str, str]) -> str:
    present = {name: value for name, value in cells.items() if value}
    return _keyed(key, present)


def _keyed(key: bytes, value: object) -> str:
    return hashlib.blake2b(chain.canonical(value).encode(), key=key[:64], digest_size=20).hexdigest()

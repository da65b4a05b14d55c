"""Takes the rows of a file in: each in its own transaction, those in danger first. A bad row does not stop the others.

What kind of file it is says which columns it has, how a row is read, and what is kept besides the application itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, select, text
from sqlalchemy import Row as DatabaseRow
from sqlalchemy.orm import Session

from casebook import files
from casebook.casework.core.acting import Act, Playbook
from casebook.casework.intake import intake, rejected_rows
from casebook.casework.intake.intake import ChangedSince
from casebook.casework.record_checks import match_weights
from casebook.domain import chain
from casebook.domain.actors import Actor
from casebook.domain.case import application_file as rules
from casebook.domain.case import rejected_row
from casebook.domain.case.application_file import RowFault
from casebook.domain.case.intake import Form, not_from_the_future
from casebook.domain.case.running_cases import ToldLine
from casebook.domain.risk.risk_model import RiskModel
from casebook.domain.vocabulary import Answer3
from casebook.errors import Collision, DatabaseRefused
from casebook.files import FileRow, Rejection
from casebook.storage import documents
from casebook.storage import session as storage
from casebook.storage.documents import Documents
from casebook.storage.session import Store
from casebook.storage.tables import Application, LedgerEntry

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
class Arrival:
    """A row that can be taken in. `told`: what an earlier list tells of the case."""

    row: FileRow
    form: Form
    digest: str
    told: tuple[ToldLine, ...] = ()


RowReading = tuple[Form, tuple[ToldLine, ...]] | list[RowFault]


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """A kind of file whose rows become applications."""

    columns: Collection[str]
    required: Collection[str]
    event_name: str  # of the unit's ledger, for the whole file
    read: Callable[[FileRow, Documents, datetime], RowReading]
    workbook: bool = False  # it may also be a workbook
    after: Callable[[Act, Application, Arrival], None] | None = None  # in the transaction that took it in

    def opened(self, path: Path) -> files.CsvTable:
        """A column that appears twice does not stop it: the first counts, and the other is reported as ignored."""
        return files.read(path, known=self.columns, required=self.required, first_counts=True, workbook=self.workbook)


@dataclass(kw_only=True)
class _Landing:
    """The state of one import. `landed` has the imported rows by line: whether each is new, and its references."""

    kind: FileKind
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


@match_weights.forgetting()
def land(store: Store, actor: Actor, path: Path, *, kind: FileKind, playbook: Playbook) -> ImportedFile:
    """Take a file in. A bad row does not stop the others. Taking the same file in again changes nothing."""
    table = kind.opened(path)
    with store.connection() as connection:
        connection.execute(text("SET synchronous_commit = off"))  # `_for_good` turns it on where it is needed
        connection.commit()
        with store.session() as session:
            now, known = storage.now(session), documents.of(session)
            known.policies(), known.risk_model(now)  # read here, and not once a row
        landing = _Landing(
            kind=kind, store=store, actor=actor, playbook=playbook, connection=connection, now=now, known=known,
            columns=table.columns,
        )  # fmt: skip
        rows = _danger_first(kind, path, table)
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


def _danger_first(kind: FileKind, path: Path, table: files.CsvTable) -> Iterator[FileRow]:
    """The rows that report immediate danger, then the others. The file is read twice for that."""
    yield from _only(table.rows, in_danger=True)
    yield from _only(kind.opened(path).rows, in_danger=False)


def _only(rows: Iterable[FileRow], *, in_danger: bool) -> Iterator[FileRow]:
    """The rows in danger, or the others. If an external id repeats, its later rows come with the others, after the first."""
    seen = set[str]()
    for row in rows:
        urgent = rules.speaks_of_danger(row.cells) and not row.broken and row["external_id"] not in seen
        seen.add(row["external_id"])
        if urgent is in_danger:
            yield row


def _read(landing: _Landing, row: FileRow) -> Arrival | None:
    """Read one row. None if it cannot be taken in; then it is listed as rejected."""
    arrival = read_row(landing.kind, row, known=landing.known, now=landing.now, key=landing.store.key)
    if isinstance(arrival, Arrival):
        return arrival
    _reject(landing, row, arrival)
    return None


def read_row(kind: FileKind, row: FileRow, *, known: Documents, now: datetime, key: bytes) -> Arrival | list[Rejection]:
    """What a row would bring in, or every fault in it."""
    if row.broken:
        return [row.broken]
    reading = kind.read(row, known, now)
    if isinstance(reading, list):
        return [
            Rejection(line=row.line, column=fault.column, code=fault.code, message=fault.message) for fault in reading
        ]
    form, told = reading
    return Arrival(row=row, form=not_from_the_future(form, now), digest=_digest(key, row.cells), told=told)


def _reject(landing: _Landing, row: FileRow, faults: Sequence[Rejection]) -> None:
    """List the faults of a row. If it tells of danger, it is kept for the duty inspector, on disk at once."""
    landing.rejected += faults
    written = files.as_written(landing.columns, row)
    digest = _keyed(landing.store.key, written)
    landing.rejected_rows.append(digest)
    if not (tells := telling(landing.columns, row, landing.known.risk_model(landing.now))):
        return
    with landing.store.session(landing.connection) as session:
        act = landing.act(session, storage.now(session))
        landing.to_read += rejected_rows.keep(act, digest, written, faults, tells=tells)
        _for_good(session)
        session.commit()


def telling(columns: Sequence[str], row: FileRow, model: RiskModel) -> list[str]:
    """The columns in which a rejected row tells of danger."""
    cells = dict(reversed(files.as_written(columns, row)))  # of two columns with one name the first counts
    return rejected_row.telling(cells, model, broken=row.broken is not None)


def _land(landing: _Landing, arrivals: Sequence[Arrival]) -> None:
    """Import the new rows of a chunk, each in its own transaction."""
    with landing.store.session(landing.connection) as session:
        act = landing.act(session, storage.now(session))
        known = known_ids(session, [arrival.form.external_id for arrival in arrivals])
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


def known_ids(
    session: Session, external_ids: Sequence[str]
) -> dict[str | None, DatabaseRow[tuple[str | None, str, str]]]:
    """Those of these ids that are here already, with reference and digest."""
    query = select(Application.external_id, Application.reference, Application.content_digest)
    rows = session.execute(query.where(Application.external_id.in_(external_ids)))
    return {row.external_id: row for row in rows}


def _take_in(landing: _Landing, arrival: Arrival, reference: str, now: datetime) -> None:
    """Import one row in one transaction. Two processes with the same row make one application."""
    kept: str | None = reference
    for last in (False, False, True):
        try:
            with landing.store.session(landing.connection) as session:
                act = landing.act(session, now)
                application, fresh = intake.take_in(act, arrival.form, arrival.digest, reference=kept)
                if fresh and landing.kind.after is not None:
                    landing.kind.after(act, application, arrival)
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


def _landed(landing: _Landing, arrival: Arrival, reference: str, *, fresh: bool) -> None:
    landing.landed[arrival.row.line] = (fresh, {"external_id": arrival.form.external_id, "reference": reference})


def _record_import(landing: _Landing) -> None:
    """Write one entry in the ledger of the unit, if anything was imported, or if rows were rejected that none tells of.

    Its commit puts all rows on disk.
    """
    accepted = sum(fresh for fresh, _ in landing.landed.values())
    rejected = {"rejected_digest": _keyed(landing.store.key, sorted(landing.rejected_rows))}
    with landing.store.session(landing.connection) as session:
        if not accepted and (
            not landing.rejected_rows or _known_to_the_ledger(session, landing.kind.event_name, rejected)
        ):
            return
        act = landing.act(session, storage.now(session))
        unchanged = len(landing.landed) - accepted
        body = {"accepted": accepted, "unchanged": unchanged, "rejected": len(landing.rejected_rows)}
        act.record(None, landing.kind.event_name, **body, **(rejected if landing.rejected_rows else {}))
        _for_good(session)
        session.commit()


def _known_to_the_ledger(session: Session, event: str, rejected: Mapping[str, str]) -> bool:
    """Whether an entry tells of exactly these rejected rows: importing the same file twice changes nothing."""
    query = select(LedgerEntry.id).where(LedgerEntry.chain == chain.UNIT, LedgerEntry.event == event)
    return session.scalar(query.where(LedgerEntry.body.contains(rejected)).limit(1)) is not None


def _for_good(session: Session) -> None:
    """Make the next commit wait until it, and every commit before it, is on disk."""
    session.execute(text("SET LOCAL synchronous_commit = on"))


def _digest(key: bytes, cells: Mapping[str, str]) -> str:
    present = {name: value for name, value in cells.items() if value}
    return _keyed(key, present)


def _keyed(key: bytes, value: object) -> str:
    return hashlib.blake2b(chain.canonical(value).encode(), key=key[:64], digest_size=20).hexdigest()

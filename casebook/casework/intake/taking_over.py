"""Takes running cases over from an earlier list. Each goes through intake like any other, with its true moment of submission.

What the list tells of the work on it is kept as told, and passes no gate: what cannot be shown is asked for again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from casebook import policies
from casebook.casework.core.acting import Act, Playbook, Summaries, Summary
from casebook.casework.core.numbered import next_id
from casebook.casework.intake import landing
from casebook.casework.intake.application_file import why_not_received
from casebook.casework.intake.intake import ChangedSince
from casebook.casework.intake.landing import Arrival, FileKind, ImportedFile, RowReading
from casebook.casework.safeguarding import asking_danger
from casebook.domain import deadlines
from casebook.domain.actors import Actor
from casebook.domain.authority import Command
from casebook.domain.case import application_file
from casebook.domain.case import intake as intake_rules
from casebook.domain.case import running_cases as rules
from casebook.domain.case.running_cases import RunningCase, ToldLine
from casebook.domain.vocabulary import Answer3
from casebook.files import FileRow, Rejection
from casebook.storage.documents import Documents
from casebook.storage.session import Store
from casebook.storage.tables import Application, ToldRecord


@dataclass(kw_only=True)
class TakeOverPreview:
    """What taking a file over would do."""

    would_take: Summaries = field(default_factory=list)
    unchanged: Summaries = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)
    in_danger: int = 0  # rejected rows that the duty inspector would have to read


def take_over(store: Store, actor: Actor, path: Path, *, playbook: Playbook) -> ImportedFile:
    """Take over the running cases of a CSV file or workbook. The same file again goes on where it was."""
    return landing.land(store, actor, path, kind=RUNNING_CASES, playbook=playbook)


def preview(act: Act, path: Path, *, key: bytes) -> TakeOverPreview:
    """What taking a file over would do, and which time limits would be late. It writes nothing."""
    act.allowed(Command.IMPORT_APPLICATIONS)
    table, shown, arrivals = RUNNING_CASES.opened(path), TakeOverPreview(), dict[str, Arrival]()
    model = act.documents.risk_model(act.now)
    for row in table.rows:
        arrival = landing.read_row(RUNNING_CASES, row, known=act.documents, now=act.now, key=key)
        if isinstance(arrival, Arrival):
            earlier = arrivals.setdefault(arrival.form.external_id, arrival)
            if earlier.digest != arrival.digest:
                shown.rejected.append(_changed(arrival))
        else:
            shown.rejected += arrival
            shown.in_danger += bool(landing.telling(table.columns, row, model))
    _compare(act, shown, list(arrivals.values()))
    shown.rejected = sorted((*shown.rejected, *table.no_rows), key=lambda rejection: rejection.line)
    shown.ignored_columns = table.ignored
    return shown


def record_told(act: Act, application: Application, lines: Collection[ToldLine]) -> None:
    """Keep what an earlier list told of an application, each with an entry of its own in the ledger."""
    act.record(application, "case_taken_over", count=len(lines), stage=rules.told_stage(lines))
    for line in lines:
        row = ToldRecord(
            id=next_id(act, ToldRecord, application.reference), reference=application.reference, step=line.step,
            told_on=line.on or None, written=line.written or None, told_by=line.by or None, words=line.words or None,
            taken_over_at=act.now,
        )  # fmt: skip
        act.session.add(row)
        act.record(application, "step_told", told_record=row.id, told_step=line.step)


def _read(row: FileRow, known: Documents, now: datetime) -> RowReading:
    zone = ZoneInfo(known.policy_on(now).calendar.timezone)
    read = rules.read(
        row.cells, row.undecodable, today=now.astimezone(zone).date(), zone=zone,
        doubts=application_file.row_doubts(miscounted=row.miscounted), why_not_received=partial(why_not_received, known),
    )  # fmt: skip
    return (read.form, read.told) if isinstance(read, RunningCase) else read


def _taken_in(act: Act, application: Application, arrival: Arrival) -> None:
    """In the transaction that took it in: keep what was told, and ask about danger unless safeguarding is open already."""
    record_told(act, application, arrival.told)
    if arrival.form.immediate_danger is not Answer3.YES:
        asking_danger.ask(act, application, because="taken_over")


def _compare(act: Act, shown: TakeOverPreview, arrivals: list[Arrival]) -> None:
    """Which of the cases are here already, and when the others would be due."""
    known = landing.known_ids(act.session, [arrival.form.external_id for arrival in arrivals])
    for arrival in arrivals:
        external_id = arrival.form.external_id
        if (earlier := known.get(external_id)) is None:
            shown.would_take.append(_would(act, arrival))
        elif earlier.content_digest == arrival.digest:
            shown.unchanged.append({"external_id": external_id, "reference": earlier.reference})
        else:
            shown.rejected.append(_changed(arrival))


def _changed(arrival: Arrival) -> Rejection:
    refusal = ChangedSince()
    return Rejection(line=arrival.row.line, column="external_id", code=refusal.code, message=refusal.message)


def _would(act: Act, arrival: Arrival) -> Summary:
    """One case as it would be: from when its limits run, which are late, and how much is told of it."""
    form, (priority, _) = arrival.form, intake_rules.priority(arrival.form)
    policy, year = act.documents.policy_on(form.submitted_at), form.submitted_at.year
    due = deadlines.due_from_receipt(
        form.submitted_at, route=form.route, priority=priority, policy=policy,
        holidays=policies.holidays_for(policy, range(year, year + 2)),
    )  # fmt: skip
    return {
        "line": arrival.row.line,
        "external_id": form.external_id,
        "submitted_at": form.submitted_at.isoformat(),
        "stage": rules.told_stage(arrival.told),
        "told": [line.step for line in arrival.told],
        "late": [deadline.what for deadline in due if deadline.due_at < act.now],
    }


RUNNING_CASES = FileKind(
    columns=rules.ALL_COLUMNS, required=application_file.REQUIRED, event_name="cases_taken_over", read=_read, workbook=True,
    after=_taken_in,
)  # fmt: skip

"""Rejected rows that tell of danger: each is kept whole, the duty inspector reads it, and two people dispose of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field
from sqlalchemy import select

from casebook.casework.core import notices, unit_items
from casebook.casework.core.acting import Act, Summary, reason_code, refuse, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, UnitDoing
from casebook.casework.core.work_items import due_for_unit
from casebook.casework.safeguarding import danger
from casebook.domain import authority, chain
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Limit, Priority, Role, Route, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer, NotFound
from casebook.files import Rejection
from casebook.storage import bulk_insert, people
from casebook.storage.tables import RejectedRow, WorkItem

CAUSE = "rejected_row_tells_of_danger"


def keep(
    act: Act, digest: str, cells: Sequence[tuple[str, str]], rejections: Sequence[Rejection], *, tells: Sequence[str]
) -> bool:
    """Keep a row whole, ask the duty inspector to read it, and notify them. False if the same row was kept before."""
    act.allowed(Command.IMPORT_APPLICATIONS)
    row = RejectedRow(
        id=chain.identity("rejected_row", digest), line=rejections[0].line, tells=list(tells), cells=list(cells),
        faults=[{"column": rejection.column, "code": rejection.code} for rejection in rejections], kept_at=act.now,
        read_at=None, reference=None, proposed_by=None, disposed_by=None, disposed_at=None,
    )  # fmt: skip
    if not bulk_insert.claim(act.session, [row]):
        return False
    item = unit_items.open_item(act, _need(act, row))
    notices.notify(act, None, role=Role.DUTY_INSPECTOR, reason=CAUSE, key=row.id)
    entry = {"row": row.id, "line": row.line, "faults": row.faults, "item": item.id}
    act.record_many("rejected_row_kept", {chain.UNIT: entry}, inserted=[row])
    return True


def _need(act: Act, row: RejectedRow) -> Need:
    """The work item, due as immediate safeguarding is. It belongs to no application: nobody could take one in."""
    limit = act.documents.policy_on(act.now).limit(Limit.IMMEDIATE_SAFEGUARDING, Route.RIGHT_TO_ASK)
    due_at = due_for_unit(act, limit.allowance(Priority.IMMEDIATE).value) if limit else None
    subject = {"row": row.id, "line": row.line, "tells": row.tells}
    return Need(
        kind=WorkKind.READ_REJECTED_ROW, key=row.id, priority=Priority.IMMEDIATE, due_at=due_at, subject=subject
    )


class RejectedRowRead(Answer):
    """What was done about a row that no application could be made of."""

    done: Literal["taken_in", "passed_on", "no_danger"] = Field(
        description="taken_in: an application was taken in for it. passed_on: somebody else acts on it. "
        "no_danger: there is none, after reading the whole row."
    )
    application: str | None = Field(default=None, description="With taken_in: the reference of the application.")
    passed_to: str | None = Field(
        default=None,
        min_length=1,
        description="With passed_on: who acts on it now, and their reference if there is one.",
    )
    reason: str | None = Field(default=None, min_length=1, description="With no_danger: why there is none.")


_NEEDED = {"taken_in": "application", "passed_on": "passed_to", "no_danger": "reason"}


def _read(doing: UnitDoing) -> None:
    answer: RejectedRowRead = doing.answer
    given = {name for name in _NEEDED.values() if getattr(answer, name) is not None}
    if given != {_NEEDED[answer.done]}:
        refuse_because(
            "one_result", f"with {answer.done}, give {_NEEDED[answer.done]} and neither of the others", InvalidAnswer
        )
    row = _row(doing.act, str(doing.item.subject["row"]))
    row.read_at = doing.act.now
    if answer.application is not None:
        row.reference = _taken_in(doing.act, answer.application, row)


def _taken_in(act: Act, reference: str, row: RejectedRow) -> str:
    """The application taken in for a row. The row told of danger: safeguarding opens there, unless it was opened before."""
    application = act.application(reference)
    kind = WorkKind.IMMEDIATE_SAFEGUARDING
    opened = select(WorkItem.id).where(WorkItem.reference == reference, WorkItem.kind == kind)
    if act.session.scalar(opened.limit(1)) is None:
        danger.open_safeguarding(act, application, cause=CAUSE, key=row.id)
    return reference


def _detail(act: Act, item: WorkItem) -> Mapping[str, object]:
    """The row as it was written, without its empty cells."""
    row = _row(act, str(item.subject["row"]))
    act.record(None, "rejected_row_viewed", row=row.id)
    cells = [{"column": column, "value": value} for column, value in row.cells if value.strip()]
    return {"faults": row.faults, "disposed_at": row.disposed_at, "cells": cells}


def dispose(act: Act, row_id: str, *, reason: str) -> Summary:
    """Erase a row that was read. Two people must agree. That it was kept, and what was done, stays as codes."""
    act.allowed(Command.DISPOSE)
    row, because = _row(act, row_id), reason_code(reason)
    if row.read_at is None:
        refuse_because("not_read", "the duty inspector has not read this row: it cannot be disposed of yet")
    if row.reference is not None:
        refuse_because("with_application", f"this row is disposed of with {row.reference}")
    if row.disposed_at is not None:
        refuse_because("already_disposed", "this row was disposed of already")
    if row.proposed_by is None or not people.stands(act.session, row.proposed_by):
        row.proposed_by = act.actor.id
        act.record(None, "proposed", what="dispose", row=row.id, reason=because)
        return {"row": row.id, "proposed": "dispose"}
    refuse(authority.why_not_second(act.actor, [row.proposed_by]))
    row.disposed_by, row.disposed_at, row.cells = act.actor.id, act.now, []
    item = act.session.get_one(WorkItem, Need(kind=WorkKind.READ_REJECTED_ROW, key=row.id).id(None))
    item.answer = None
    act.record(None, "rejected_row_disposed", row=row.id, reason=because, first=row.proposed_by)
    return {"row": row.id, "disposed": True}


def _row(act: Act, row_id: str) -> RejectedRow:
    row = act.session.get(RejectedRow, row_id, with_for_update=True)
    if row is None:
        raise NotFound(f"there is no rejected row {row_id}")
    return row


ANSWERS: Answers = {WorkKind.READ_REJECTED_ROW: Answering(schema=RejectedRowRead, unit_handler=_read, detail=_detail)}

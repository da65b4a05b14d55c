"""Manual intake: an application is taken down in steps, at the counter or on the phone. Danger does not wait for the last one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field
from sqlalchemy import select

from casebook import bounds
from casebook.casework.core import unit_items
from casebook.casework.core.acting import Act, Summaries, Summary, reason_code, refuse, refuse_all, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, UnitDoing
from casebook.casework.core.work_items import due_by_policy
from casebook.casework.intake import intake
from casebook.domain import authority, chain
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import application_file as file_rules
from casebook.domain.case import drafting as rules
from casebook.domain.case import rejected_row
from casebook.domain.case.intake import Form
from casebook.domain.vocabulary import Priority, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer, NotFound, NotPermitted
from casebook.storage.tables import IntakeDraft, WorkItem


def write(act: Act, cells: Mapping[str, object], *, draft: str | None = None) -> Summary:
    """Begin a draft, or add to one's own: `cells` by the columns of applications.csv, an empty text takes one away.

    As soon as they tell of danger, the application is taken in with what is known; the rest is added to it there.
    """
    act.allowed(Command.TAKE_APPLICATION)
    bounds.refuse_shape(cells, text=bounds.LONG_TEXT)
    refuse_all(rules.why_not_cells(cells), InvalidAnswer)
    row = _own(act, draft) if draft else _begin(act)
    row.cells = {name: text for name, text in {**row.cells, **cells}.items() if str(text).strip()}
    row.changed_at = act.now
    if file_rules.speaks_of_danger(row.cells):
        return _take_in(act, row, {**rules.UNTIL_ASKED, **row.cells}, because="danger_told")
    act.record(None, "draft_written", draft=row.id, cells=len(row.cells))
    return _state(row)


def submit(act: Act, draft: str | None = None) -> Summary:
    """Take the application in, by default that of one's only draft. What is missing is asked for there, as of an imported one."""
    act.allowed(Command.TAKE_APPLICATION)
    row = _own(act, draft or _only_draft(act))
    return _take_in(act, row, row.cells, because="submitted")


def drop(act: Act, draft: str, *, reason: str) -> Summary:
    """End a draft that becomes no application, with a reason as a code. What was said is erased.

    Refused if it tells of danger, by the rule for rejected rows: then somebody must read it.
    """
    act.allowed(Command.TAKE_APPLICATION)
    row = _own(act, draft)
    if rejected_row.telling({**rules.UNTIL_ASKED, **row.cells}, act.documents.risk_model(act.now)):
        refuse_because("tells_of_danger", "what was said tells of danger: submit it, so that somebody acts on it")
    row.dropped_because = reason_code(reason)
    _end(act, row, result="dropped")
    act.record(None, "draft_dropped", draft=row.id, reason=row.dropped_because)
    return {"draft": row.id, "dropped": True}


def show(act: Act, draft: str) -> Summary:
    """One's own draft with what was said. The ledger records the view."""
    act.allowed(Command.TAKE_APPLICATION)
    row = _own(act, draft)
    act.record(None, "draft_viewed", draft=row.id)
    return {**_state(row), "cells": dict(row.cells)}


def listing(act: Act) -> Summaries:
    """The drafts that are not finished: whose, since when, never what is in them."""
    act.allowed(Command.TAKE_APPLICATION)
    rows = act.session.scalars(
        select(IntakeDraft).where(IntakeDraft.ended_at.is_(None)).order_by(IntakeDraft.started_at, IntakeDraft.id)
    )
    return [
        {"draft": row.id, "by": row.started_by, "since": row.started_at.isoformat(), "changed_at": row.changed_at.isoformat()}
        for row in rows
    ]  # fmt: skip


def _begin(act: Act) -> IntakeDraft:
    """A draft, and the work of finishing it: what is forgotten is chased and escalated like all work."""
    row = IntakeDraft(
        id=secrets.token_hex(6), cells={}, started_by=act.actor.id, started_at=act.now, changed_at=act.now, ended_at=None,
        ended_by=None, dropped_because=None, taken_in=None,
    )  # fmt: skip
    act.session.add(row)
    unit_items.open_item(act, _need(act, row))
    return row


def _need(act: Act, row: IntakeDraft) -> Need:
    due_at = due_by_policy(act, WorkKind.FINISH_DRAFT, Priority.STANDARD)
    return Need(kind=WorkKind.FINISH_DRAFT, key=row.id, due_at=due_at, subject={"draft": row.id, "by": row.started_by})


def _own(act: Act, draft: str) -> IntakeDraft:
    """One's own open draft, locked. A supervisor may take over anybody's."""
    row = act.session.get(IntakeDraft, draft, with_for_update=True)
    if row is None:
        raise NotFound(f"there is no draft {draft}")
    if row.taken_in is not None:
        refuse_because("taken_in", f"this is application {row.taken_in} already: use `casebook applications correct`")
    if row.ended_at is not None:
        refuse_because("dropped", "this draft was dropped")
    leads = authority.why_not_allowed(act.actor, Command.ALLOCATE) is None
    not_theirs = Reason("not_yours", f"this draft is {row.started_by}'s: a supervisor can take it over")
    refuse(None if row.started_by == act.actor.id or leads else not_theirs, NotPermitted)
    return row


def _only_draft(act: Act) -> str:
    """The id of the only draft that the actor has begun and not finished."""
    mine = [line["draft"] for line in listing(act) if line["by"] == act.actor.id]
    if len(mine) != 1:
        refuse_because(
            "which_draft", f"you have {len(mine)} drafts: name one that `applications drafts` lists", InvalidAnswer
        )
    return str(mine[0])


def _take_in(act: Act, row: IntakeDraft, cells: Mapping[str, str], *, because: str) -> Summary:
    """Take the application in as of the moment in which the draft was begun."""
    form = file_rules.read({**cells, "external_id": f"DRAFT-{row.id}", "submitted_at": row.started_at.isoformat()})
    if not isinstance(form, Form):
        raise InvalidAnswer("; ".join(f"{fault.column} {fault.message}" for fault in form), form[0].code)
    application, _ = intake.take_in(act, form, chain.digest({"draft": row.id}))
    row.taken_in = application.reference
    _end(act, row, result=because)
    act.record(application, "draft_taken_in", draft=row.id, because=because)
    return {
        "draft": row.id,
        "reference": application.reference,
        "priority": application.priority,
        "doubts": list(form.doubts),
    }


def _end(act: Act, row: IntakeDraft, *, result: str) -> None:
    """End a draft: what was said is in the application now, or nowhere. Its work is done."""
    row.cells, row.ended_at, row.ended_by = {}, act.now, act.actor.id
    item = act.session.get_one(WorkItem, _need(act, row).id(None))
    if item.done_at is None:
        item.done_at, item.done_by, item.owner = act.now, act.actor.id, item.owner or act.actor.id
        item.answer = {"done": result}


def _state(row: IntakeDraft) -> Summary:
    missing: Sequence[str] = [name for name in ("route", "applicant") if not row.cells.get(name)]
    return {"draft": row.id, "reference": None, "next": rules.next_step(row.cells), "missing": missing}


class DraftFinished(Answer):
    """What becomes of a draft: the same as `applications submit` and `applications drop`."""

    done: Literal["submitted", "dropped"] = Field(description="submitted: take the application in as it is.")
    reason: str | None = Field(default=None, description="With dropped: why it becomes no application, as a code.")


def _finished(doing: UnitDoing) -> None:
    draft = str(doing.item.subject["draft"])
    if doing.answer.done == "submitted":
        submit(doing.act, draft)
    else:
        drop(doing.act, draft, reason=doing.answer.reason or "")


ANSWERS: Answers = {WorkKind.FINISH_DRAFT: Answering(schema=DraftFinished, unit_handler=_finished)}

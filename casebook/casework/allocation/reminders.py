"""Reminders: what is to be brought forward on a day, and the digest of what waits for somebody this morning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from casebook.casework.allocation import telling
from casebook.casework.allocation.workload import end_of_today
from casebook.casework.core import given
from casebook.casework.core.acting import Act, Summaries, Summary, refuse_all
from casebook.casework.core.numbered import next_id
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.errors import InvalidAnswer
from casebook.storage import allocation as stored
from casebook.storage.tables import OPEN_WORK, Reminder, WorkItem

DUE = "reminder_due"


def remind(act: Act, reference: str, *, on: date, words: str, who: str | None = None) -> Summary:
    """Bring an application forward on a day: for whoever asks or, by those who give work, for somebody else."""
    act.allowed(Command.ADD_NOTE if who in {None, act.actor.id} else Command.ALLOCATE)
    application = act.application(reference)
    staff_id = who or act.actor.id
    known = stored.candidate(act.session, staff_id, on=on)
    refuse_all([
        given.why_not_words(words, "the reminder"),
        Reason("in_the_past", "a reminder is for today or later") if on < act.now.date() else None,
        Reason("unknown_staff", "there is no such member of staff") if known is None else None,
    ], InvalidAnswer)  # fmt: skip
    row = Reminder(
        id=next_id(act, Reminder, reference), reference=reference, staff_id=staff_id, on_day=on,
        words=words.strip(), made_by=act.actor.id, made_at=act.now, told_at=None,
    )  # fmt: skip
    act.session.add(row)
    act.record(application, "reminder_made", reminder=row.id, staff=staff_id, on=on.isoformat())
    return {"reference": reference, "reminder": row.id, "staff": staff_id, "on": on.isoformat()}


def due(act: Act) -> list[Reminder]:
    """Reminders whose day has come. A step of the sweep."""
    query = select(Reminder).where(Reminder.told_at.is_(None), Reminder.on_day <= act.now.date())
    return list(act.session.scalars(query.order_by(Reminder.id)))


def bring_forward(act: Act, rows: Sequence[Reminder]) -> tuple[Summaries, list[Reminder]]:
    """Tell each of them, or whoever covers for them."""
    away, done = stored.away(act.session), Summaries()
    for found in rows:
        row = act.session.get(Reminder, found.id, with_for_update=True, populate_existing=True)
        if row is None or row.told_at is not None:
            continue
        row.told_at = act.now
        application = act.application(row.reference)
        who = away.get(row.staff_id, row.staff_id)
        act.record(application, "reminder_told", reminder=row.id, staff=who)
        telling.tell(act, who, reference=row.reference, reason=DUE)
        done.append({"reminder": row.id, "staff": who})
    return done, []


def digest(act: Act) -> dict[str, Any]:
    """What waits for whoever asks: in ids and codes only, so that it can be sent.

    `late` and `due_today` are of what they claimed or what is reserved for them; `cases`: what they answer for, or cover.
    """
    act.allowed(Command.CLAIM_WORK)
    end = end_of_today(act)
    items = act.session.scalars(
        select(WorkItem).where(OPEN_WORK, WorkItem.owner == act.actor.id).order_by(WorkItem.due_at, WorkItem.id)
    ).all()
    covered = [absent for absent, cover in stored.away(act.session).items() if cover == act.actor.id]
    cases = {who: list(stored.owned_open(act.session, who)) for who in (act.actor.id, *covered)}
    return {
        "at": act.now.isoformat(),
        "late": [_line(item) for item in items if item.due_at is not None and item.due_at < act.now],
        "due_today": [_line(item) for item in items if item.due_at is not None and act.now <= item.due_at <= end],
        "later": sum(item.due_at is None or item.due_at > end for item in items),
        "cases": cases[act.actor.id],
        "covers": {who: cases[who] for who in covered},
        "notices": telling.unread(act),
    }


def _line(item: WorkItem) -> dict[str, object]:
    due_at = item.due_at.isoformat() if item.due_at else None
    return {
        "item": item.id,
        "reference": item.reference,
        "kind": item.kind,
        "due_at": due_at,
        "priority": item.priority,
    }

"""Planned absences: who covers, what is handed over, and how they begin and end."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from casebook.casework.allocation.telling import tell
from casebook.casework.chronology import notes
from casebook.casework.core import work_items
from casebook.casework.core.acting import Act, Summaries, Summary, refuse_all, refuse_because
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import allocation as rules
from casebook.domain.case.chronology import NoteCategory
from casebook.errors import NotFound
from casebook.storage import allocation as stored
from casebook.storage.tables import Absence


def plan(act: Act, staff_id: str, *, first: date, last: date, cover: str, handover: str | None = None) -> Summary:
    """Plan an absence. The cover must have the roles and the training; `handover` is written to each application they answer for.

    On its first day what they claimed goes back to the queue, and the cover stands for them; see `begin_and_end`.
    """
    act.allowed(Command.ALLOCATE)
    absent = stored.candidate(act.session, staff_id, on=first, until=last)
    if absent is None:
        raise NotFound(f"there is no member of staff {staff_id}")
    theirs = stored.owned_open(act.session, staff_id)
    covering = stored.candidate(act.session, cover, on=first, until=last)
    refuse_all([
        *rules.why_not_cover(absent, covering, first=first, last=last, today=act.now.date()),
        Reason("away_already", f"{staff_id} is away in that time already") if absent.absent else None,
        _why_not_handed_over(theirs, handover),
    ])  # fmt: skip
    row = Absence(
        id=secrets.token_hex(8), staff_id=staff_id, first_day=first, last_day=last, cover=cover, planned_by=act.actor.id,
        planned_at=act.now, begun_at=None, ended_at=None,
    )  # fmt: skip
    act.session.add(row)
    act.record(
        None, "absence_planned", staff=staff_id, cover=cover, first=first.isoformat(), last=last.isoformat(),
        cases=len(theirs),
    )  # fmt: skip
    for reference in theirs:
        notes.write(act, reference, category=NoteCategory.HANDOVER, words=handover or "")
    tell(act, cover, reference=None, reason="covers_for")
    if first <= act.now.date():
        _begin(act, row)
    return {
        "absence": row.id,
        "staff": staff_id,
        "cover": cover,
        "cases": list(theirs),
        "begun": row.begun_at is not None,
    }


def _why_not_handed_over(theirs: Sequence[str], handover: str | None) -> Reason | None:
    if not theirs or (handover or "").strip():
        return None
    return Reason("handover_missing", f"write what to hand over: they answer for {len(theirs)} open applications")


def cancel(act: Act, absence_id: str) -> Summary:
    """End an absence now, or before it began."""
    act.allowed(Command.ALLOCATE)
    row = act.session.get(Absence, absence_id, with_for_update=True)
    if row is None or row.ended_at is not None:
        refuse_because("no_such_absence", "there is no such absence, or it is over")
    _end(act, row)
    return {"absence": row.id, "staff": row.staff_id, "cover": row.cover}


def listing(act: Act) -> Summaries:
    """Absences that are planned or in progress, the first to begin first."""
    act.allowed(Command.LIST_WORK)
    rows = act.session.scalars(
        select(Absence).where(Absence.ended_at.is_(None)).order_by(Absence.first_day, Absence.id)
    )
    return [
        {
            "absence": row.id, "staff": row.staff_id, "cover": row.cover, "first": row.first_day.isoformat(),
            "last": row.last_day.isoformat(), "begun": row.begun_at is not None,
        }
        for row in rows
    ]  # fmt: skip


def due(act: Act) -> list[Absence]:
    """Absences that begin or are over today."""
    today = act.now.date()
    begins = Absence.begun_at.is_(None) & (Absence.first_day <= today)
    query = select(Absence).where(Absence.ended_at.is_(None), begins | (Absence.last_day < today))
    return list(act.session.scalars(query.order_by(Absence.id)))


def begin_and_end(act: Act, rows: Sequence[Absence]) -> tuple[Summaries, list[Absence]]:
    """A step of the sweep: begin the absences of today, and end those of yesterday."""
    done = Summaries()
    for found in rows:
        row = act.session.get(Absence, found.id, with_for_update=True, populate_existing=True)
        if row is None or row.ended_at is not None:
            continue
        if row.begun_at is None:
            _begin(act, row)
            done.append({"absence": row.id, "begun": True})
        if row.last_day < act.now.date():
            _end(act, row)
            done.append({"absence": row.id, "ended": True})
    return done, []


def _begin(act: Act, row: Absence) -> None:
    """Return what they claimed to the queue: the cover, or anybody of the role, takes it."""
    row.begun_at = act.now
    returned = work_items.return_items(act, row.staff_id, reserved=False)
    act.record(None, "absence_begun", staff=row.staff_id, cover=row.cover, returned=returned)


def _end(act: Act, row: Absence) -> None:
    row.ended_at = act.now
    act.record(None, "absence_ended", staff=row.staff_id, cover=row.cover)

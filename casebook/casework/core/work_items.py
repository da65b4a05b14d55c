"""Work items: opened for a need, found again while open, and what a stage waits for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.casework.core import clocks
from casebook.casework.core.acting import Act, policy_of
from casebook.domain.vocabulary import Priority
from casebook.domain.work import SPECS, Need
from casebook.storage.tables import OPEN_WORK, Application, Clock, WorkItem

# what an item is given each time it is opened
OPENED = ("stage", "role", "subject", "blocking", "priority", "owner", "reserved", "opened_at", "due_at", "claimed_at",
          "cancelled_at", "cancelled_why")  # fmt: skip


def open_item(act: Act, application: Application, need: Need) -> WorkItem | None:
    """Open the work item of a need, unless it was opened before; the caller speaks of it.

    One that was cancelled because nobody needed it any more is open again: it stands on the rung where it stood.
    """
    item, known = item_of(act, application, need), act.session.get(WorkItem, need.id(application.reference))
    if known is None:
        act.session.add(item)
        return item
    if known.cancelled_at is None:
        return None
    for name in OPENED:
        setattr(known, name, getattr(item, name))
    return known


def item_of(act: Act, application: Application, need: Need) -> WorkItem:
    """The work item of a need, not yet part of anything."""
    spec = SPECS[need.kind]
    whole = replace(
        need,
        blocking=spec.blocking if need.blocking is None else need.blocking,
        priority=need.priority or Priority(application.priority),
        due_at=need.due_at or _due(act, application, need),
    )
    return item_row(act, whole, reference=application.reference, stage=spec.stage or application.stage)


def item_row(act: Act, need: Need, *, reference: str | None = None, stage: str | None = None) -> WorkItem:
    """The row of a need that says all itself, also of one that belongs to no application."""
    return WorkItem(
        id=need.id(reference), reference=reference, kind=need.kind, stage=stage, role=need.role or SPECS[need.kind].roles[0],
        key=need.key, subject=dict(need.subject), blocking=bool(need.blocking), priority=need.priority or Priority.STANDARD,
        owner=need.owner, reserved=need.owner is not None, opened_at=act.now, due_at=need.due_at, escalation_level=0,
        claimed_at=None, done_at=None, done_by=None, answer=None, cancelled_at=None, cancelled_why=None,
    )  # fmt: skip


def open_items(act: Act, application: Application, needs: Iterable[Need], because: str) -> list[WorkItem]:
    """Open what is not open yet, and say so in one ledger entry."""
    opened = [item for need in needs if (item := open_item(act, application, need))]
    if opened:
        act.record(application, "work_opened", because=because, kinds=sorted(item.kind for item in opened))
    return opened


def _due(act: Act, application: Application, need: Need) -> datetime | None:
    if (allowance := policy_of(application).work_allowance(need.kind)) is not None:
        return clocks.due_from(
            act.now, allowance.allowance(need.priority or Priority(application.priority)).value, application
        )
    limit = SPECS[need.kind].limit
    clock = act.session.get(Clock, clocks.clock_id(application.reference, limit)) if limit else None
    return clock.due_at if clock else None


def open_work(session: Session, application: Application) -> Sequence[WorkItem]:
    """Everything somebody still has to do about an application."""
    return session.scalars(select(WorkItem).where(WorkItem.reference == application.reference, OPEN_WORK)).all()


def blocking(session: Session, application: Application) -> list[WorkItem]:
    """The open items that its stage waits for."""
    session.flush()
    return [item for item in open_work(session, application) if item.blocking]

"""Conflicts of interest, declared by staff or found by others. The work of somebody barred is found and done again."""

from __future__ import annotations

from sqlalchemy import select

from casebook.casework.core import conflict, work_items
from casebook.casework.core.acting import Act, Summary, refuse_because
from casebook.casework.governance import superseding
from casebook.domain.authority import Command
from casebook.errors import InvalidAnswer, NotFound, NotPermitted, Refused
from casebook.storage.tables import Application, Staff, WorkItem

REASON = "whoever gave this answer has a conflict of interest"


def declare(act: Act, reference: str, *, conflict: str, reason: str) -> Summary:
    """Say whether the actor has a conflict of interest in this application. `conflict`: yes or no."""
    if not act.actor.is_person:
        refuse_because("not_a_person", "only a member of staff can declare a conflict of interest", NotPermitted)
    if conflict not in {"yes", "no"}:
        refuse_because("yes_or_no", "say yes or no: do you have a conflict of interest?", InvalidAnswer)
    return _record(act, reference, act.actor.id, conflicted=conflict == "yes", reason=reason)


def find(act: Act, reference: str, *, staff: str, reason: str) -> Summary:
    """Record that somebody else has a conflict of interest. They are barred from the application."""
    act.allowed(Command.FIND_CONFLICT)
    if act.session.get(Staff, staff) is None:
        raise NotFound(f"there is no member of staff {staff}")
    return _record(act, reference, staff, conflicted=True, reason=reason)


def _record(act: Act, reference: str, staff_id: str, *, conflicted: bool, reason: str) -> Summary:
    if not reason.strip():
        refuse_because("reason_missing", "give the reason, in words", InvalidAnswer)
    application = act.application(reference)
    if not conflicted and conflict.conflicted(act, reference, staff_id):
        refuse_because("barred", "a conflict of interest was recorded: you cannot take that back yourself")
    conflict.record(act, application, staff_id, conflicted=conflicted, reason=reason)
    frozen = application.frozen_at is not None  # then nothing is done again before it is unfrozen
    again = _done_again(act, application, staff_id) if conflicted and not frozen else []
    return {"reference": reference, "staff": staff_id, "conflicted": conflicted, "done_again": again}


def _done_again(act: Act, application: Application, staff_id: str) -> list[str]:
    """Return what somebody barred had claimed, and supersede what they answered, the latest first. Returns the items."""
    work_items.return_items(act, staff_id, only=application)
    query = select(WorkItem).where(
        WorkItem.reference == application.reference, WorkItem.done_by == staff_id, WorkItem.superseded_at.is_(None)
    )
    again = []
    for item in act.session.scalars(query.order_by(WorkItem.done_at.desc())).all():
        try:
            superseding.set_aside(act, application, item, reason=REASON)
        except Refused:
            continue  # it cannot be taken back, or does not stand any more
        again.append(item.id)
    return again

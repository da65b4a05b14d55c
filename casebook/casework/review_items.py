"""Work items of the review: they belong to no application of the casebook, and their subject says which past one they are of."""

from __future__ import annotations

from casebook.casework.acting import Act
from casebook.domain.vocabulary import Priority
from casebook.domain.work import SPECS, Need
from casebook.storage.tables import WorkItem


def open_item(act: Act, need: Need) -> WorkItem:
    """The item of a need that belongs to no application; the caller speaks of it."""
    item_id = need.id(None)
    if (there := act.session.get(WorkItem, item_id)) is not None:
        return there
    item = WorkItem(
        id=item_id, reference=None, kind=need.kind, stage=None, role=need.role or SPECS[need.kind].roles[0], key=need.key,
        subject=dict(need.subject), blocking=False, priority=need.priority or Priority.STANDARD, owner=need.owner,
        reserved=need.owner is not None, opened_at=act.now, due_at=need.due_at, escalation_level=0, claimed_at=None,
        done_at=None, done_by=None, answer=None, cancelled_at=None, cancelled_why=None,
    )  # fmt: skip
    act.session.add(item)
    return item


def opens(act: Act, need: Need) -> bool:
    """Whether the item is new."""
    if act.session.get(WorkItem, need.id(None)) is not None:
        return False
    open_item(act, need)
    return True

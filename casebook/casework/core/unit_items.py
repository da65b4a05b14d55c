"""Work items that belong to no application of the casebook, such as those of the unit, the monitor and the review."""

from __future__ import annotations

from casebook.casework.core.acting import Act
from casebook.casework.core.work_items import item_row
from casebook.domain.work import Need
from casebook.storage.tables import WorkItem


def open_item(act: Act, need: Need) -> WorkItem:
    """Open a work item that belongs to no application, or return the existing one. The caller records it in the ledger."""
    if (existing := act.session.get(WorkItem, need.id(None))) is not None:
        return existing
    item = item_row(act, need)
    act.session.add(item)
    return item


def opens(act: Act, need: Need) -> bool:
    """Open the work item if there is none. Returns whether it is new."""
    if act.session.get(WorkItem, need.id(None)) is not None:
        return False
    open_item(act, need)
    return True

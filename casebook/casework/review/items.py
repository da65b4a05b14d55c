"""Work items of the review: they belong to no application of the casebook, and their subject says which past one they are of."""

from __future__ import annotations

from casebook.casework.core.acting import Act
from casebook.casework.core.work_items import item_row
from casebook.domain.work import Need
from casebook.storage.tables import WorkItem


def open_item(act: Act, need: Need) -> WorkItem:
    """The item of a need that belongs to no application; the caller speaks of it."""
    if (there := act.session.get(WorkItem, need.id(None))) is not None:
        return there
    item = item_row(act, need)
    act.session.add(item)
    return item


def opens(act: Act, need: Need) -> bool:
    """Whether the item is new."""
    if act.session.get(WorkItem, need.id(None)) is not None:
        return False
    open_item(act, need)
    return True

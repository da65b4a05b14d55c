"""Signing as careful staff do: they open what they sign, and read it first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from casebook.casework import work_queue
from casebook.casework.core.acting import Act
from casebook.casework.reporting import viewing
from casebook.errors import Refused
from casebook.storage.tables import WorkItem

READING = timedelta(minutes=20)


def telling(*items: str) -> dict[str, Any]:
    """What a chair chooses to be told, in a phrase that fits every record."""
    return {"items": list(items), "words": [{"item": item, "phrases": ["worries"]} for item in items]}


def read_and_do(act: Act, item: WorkItem, answer: object, *, before: datetime | None = None) -> WorkItem:
    """Open the application of an item, read it, and answer the item. Whoever may not open it answers without.

    `before`: when that was done which the answer reports; they have read it by then.
    """
    if item.reference:
        with suppress(Refused):
            viewing.show(replace(act, now=(before or act.now) - READING), item.reference)
    return work_queue.do(act, item.id, answer)

"""Disposal: erases what reviewers wrote about an application of the casebook, and cancels its open work items."""

from __future__ import annotations

from casebook.casework.core.acting import Act
from casebook.storage.review import cases as work
from casebook.storage.review import live


def forget(act: Act, reference: str) -> int:
    """Erase the reviewers' texts. Their findings stay as codes. Returns the number of rows. The caller records it in the ledger."""
    anchor = live.row_id(reference)
    opinions, items, steps = work.written_of(act.session, anchor, reference)
    for opinion in opinions:
        opinion.reasons = opinion.explanation = None
    for step in steps:
        step.note, step.plan = "", None
    for item in items:
        item.answer = None
        if item.done_at is None and item.cancelled_at is None:
            item.cancelled_at, item.cancelled_why = act.now, "disposed"
    return len(opinions) + len(items) + len(steps)

"""What an earlier list told of a case, on its page: told, and not seen here."""

from __future__ import annotations

from collections.abc import Iterator

from casebook.case_page.blocks import ApplicationView, Block, clean, paragraph, rows
from casebook.domain import words


def told(application: ApplicationView) -> Iterator[Block]:
    """One line for each thing that was told. No gate reads it."""
    for row in rows(application, "told_record"):
        when = clean(row["told_on"] or row["written"])
        who = clean(row["told_by"])
        head = words.TOLD_STEP.of(row["step"]) + (f", {when}" if when else "") + (f", by {who}" if who else "")
        yield from paragraph(head, row["words"])

"""On the page of a case: what an earlier list told of it, and what supervisors found when they looked at the work on it."""

from __future__ import annotations

from collections.abc import Iterator

from casebook.case_page.blocks import ApplicationView, PageBlock, clean, moment, paragraph, rows
from casebook.domain import words
from casebook.domain.case import open_check


def told(application: ApplicationView) -> Iterator[PageBlock]:
    """One line for each thing that was told. No gate reads it."""
    for row in rows(application, "told_record"):
        when = clean(row["told_on"] or row["written"])
        who = clean(row["told_by"])
        head = words.TOLD_STEP.of(row["step"]) + (f", {when}" if when else "") + (f", by {who}" if who else "")
        yield from paragraph(head, row["words"])


def checks(application: ApplicationView) -> Iterator[PageBlock]:
    """Whose work was looked at, by whom, and what was wrong."""
    for row in rows(application, "open_check"):
        head = f"{row['staff_id']}, by {row['checked_by']} {moment(row['checked_at'])}"
        wrong = open_check.faults(row["points"])
        yield from paragraph(
            head, "nothing wrong" if not wrong else f"{len(wrong)} of {len(row['points'])} points wrong"
        )
        for point in wrong:
            yield from paragraph(f"not so: {words.CHECK_POINT.of(point)}", indent=5)
        if row["words"]:
            yield from paragraph(clean(row["words"]), indent=5)

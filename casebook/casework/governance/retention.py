"""Retention: applications, and rejected rows that were read, whose retention period is over are proposed for disposal.

Two people dispose of them. An application under a legal hold is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casebook import markdown
from casebook.casework.core.acting import Act
from casebook.casework.core.notices import notify
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Role
from casebook.storage.case import retention as stored
from casebook.storage.documents import policy_of
from casebook.storage.tables import RejectedRow


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A closed application, or a rejected row that was read, whose retention period is over."""

    reference: str  # of the application, or the id of the row
    closed_at: datetime  # or read
    over_since: datetime
    legal_hold: bool  # if so, it is kept, whatever its age
    rejected_row: bool = False


def over(act: Act) -> list[Kept]:
    """Closed applications and rejected rows whose retention period is over, oldest first. Those under a legal hold too.

    The period runs from the closing or the end of the watch, whichever is later; of a row, from when it was read.
    """
    act.allowed(Command.SEE_OTHER_CASES)
    least = min(policy.retention.application_years.value for policy in act.documents.policies())
    long_ago = years_after(act.now, -least)
    ended_long_ago = [
        Kept(
            reference=application.reference,
            closed_at=ended,
            over_since=years_after(ended, policy_of(application).retention.application_years.value),
            legal_hold=application.legal_hold,
        )
        for application, ended in stored.ended_before(act.session, long_ago)
    ] + [_row(act, row, read_at) for row, read_at in stored.read_before(act.session, long_ago)]
    return sorted(
        (kept for kept in ended_long_ago if kept.over_since <= act.now),
        key=lambda kept: (kept.over_since, kept.reference),
    )


def _row(act: Act, row: RejectedRow, read_at: datetime) -> Kept:
    years = act.documents.policy_on(row.kept_at).retention.application_years.value
    over_since = years_after(read_at, years)
    return Kept(reference=row.id, closed_at=read_at, over_since=over_since, legal_hold=False, rejected_row=True)


def propose(act: Act) -> list[Kept]:
    """List them, and notify the head of unit once a month while any of them can be disposed of."""
    kept = over(act)
    if any(not application.legal_hold for application in kept):
        notify(act, None, role=Role.HEAD_OF_UNIT, reason="retention_over", key=f"{act.now:%Y-%m}")
    return kept


def page(kept: Sequence[Kept]) -> str:
    """The list as a page."""
    lines = [
        "# Retention period over",
        "",
        "Two people dispose of an application with `casebook applications dispose REF --reason CODE`,",
        "and of a rejected row with `casebook applications dispose-row REF --reason CODE`.",
        "",
    ]
    rows = (
        (
            application.reference,
            f"{application.closed_at:%d %b %Y}",
            f"{application.over_since:%d %b %Y}",
            "under legal hold: kept" * application.legal_hold + "a rejected row" * application.rejected_row,
        )
        for application in kept
    )
    return "\n".join(
        [*lines, *(markdown.table(("application", "ended", "over since", ""), rows) if kept else ["None."])]
    )


def years_after(moment: datetime, years: int) -> datetime:
    """The same day and time `years` later; of 29 February, 1 March."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + years, month=3, day=1)

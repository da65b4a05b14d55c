"""The morning digest by the configured channels: to each role, which applications it is late with and which are due today.

References and reasons only. What one member of staff has claimed is in their own digest (`work digest`).
"""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from casebook import policies
from casebook.casework.allocation.workload import end_of_today
from casebook.casework.core import notices
from casebook.casework.core.acting import Act
from casebook.casework.core.notices import NoticeToRole
from casebook.domain import deadlines
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import SPECS
from casebook.storage.tables import OPEN_WORK, WorkItem

LATE, DUE_TODAY = "digest_late", "digest_due_today"
MORNING = time(7)  # before the day begins; a first sweep later in the day sends the same


def queue(act: Act) -> int:
    """Queue this morning's notices. Queueing again on the same day adds nothing: they say how it stood that morning."""
    morning = _morning(act)
    if morning is None:
        return 0
    query = select(WorkItem.role, WorkItem.reference, WorkItem.kind, WorkItem.due_at)
    query = query.where(OPEN_WORK, WorkItem.opened_at < morning, WorkItem.due_at <= end_of_today(act))
    wanted = [
        NoticeToRole(
            reference=reference, role=Role(role), reason=LATE if due_at < morning else DUE_TODAY, key=f"{morning:%Y-%m-%d}"
        )
        for role, reference, kind, due_at in act.session.execute(query.order_by(WorkItem.due_at, WorkItem.id))
        if not SPECS[WorkKind(kind)].confidential
    ]  # fmt: skip
    return len(notices.notify_all(act, wanted))


def _morning(act: Act) -> datetime | None:
    """The morning of today where the unit is; None before it, and on days on which nobody is in."""
    policy = act.documents.policy_on(act.now)
    here = act.now.astimezone(ZoneInfo(policy.calendar.timezone))
    if here.time() < MORNING or here.weekday() >= deadlines.SATURDAY or here.date() in policies.BankHolidays(policy):
        return None
    return datetime.combine(here.date(), MORNING, here.tzinfo)

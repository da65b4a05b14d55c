"""The limit of the whole process of each application: made, on course, at risk or breached, and why. In SQL.

Whether it was in time is what `casework.reporting.force_figures` reports; a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, or_, select

from casebook.domain.vocabulary import Limit, Priority, WorkKind
from casebook.storage.reporting.board import FORESEEN
from casebook.storage.tables import OPEN_WORK, Application, Clock, WorkItem

WholeStanding = Literal["made", "on_course", "at_risk", "breached"]


def standings(now: datetime, soon: Mapping[Priority, timedelta], *, since: datetime) -> Subquery:
    """Reference, standing and the reason of a breach. `since`: limits that fell due before and are over are left out.

    At risk: still running, and due soon, or somebody foresaw that it will be late. An application without the limit, or that
    ended early before it was met, has no row.
    """
    near = or_(
        *(and_(Application.priority == priority, Clock.due_at <= now + ahead) for priority, ahead in soon.items())
    )
    standing = case(
        (Clock.met_at <= Clock.due_at, "made"),
        (or_(Clock.met_at.is_not(None), Clock.due_at < now), "breached"),
        (or_(near, _is_foreseen()), "at_risk"),
        else_="on_course",
    )
    is_running = Application.closed_at.is_(None)
    counts = and_(
        Application.merged_into.is_(None), Clock.due_at.is_not(None), or_(Clock.met_at.is_not(None), is_running),
        or_(Clock.due_at >= since, and_(Clock.met_at.is_(None), is_running)),
    )  # fmt: skip
    query: Select[Any] = (
        select(Application.reference, standing.label("standing"), Clock.overrun_reason.label("because"))
        .join(Clock, and_(Clock.reference == Application.reference, Clock.limit_name == Limit.WHOLE_PROCESS))
        .where(counts)
    )
    return query.subquery()


def _is_foreseen() -> ColumnElement[bool]:
    return (
        select(WorkItem.id)
        .where(
            WorkItem.reference == Application.reference,
            OPEN_WORK,
            WorkItem.kind == WorkKind.ACKNOWLEDGE_ESCALATION,
            WorkItem.subject["reason"].astext.in_(FORESEEN),
        )
        .exists()
    )

"""The data of a forecast: when applications arrived, how long each part of the work took, who is there to do it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from casebook.domain.vocabulary import Limit, Role, Stage, WorkKind
from casebook.storage.people import present
from casebook.storage.tables import Application, Clock, Decision, WorkItem


class Waiting(NamedTuple):
    """An open application with a limit that is not met yet."""

    reference: str
    stage: str
    submitted_at: datetime
    due_at: datetime


def arrivals(session: Session) -> list[datetime]:
    return list(session.scalars(select(Application.received_at).order_by(Application.received_at)))


def waiting(session: Session) -> list[Waiting]:
    query = (
        select(Application.reference, Application.stage, Application.submitted_at, Clock.due_at)
        .join(Clock, and_(Clock.reference == Application.reference, Clock.limit_name == Limit.WHOLE_PROCESS))
        .where(Application.stage != Stage.CLOSED, Clock.met_at.is_(None), Clock.due_at.is_not(None))
        .order_by(Application.submitted_at, Application.reference)
    )
    return [Waiting(*row) for row in session.execute(query)]


def research_days(session: Session) -> list[float]:
    """Days that researchers spent on each application: from claiming an item to doing it, added up."""
    spent = func.extract("epoch", WorkItem.done_at - func.coalesce(WorkItem.claimed_at, WorkItem.opened_at)) / 86400
    kinds = (WorkKind.RETURN_SEARCH, WorkKind.REVIEW_MATCH, WorkKind.SIGN_OFF_IDENTITY)
    query = select(func.sum(spent)).where(WorkItem.kind.in_(kinds), WorkItem.done_at.is_not(None))
    return sorted(max(0.0, float(days)) for days in session.scalars(query.group_by(WorkItem.reference)))


def decisions(session: Session) -> list[datetime]:
    return list(session.scalars(select(Decision.occurred_at).order_by(Decision.occurred_at)))


def delivery_days(session: Session) -> list[float]:
    """Days from each decision to its first delivery."""
    query = (
        select(Clock.met_at, Decision.occurred_at)
        .join(Decision, and_(Decision.reference == Clock.reference, Decision.superseded.is_(False)))
        .where(Clock.limit_name == Limit.WHOLE_PROCESS, Clock.met_at >= Decision.occurred_at)
    )
    return sorted((met - decided).total_seconds() / 86400 for met, decided in session.execute(query))


def researchers(session: Session) -> int:
    return sum(Role.RESEARCHER in roles for roles in present(session).values())

"""Meetings of the panel: the cases on their agenda, those that wait for a panel, and what agencies said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook.domain.vocabulary import Limit, WorkKind
from casebook.storage.read_once import read_once
from casebook.storage.tables import OPEN_WORK, AgencyStatement, Application, Clock, Panel, PanelMeeting, WorkItem


def agenda_of(session: Session, meeting: str) -> Sequence[tuple[Panel, Application]]:
    """The panels that a meeting hears, in the order in which they were put on its agenda, each with its application."""
    query = (
        select(Panel, Application)
        .join(Application, Application.reference == Panel.reference)
        .where(Panel.meeting_id == meeting)
        .order_by(Panel.convened_at, Panel.reference, Panel.version)
    )
    return session.execute(query).tuples().all()


def waiting_for_panel(session: Session) -> Sequence[tuple[Application, str]]:
    """Applications for which nobody has convened a panel, each with its item, the first to be late first."""
    query = (
        select(Application, WorkItem.id)
        .join(WorkItem, WorkItem.reference == Application.reference)
        .where(OPEN_WORK, WorkItem.kind == WorkKind.CONVENE_PANEL)
        .order_by(WorkItem.due_at.nulls_last(), Application.reference)
    )
    return session.execute(query).tuples().all()


def process_due(session: Session, reference: str) -> datetime | None:
    """When the whole process of an application is due; None if it was met, or has no limit."""
    clock = session.get(Clock, f"{reference}:{Limit.WHOLE_PROCESS}")
    return clock.due_at if clock is not None and clock.met_at is None else None


@read_once
def statements_of(session: Session, reference: str) -> Sequence[AgencyStatement]:
    """What agencies said about an application, in the order in which they said it."""
    query = select(AgencyStatement).where(AgencyStatement.reference == reference)
    return session.scalars(query.order_by(AgencyStatement.said_at, AgencyStatement.id)).all()


def meetings_on(session: Session, start: str) -> int:
    """How many meetings have an id that begins so."""
    query = select(func.count()).select_from(PanelMeeting).where(PanelMeeting.id.startswith(start, autoescape=True))
    return session.scalar(query) or 0

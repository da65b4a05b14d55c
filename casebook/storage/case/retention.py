"""Closed applications and rejected rows by the moment at which their retention period begins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook.domain.vocabulary import Stage
from casebook.storage.tables import Application, RejectedRow, Watch


def ended_before(session: Session, moment: datetime) -> list[tuple[Application, datetime]]:
    """Applications not yet disposed of that were closed before the moment, and whose watch, if any, had ended.

    Each with the moment at which its retention period begins.
    """
    ended = func.greatest(Application.closed_at, func.coalesce(Watch.until, Application.closed_at))
    query = (
        select(Application, ended)
        .outerjoin(Watch, Watch.reference == Application.reference)
        .where(Application.stage == Stage.CLOSED, Application.disposed_at.is_(None), ended <= moment)
        .where(Application.merged_into.is_(None))  # a duplicate goes with the one it was merged into
    )
    return [(application, at) for application, at in session.execute(query)]


def read_before(session: Session, moment: datetime) -> list[tuple[RejectedRow, datetime]]:
    """Rejected rows not yet disposed of that were read before the moment, and when. One with an application goes with it."""
    query = select(RejectedRow, RejectedRow.read_at).where(
        RejectedRow.read_at <= moment, RejectedRow.disposed_at.is_(None), RejectedRow.reference.is_(None)
    )
    return [(row, at) for row, at in session.execute(query) if at is not None]

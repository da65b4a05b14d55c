"""Closed applications by the moment at which their retention period begins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook.domain.vocabulary import Stage
from casebook.storage.tables import Application, Watch


def ended_before(session: Session, moment: datetime) -> list[tuple[Application, datetime]]:
    """Applications not yet disposed of that were closed before the moment, and whose watch, if any, had ended.

    Each with the moment at which its retention period begins.
    """
    ended = func.greatest(Application.closed_at, func.coalesce(Watch.until, Application.closed_at))
    query = (
        select(Application, ended)
        .outerjoin(Watch, Watch.reference == Application.reference)
        .where(Application.stage == Stage.CLOSED, Application.disposed_at.is_(None), ended <= moment)
    )
    return [(application, at) for application, at in session.execute(query)]

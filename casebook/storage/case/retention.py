"""Closed applications by the moment from which their retention counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook.domain.vocabulary import Stage
from casebook.storage.tables import Application, Watch


def ended_before(session: Session, moment: datetime) -> list[tuple[Application, datetime]]:
    """Those not disposed of whose closure, and whose watch if they had one, ended before; with that moment."""
    ended = func.greatest(Application.closed_at, func.coalesce(Watch.until, Application.closed_at))
    query = (
        select(Application, ended)
        .outerjoin(Watch, Watch.reference == Application.reference)
        .where(Application.stage == Stage.CLOSED, Application.disposed_at.is_(None), ended <= moment)
    )
    return [(application, at) for application, at in session.execute(query)]

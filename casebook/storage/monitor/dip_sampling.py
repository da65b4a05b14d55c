"""Closed decisions, and those that were drawn to be made a second time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.domain.monitor.decision_monitor import DISCLOSED, NOT_DISCLOSED
from casebook.domain.vocabulary import Stage
from casebook.storage.tables import Application, Approval, Decision, DipSample


def closed(session: Session, *, since: datetime) -> Sequence[tuple[Decision, Application]]:
    """Approved decisions of applications closed since. Restricted, frozen and disposed ones are left out."""
    query = (
        select(Decision, Application)
        .join(Application, Application.reference == Decision.reference)
        .join(Approval, Approval.decision_id == Decision.id)
        .where(
            Approval.approved,
            Decision.superseded.is_(False),
            Decision.outcome.in_([*DISCLOSED, *NOT_DISCLOSED]),
            Application.stage == Stage.CLOSED,
            Application.restricted.is_(False),
            Application.frozen_at.is_(None),
            Application.disposed_at.is_(None),
            Application.closed_at >= since,
        )
        .order_by(Decision.id)
    )
    return session.execute(query).tuples().all()


def drawn(session: Session) -> set[str]:
    """Ids of the decisions that were drawn, whether answered or not."""
    return set(session.scalars(select(DipSample.decision_id)))


def samples(session: Session) -> Sequence[DipSample]:
    return session.scalars(select(DipSample).order_by(DipSample.drawn_at, DipSample.id)).all()

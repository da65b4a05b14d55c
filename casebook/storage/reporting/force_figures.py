"""The rows behind the figures that a force reports, one for each application: codes and times, nothing personal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from casebook.storage.tables import Application, Decision, LedgerEntry


class ForceCase(NamedTuple):
    reference: str
    route: str
    applicant: str
    submitted_at: datetime
    closed_at: datetime | None
    outcome: str | None
    refusal_reason: str | None


def cases(session: Session, begin: datetime | None, end: datetime | None) -> list[ForceCase]:
    """Every application submitted from `begin` to before `end`, with the reason of its standing decision."""
    query = (
        select(
            Application.reference, Application.route, Application.applicant, Application.submitted_at, Application.closed_at,
            Application.outcome, Decision.refusal_reason,
        )
        .outerjoin(Decision, and_(Decision.reference == Application.reference, Decision.superseded.is_(False)))
        .where(Application.merged_into.is_(None))  # a duplicate is the same application as the one it was merged into
        .order_by(Application.submitted_at, Application.reference, Decision.version)
    )  # fmt: skip
    if begin is not None:
        query = query.where(Application.submitted_at >= begin)
    if end is not None:
        query = query.where(Application.submitted_at < end)
    return list({row.reference: ForceCase(*row) for row in session.execute(query)}.values())


def moves(session: Session) -> Sequence[Row[Any]]:
    """Every change of stage, also from closed to open: reference, moment, from, to."""
    origin, to = LedgerEntry.body["origin"].astext, LedgerEntry.body["to"].astext
    query = (
        select(LedgerEntry.chain, LedgerEntry.at, origin.label("origin"), to.label("to"))
        .where(LedgerEntry.event == "stage_changed")
        .order_by(LedgerEntry.chain, LedgerEntry.sequence)
    )
    return session.execute(query).all()

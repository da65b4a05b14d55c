"""What the recalculation of open deadlines needs in addition to the clocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.storage.sweep.escalations import among
from casebook.storage.tables import OPEN_WORK, Proposal, WorkItem


def open_items(session: Session, references: Iterable[str]) -> Sequence[WorkItem]:
    query = select(WorkItem).where(among(WorkItem.reference, references), OPEN_WORK).order_by(WorkItem.id)
    return session.scalars(query.with_for_update()).all()


def lowered(session: Session, references: Iterable[str]) -> frozenset[str]:
    """The applications whose priority two people have lowered at some time."""
    query = select(Proposal.reference).where(
        among(Proposal.reference, references),
        Proposal.what.startswith("lower_priority:"),
        Proposal.second_by.is_not(None),
    )
    return frozenset(session.scalars(query))

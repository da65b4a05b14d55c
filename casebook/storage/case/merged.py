"""Which applications are one file."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.storage.tables import Application


def files_of(session: Session, reference: str) -> list[str]:
    """The references that are one file: an application, and those that were merged into it."""
    query = select(Application.reference).where(Application.merged_into == reference)
    return [reference, *session.scalars(query.order_by(Application.reference))]

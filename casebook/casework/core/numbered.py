"""Ids of rows that an application can have any number of: the table, the reference, and how many there were before."""

from __future__ import annotations

from sqlalchemy import func, select

from casebook.casework.core.acting import Act
from casebook.domain import chain
from casebook.storage.tables import Base


def next_id(act: Act, table: type[Base], reference: str) -> str:
    """The id of the next row of an application, which the caller has locked."""
    earlier = select(func.count()).select_from(table).where(table.__table__.c.reference == reference)
    return chain.identity(table.__tablename__, reference, act.session.scalar(earlier))

"""The table of what did not land when a source was loaded."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, JsonList


class MissingRows(Base):
    """The rows of one loaded file that did not land. While a list is neither accepted nor replaced, its source is not whole."""

    __tablename__ = "missing_rows"
    __table_args__ = (
        CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name="accepted_by_somebody"),
        Index("ix_missing_rows_in_force", "source", "file", postgresql_where=text("replaced_at IS NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    file: Mapped[str]  # persons or records
    rows: Mapped[int]  # that did not land
    rows_in_file: Mapped[int]
    digest: Mapped[str]  # of these rows: the same ones are known again
    faults: Mapped[JsonList]  # line, column and code of each, never a value; of a long list the first
    loaded_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]  # by a later load
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None]
    accepted_because: Mapped[str | None]  # a code

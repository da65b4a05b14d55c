"""Applications that somebody is still taking down, at the counter or on the phone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json


class IntakeDraft(Base):
    """A draft. Its cells are those of a row of applications.csv, and are emptied once it is an application or was dropped."""

    __tablename__ = "intake_draft"
    personal = ("cells",)

    id: Mapped[str] = mapped_column(primary_key=True)
    cells: Mapped[Json]  # column -> what was said
    started_by: Mapped[str]
    started_at: Mapped[datetime]  # the moment of submission: every clock of the application starts here
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    dropped_because: Mapped[str | None]  # a code
    taken_in: Mapped[str | None] = mapped_column(ForeignKey("application.reference"))

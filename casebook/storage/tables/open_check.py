"""Dip-checks of open cases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json


class OpenCheck(Base):
    """A supervisor looked at somebody's work on an open case."""

    __tablename__ = "open_check"
    __table_args__ = (CheckConstraint("checked_by <> staff_id", name="two_people"),)
    personal = ("words",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)  # whose work it is
    stage: Mapped[str]  # in which the case was
    points: Mapped[Json]  # point -> result, codes only
    words: Mapped[str | None]
    checked_by: Mapped[str]
    checked_at: Mapped[datetime]

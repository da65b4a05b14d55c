"""The tables of the panel's day: its meetings, and what each agency said about a case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json, JsonList


class PanelMeeting(Base):
    """A meeting at which the panels of several applications sit. Its agenda is those panels."""

    __tablename__ = "panel_meeting"

    id: Mapped[str] = mapped_column(primary_key=True)  # its local day and a number
    meets_at: Mapped[datetime]
    chair: Mapped[str]
    members: Mapped[JsonList]  # besides the chair: [{"staff": ..., "agency": ...}]
    presence: Mapped[Json]  # staff id -> present | apologies
    called_by: Mapped[str]
    called_at: Mapped[datetime]


class AgencyStatement(Base):
    """What an agency said to the panel about an application. It is never changed: the agency may say more."""

    __tablename__ = "agency_statement"
    __table_args__ = (
        CheckConstraint("handling IN ('P', 'C')", name="handling"),
    )  # fmt: skip
    personal = ("said_by", "said", "conditions")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    version: Mapped[int]  # the round in which it was said
    agency: Mapped[str]
    said_by: Mapped[str | None]  # who spoke for the agency; None once it was disposed of
    said: Mapped[str | None]
    handling: Mapped[str]  # P: sharing permitted | C: sharing with conditions
    conditions: Mapped[str | None]
    said_at: Mapped[datetime]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]

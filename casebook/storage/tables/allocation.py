"""Who answers for an application, who is away and who covers for them, and what each member of staff is told."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base


class CaseOwner(Base):
    """A case officer's time with an application. One at a time is not ended."""

    __tablename__ = "case_owner"
    __table_args__ = (
        Index("uq_case_owner_now", "reference", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_case_owner_staff", "staff_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    since: Mapped[datetime]
    assigned_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]


class Absence(Base):
    """A planned absence. It begins and ends with the sweep of its first day and of the day after its last."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="in_order"),
        CheckConstraint("cover <> staff_id", name="two_people"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    cover: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    planned_by: Mapped[str]
    planned_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # it is over, or was cancelled


class StaffNotice(Base):
    """What one member of staff is told about their own work: a reference and a reason, nothing else."""

    __tablename__ = "staff_notice"
    __table_args__ = (Index("ix_staff_notice_unread", "staff_id", postgresql_where=text("read_at IS NULL")),)
    ledgered = False

    id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    reference: Mapped[str | None]
    reason: Mapped[str]
    by: Mapped[str]
    told_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Reminder(Base):
    """Something to be brought forward on a day: for one member of staff, about one application."""

    __tablename__ = "reminder"
    personal = ("words",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    on_day: Mapped[date] = mapped_column(Date)
    words: Mapped[str | None]  # None once it was disposed of
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    told_at: Mapped[datetime | None]

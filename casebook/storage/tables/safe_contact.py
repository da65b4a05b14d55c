"""When and how somebody may safely be contacted, and every change of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json, JsonList


class SafeContact(Base):
    """The safe-contact plan of one party: when and how they may be contacted. No row or no channel means not at all."""

    __tablename__ = "safe_contact"
    personal = ("code_word", "days", "windows", "interpreter")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    party: Mapped[str]
    channel: Mapped[str | None]
    days: Mapped[JsonList]  # mon..sun
    windows: Mapped[JsonList]  # [["09:00", "11:30"], ...] Europe/London
    voicemail: Mapped[bool]
    code_word: Mapped[str | None]
    interpreter: Mapped[str | None]
    confirmed_at: Mapped[datetime]
    confirmed_by: Mapped[str]


class SafeContactChange(Base):
    """One change of a safe-contact plan: who asked for it, how they were identified, and the plan before and after it.

    `safe_contact` has the plan in force. A wider plan is not in force before a second person has agreed.
    """

    __tablename__ = "safe_contact_change"
    __table_args__ = (
        UniqueConstraint("reference", "party", "number"),
        CheckConstraint("second_by <> recorded_by", name="two_people"),
        CheckConstraint("(agreed IS NULL) = (second_by IS NULL)", name="agreed_by_somebody"),
    )
    personal = ("before", "after", "second_reason")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    party: Mapped[str]
    number: Mapped[int]  # of this party's changes, from 1
    effect: Mapped[str]  # see PlanEffect
    widens: Mapped[JsonList]  # channel | hours | voicemail | code_word
    before: Mapped[Json | None]  # the plan that was in force; empty only once it is erased
    after: Mapped[Json | None]
    asked_by: Mapped[str]
    identified_by: Mapped[str]
    asked_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]  # of a call-back
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    agreed: Mapped[bool | None]  # by a second person, who agreed or looked at it afterwards
    second_by: Mapped[str | None]
    second_at: Mapped[datetime | None]
    second_reason: Mapped[str | None]

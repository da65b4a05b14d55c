"""What an earlier list told of a case that was taken over. It was told, and nobody saw it here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base


class ToldRecord(Base):
    """One thing that the earlier list told. No gate reads it."""

    __tablename__ = "told_record"
    personal = ("written", "told_by", "words")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    step: Mapped[str]
    told_on: Mapped[str | None]  # ISO, may be partial
    written: Mapped[str | None]  # the date as it was written, if that was not ISO
    told_by: Mapped[str | None]  # who did it, by that list; nobody of these accounts
    words: Mapped[str | None]
    taken_over_at: Mapped[datetime]

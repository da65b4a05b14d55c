"""Notes and incoming calls: what people wrote down and what was said to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, JsonList


class CaseNote(Base):
    """A note. It is never changed: a later one may correct it."""

    __tablename__ = "note"
    personal = ("words",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    category: Mapped[str]
    about: Mapped[str | None]  # a | b | c
    words: Mapped[str | None]  # None once it was disposed of
    happened_at: Mapped[datetime]
    written_at: Mapped[datetime]
    written_by: Mapped[str]
    corrects: Mapped[str | None] = mapped_column(ForeignKey("note.id"))


class IncomingCall(Base):
    """Somebody rang, wrote or came, unasked."""

    __tablename__ = "incoming_call"
    personal = ("said",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    caller: Mapped[str]  # a | b | c | professional | somebody_else | unknown
    identified_by: Mapped[str | None]  # None: it is not known that they are who they said
    channel: Mapped[str]
    said: Mapped[str | None]  # None once it was disposed of
    opens: Mapped[JsonList]  # codes of what it calls for
    came_at: Mapped[datetime]
    taken_at: Mapped[datetime]
    taken_by: Mapped[str]

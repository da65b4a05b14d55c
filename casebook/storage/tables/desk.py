"""What the desk keeps: who is signed in, and answers that somebody has begun."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json


class DeskSession(Base):
    """Somebody who is signed in at the desk. What their browser holds is a secret; only a proof of it is kept.

    The proof needs the entry key: whoever can write this row, and has no more, opens no session with it. It ends after idle
    time, at `ends_at` at the latest, and at once with the token it was opened with.
    """

    __tablename__ = "desk_session"
    ledgered = False  # signing in and out are entries of the unit's chain

    id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    token: Mapped[str] = mapped_column(ForeignKey("token.id"))
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    proof: Mapped[str]  # over the secret, and over whose session it is and until when


class AnswerDraft(Base):
    """An answer that somebody has begun and not given. It stands for nothing: only they read it, and it goes with its item."""

    __tablename__ = "answer_draft"
    ledgered = False
    deletable: ClassVar[bool] = True
    personal = ("typed",)

    item_id: Mapped[str] = mapped_column(ForeignKey("work_item.id"), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    reference: Mapped[str | None] = mapped_column(ForeignKey("application.reference"), index=True)
    version: Mapped[int | None]  # the decision round in which it was begun
    saved_at: Mapped[datetime]
    typed: Mapped[Json]  # the fields of the form as they were typed

"""Papers of a case: what somebody handed in or wrote, sealed with a key that is not in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base


class CaseDocument(Base):
    """A paper, or where one is kept that is not here. The row is never changed, only emptied by disposal."""

    __tablename__ = "case_document"
    personal = ("title", "where_kept", "digest", "sealed")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    category: Mapped[str]
    about: Mapped[str | None]  # a | b | c
    title: Mapped[str | None]  # None once it was disposed of, as what follows
    media_type: Mapped[str | None]  # judged by the content; None: a reference without a file
    size: Mapped[int | None]  # bytes of the file
    digest: Mapped[str | None]  # SHA-256, hex, of the file; personal, because a short text can be guessed from it
    key_fingerprint: Mapped[str | None]  # of the key that it is sealed with
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # up to 10 MB: read only when asked for
    where_kept: Mapped[str | None]  # of a reference without a file
    added_at: Mapped[datetime]
    added_by: Mapped[str]

"""The tables of the retrospective review: registers as imported, their applications, and the assessment of each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json, JsonList


class ReviewImport(Base):
    """One register file. Its rows are not in the ledger one by one: the digest of the file covers them."""

    __tablename__ = "review_import"

    digest: Mapped[str] = mapped_column(primary_key=True)  # SHA-256 of the file
    name: Mapped[str]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    rows: Mapped[int]
    quality: Mapped[Json]  # counts only


class ReviewRow(Base):
    """A row of a register, as read."""

    __tablename__ = "review_row"
    ledgered = False
    personal = ("cells",)

    id: Mapped[str] = mapped_column(primary_key=True)  # of import and line
    import_digest: Mapped[str] = mapped_column(ForeignKey("review_import.digest"), index=True)
    file: Mapped[str]
    line: Mapped[int]
    cells: Mapped[Json]
    digest: Mapped[str]  # of the cells
    notes: Mapped[JsonList]  # [finding, column] that the reader of the file made


class ReviewApplication(Base):
    """One past application after reconciliation, and the result of its last triage."""

    __tablename__ = "review_application"
    ledgered = False  # can be calculated again at any time; the ledger has the digest of each triage as a whole

    id: Mapped[str] = mapped_column(primary_key=True)  # of its rows' contents
    reference: Mapped[str] = mapped_column(unique=True)
    rows: Mapped[JsonList]  # ids of review_row
    basis: Mapped[str | None]  # digest of everything the assessment rests on; None: not assessed yet
    assessment: Mapped[Json | None]  # codes, counts and reasons; nothing personal
    rank: Mapped[int | None]
    before: Mapped[Json | None]  # the assessment under the matching model before this one


class ReviewState(Base):
    """Which rows the last reconciliation used, so that it is repeated only when the rows change."""

    __tablename__ = "review_state"
    ledgered = False

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    at: Mapped[datetime]
    said: Mapped[Json]  # its counts

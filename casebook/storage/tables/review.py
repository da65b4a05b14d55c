"""The tables of the retrospective review: registers as imported, their applications, and the assessment of each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json, JsonList


class ReviewImport(Base):
    """One register file. Its rows are not in the ledger one by one: the digest of the file covers them.

    The rows of an import that was removed or replaced stay, and no longer count. The columns from `content` on are empty for
    imports before revision 0008.
    """

    __tablename__ = "review_import"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
        CheckConstraint("replaced_by IS NULL OR ended_at IS NOT NULL", name="replaced_has_ended"),
    )

    # SHA-256 of the file and, if its headings or codes are not ours, of how they were read
    digest: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    rows: Mapped[int]
    quality: Mapped[Json]  # counts only
    content: Mapped[str | None]  # SHA-256 of the file alone
    codes: Mapped[Json | None]  # what a person said that its codes mean: column -> key of the text -> code
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_because: Mapped[str | None]  # a code
    replaced_by: Mapped[str | None]  # digest of the import whose rows count instead


class ReviewMapping(Base):
    """What a person said about the headings and codes of one register, for its next file."""

    __tablename__ = "review_mapping"
    deletable = True

    id: Mapped[str] = mapped_column(primary_key=True)  # of the register's name
    register: Mapped[str]
    headings: Mapped[JsonList]  # keys of the header of the last file
    columns: Mapped[Json]  # heading key -> column of ours; empty: not read
    codes: Mapped[Json]  # column -> key of the text -> code
    kept_at: Mapped[datetime]
    kept_by: Mapped[str]


class ReviewRow(Base):
    """A row of a register, as read. The corrected row of a later file takes over its id, so that what rests on it stays."""

    __tablename__ = "review_row"
    ledgered = False
    personal = ("cells",)

    id: Mapped[str] = mapped_column(primary_key=True)  # of the import and line that it first came from
    import_digest: Mapped[str] = mapped_column(ForeignKey("review_import.digest"), index=True)
    file: Mapped[str]
    line: Mapped[int]
    cells: Mapped[Json]
    digest: Mapped[str]  # of the cells
    notes: Mapped[JsonList]  # [finding, column] that the reader of the file made
    superseded_at: Mapped[datetime | None]  # its import was removed or replaced: it no longer counts


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

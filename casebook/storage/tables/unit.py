"""Staff and what they may do, the ledger and its seals, and the home itself."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json


class Staff(Base):
    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(primary_key=True)
    added_at: Mapped[datetime]
    added_by: Mapped[str]
    line_manager: Mapped[str | None]
    on_duty: Mapped[bool]
    suspended_at: Mapped[datetime | None]
    suspended_by: Mapped[str | None]


class StaffRole(Base):
    __tablename__ = "staff_role"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    given_at: Mapped[datetime]
    given_by: Mapped[str]
    ended_at: Mapped[datetime | None]


class Competence(Base):
    """Trained and authorised for a source, a role's task, or `domestic_abuse`; it expires."""

    __tablename__ = "competence"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    granted_on: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date] = mapped_column(Date)
    recorded_by: Mapped[str]


class Token(Base):
    """Proof that a call comes from a member of staff; only a digest is kept."""

    __tablename__ = "token"

    id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class LedgerEntry(Base):
    """Append-only; a trigger refuses UPDATE, DELETE and TRUNCATE."""

    __tablename__ = "ledger"
    __table_args__ = (
        UniqueConstraint("chain", "sequence"),
        # who has read which past application: asked before anybody is given one
        Index("ix_ledger_dossier", "actor", postgresql_where=text("event = 'review_dossier_viewed'")),
    )
    ledgered = False

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    chain: Mapped[str]  # a reference, or "house"
    sequence: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str]
    event: Mapped[str]
    body: Mapped[Json]
    previous: Mapped[str]
    hash: Mapped[str]


class ChainHead(Base):
    """The end of each chain; locked while it grows."""

    __tablename__ = "chain_head"
    ledgered = False

    chain: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    hash: Mapped[str]


class Seal(Base):
    """A Merkle root over all chain heads, written out to be kept elsewhere."""

    __tablename__ = "seal"
    ledgered = False

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    sealed_at: Mapped[datetime]
    heads: Mapped[int]
    root: Mapped[str]
    sequences: Mapped[Json]  # chain -> [sequence, hash] as sealed


class ReferenceCounter(Base):
    """The next number of the year for `CL-YYYY-NNNNNN`."""

    __tablename__ = "reference_counter"
    ledgered = False

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Home(Base):
    """What this home is for: `live`, or `trial`, the only kind that may have a clock offset."""

    __tablename__ = "home"
    __table_args__ = (CheckConstraint("kind IN ('live', 'trial')", name="kind"),)
    ledgered = False

    kind: Mapped[str] = mapped_column(primary_key=True)


class ClockOffset(Base):
    """How far this home's present is moved."""

    __tablename__ = "clock_offset"
    __table_args__ = (CheckConstraint("kind = 'trial'", name="trial_only"),)
    ledgered = False

    kind: Mapped[str] = mapped_column(ForeignKey("home.kind"), primary_key=True)
    seconds: Mapped[float]

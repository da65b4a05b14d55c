"""The tables of staff and their roles, the ledger and its seals, and the home."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json, JsonList


class Staff(Base):
    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(primary_key=True)
    added_at: Mapped[datetime]
    added_by: Mapped[str]
    line_manager: Mapped[str | None]
    on_duty: Mapped[bool]
    suspended_at: Mapped[datetime | None]
    suspended_by: Mapped[str | None]


class StaffDetail(Base):
    """A detail of a member of staff, kept as a digest: only to notice what they share with people of an application."""

    __tablename__ = "staff_detail"
    ledgered = False

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # shared_surname | shared_address | shared_phone
    digest: Mapped[str] = mapped_column(primary_key=True)


class StaffRole(Base):
    __tablename__ = "staff_role"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    given_at: Mapped[datetime]
    given_by: Mapped[str]
    ended_at: Mapped[datetime | None]


class AccountProposal(Base):
    """A change of an account that needs two people: the first proposes it here, the second confirms it."""

    __tablename__ = "account_proposal"
    __table_args__ = (CheckConstraint("ended_by <> proposed_by OR NOT confirmed", name="two_people"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    change: Mapped[str]  # account | role | token | reinstatement
    staff_id: Mapped[str] = mapped_column(index=True)  # no row of `staff` yet, if it is a new account
    roles: Mapped[JsonList]
    line_manager: Mapped[str | None]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    confirmed: Mapped[bool | None]  # None: it waits, or nobody confirmed it in time


class Competence(Base):
    """Training and authorisation for a source, a role's task, or `domestic_abuse`, until it expires."""

    __tablename__ = "competence"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    granted_on: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date] = mapped_column(Date)
    recorded_by: Mapped[str]


class Token(Base):
    """A token that proves who calls a command. Only its digest is kept."""

    __tablename__ = "token"

    id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class LedgerEntry(Base):
    """One entry of the ledger. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE."""

    __tablename__ = "ledger"
    __table_args__ = (
        UniqueConstraint("chain", "sequence"),
        # who has read which past application: checked before one is allocated
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
    # empty in the entries of earlier releases
    origin: Mapped[str | None]  # machine | desk | engine
    token: Mapped[str | None]  # the id of the token the actor proved themselves with
    mac: Mapped[str | None]  # over the hash, by the entry key


class ChainHead(Base):
    """The end of each chain. It is locked while the chain grows."""

    __tablename__ = "chain_head"
    ledgered = False

    chain: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    hash: Mapped[str]


class Seal(Base):
    """A seal over the entries since the seal before it, signed by the seal key and exported to be kept elsewhere.

    Append-only like the ledger. Seals of earlier releases are over all chains, and have no signature.
    """

    __tablename__ = "seal"
    ledgered = False

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    sealed_at: Mapped[datetime]
    heads: Mapped[int]  # chains in `sequences`
    root: Mapped[str]
    sequences: Mapped[Json]  # chain -> [sequence, hash] of every chain that grew since the seal before
    number: Mapped[int | None] = mapped_column(unique=True)
    entries: Mapped[int | None]  # of the whole ledger
    chains: Mapped[int | None]  # of the whole ledger
    previous: Mapped[str | None]  # digest of the seal before
    entry_key: Mapped[str | None]  # fingerprint
    public_key: Mapped[str | None]  # hex
    before: Mapped[bool | None]  # over what an earlier release wrote, without the entry key
    signature: Mapped[str | None]  # hex, by the seal key over all of the above


class TrustAnchor(Base):
    """What a verification starts from: fingerprints of the keys in use, and of the schema that guards the rows."""

    __tablename__ = "trust_anchor"

    kind: Mapped[str] = mapped_column(primary_key=True)  # entry_key | seal_key | schema
    fingerprint: Mapped[str]
    detail: Mapped[str | None]  # the public key, hex; the revision of the schema
    adopted_at: Mapped[datetime]


class ReferenceCounter(Base):
    """The next number of the year for `CL-YYYY-NNNNNN`."""

    __tablename__ = "reference_counter"
    ledgered = False

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Home(Base):
    """The kind of this home: `live`, or `trial`. Only a trial home can have a clock offset."""

    __tablename__ = "home"
    __table_args__ = (CheckConstraint("kind IN ('live', 'trial')", name="kind"),)

    kind: Mapped[str] = mapped_column(primary_key=True)


class ClockOffset(Base):
    """How far the clock of this home is moved."""

    __tablename__ = "clock_offset"
    __table_args__ = (CheckConstraint("kind = 'trial'", name="trial_only"),)

    kind: Mapped[str] = mapped_column(ForeignKey("home.kind"), primary_key=True)
    seconds: Mapped[float]

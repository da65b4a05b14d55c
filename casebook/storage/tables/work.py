"""The tables of work for people, wake-ups for the engine, escalations, notices and gate results."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json, JsonList


class WorkItem(Base):
    """A work item: one thing a person must do. The same need always has the same id, so it is opened only once."""

    __tablename__ = "work_item"
    __table_args__ = (
        Index("ix_work_item_open", "role", "opened_at", postgresql_where=text("done_at IS NULL AND cancelled_at IS NULL")),
        Index("ix_work_item_due", "due_at", postgresql_where=text("done_at IS NULL AND cancelled_at IS NULL")),
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_has_a_doer"),
        CheckConstraint("NOT (done_at IS NOT NULL AND cancelled_at IS NOT NULL)", name="done_or_cancelled"),
    )  # fmt: skip
    personal = ("answer", "superseded_why")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str | None] = mapped_column(ForeignKey("application.reference"), index=True)
    kind: Mapped[str]
    stage: Mapped[str | None]
    role: Mapped[str]
    key: Mapped[str]  # distinguishes it from other items of its kind on this application
    subject: Mapped[Json]  # ids and codes of what it is about; nothing personal
    blocking: Mapped[bool]  # the stage cannot end while it is open
    priority: Mapped[str]
    owner: Mapped[str | None]  # the only member of staff who may do it, or who claimed it
    reserved: Mapped[bool]  # True: opened for that owner only (a panel member's own answer)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    escalation_level: Mapped[int]
    claimed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    answer: Mapped[Json | None]
    read_at: Mapped[datetime | None]  # when the doer first opened what they signed, as they signed it
    cancelled_at: Mapped[datetime | None]
    cancelled_why: Mapped[str | None]
    superseded_at: Mapped[datetime | None]  # its answer does not hold any more: the work is asked for again
    superseded_by: Mapped[str | None]
    superseded_why: Mapped[str | None]


OPEN_WORK = and_(WorkItem.done_at.is_(None), WorkItem.cancelled_at.is_(None))  # still to be done


class Escalation(Base):
    """One escalation level of one item. Each level is reached once."""

    __tablename__ = "escalation"
    __table_args__ = (UniqueConstraint("item_id", "rung"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("work_item.id"), index=True)
    reference: Mapped[str | None] = mapped_column(ForeignKey("application.reference"))
    rung: Mapped[int]
    role: Mapped[str]
    reason: Mapped[str]
    raised_at: Mapped[datetime]
    acknowledged_by: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]


class Notice(Base):
    """A message sent to a channel, and its receipt."""

    __tablename__ = "notice"
    ledgered = False

    id: Mapped[str] = mapped_column(primary_key=True)
    escalation_id: Mapped[str | None] = mapped_column(ForeignKey("escalation.id"))
    reference: Mapped[str | None]
    reason: Mapped[str]
    role: Mapped[str]
    queued_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    tries: Mapped[int]
    received_at: Mapped[datetime | None]
    channel: Mapped[str | None]
    fault: Mapped[str | None]


class GateResult(Base):
    """The result of one gate for one application at one moment, without values of any person."""

    __tablename__ = "gate_result"

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    stage: Mapped[str]
    asked_at: Mapped[datetime]
    outcome: Mapped[str]  # passes | held | broken
    results: Mapped[JsonList]


class GateOverride(Base):
    """The agreement of two people to let an application pass although one expectation fails, and why."""

    __tablename__ = "gate_override"
    __table_args__ = (
        CheckConstraint("second_by IS NULL OR second_by <> proposed_by", name="two_people"),
        UniqueConstraint("reference", "stage", "expectation"),
    )
    personal = ("reason",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    stage: Mapped[str]
    expectation: Mapped[str]
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    second_by: Mapped[str | None]
    second_at: Mapped[datetime | None]


class Outbox(Base):
    """A wake-up for the engine, committed together with the act that causes it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "id", postgresql_where=text("dispatched_at IS NULL")),
        Index("ix_outbox_coming", "reference", postgresql_where=text("begun_at IS NULL")),
    )
    ledgered = False

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    reference: Mapped[str]
    reason: Mapped[str]
    priority: Mapped[str]
    written_at: Mapped[datetime]
    dispatched_at: Mapped[datetime | None]
    run_id: Mapped[str | None]
    begun_at: Mapped[datetime | None]  # when that run asked for the application's lease


class Lease(Base):
    """The lease of the one run that works on an application. A run that finds it taken raises `wake`."""

    __tablename__ = "lease"
    ledgered = False

    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    holder: Mapped[str | None]
    acquired_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    wake: Mapped[int]


class MaybeIdle(Base):
    """An application that may wait for nobody: it is new, changed its stage or lost a blocking item. Written by triggers.

    Rows are only added and removed, so that whoever adds one never waits for a lock.
    """

    __tablename__ = "maybe_idle"
    ledgered = False

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    reference: Mapped[str]  # no foreign key: its check would wait for the lock of an act on the application


class Heartbeat(Base):
    """A signed heartbeat of a sweep or dispatcher, read by the watchdog."""

    __tablename__ = "heartbeat"
    ledgered = False

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    signature: Mapped[str]

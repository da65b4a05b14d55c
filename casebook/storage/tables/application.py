"""An application, the people in it, how they may be contacted, and who may look."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from casebook import bounds
from casebook.errors import InvalidAnswer
from casebook.storage.tables.base import Base, Json, JsonList


class Application(Base):
    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(
            "stage <> 'closed' OR ((outcome IS NOT NULL OR merged_into IS NOT NULL) AND closed_at IS NOT NULL)",
            name="closed_has_outcome",
        ),
        CheckConstraint("NOT (legal_hold AND disposed_at IS NOT NULL)", name="no_disposal_under_hold"),
        Index("ix_application_open", "stage", "reference", postgresql_where=text("stage <> 'closed'")),
    )
    personal = (
        "concern", "children", "relationship_started", "relationship_ended", "as_written", "closing_reason",
    )  # fmt: skip

    reference: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(unique=True)
    content_digest: Mapped[
        str
    ]  # keyed, of the imported row: the same row again changes nothing, a different one is reported
    submitted_at: Mapped[datetime]  # every clock starts here
    received_at: Mapped[datetime]  # when the casebook received it
    route: Mapped[str]
    applicant: Mapped[str]
    policy: Mapped[str]
    concern: Mapped[str | None]
    immediate_danger: Mapped[str]
    relationship: Mapped[str | None]
    relationship_started: Mapped[str | None]
    relationship_ended: Mapped[str | None]
    living_together: Mapped[str]
    pregnant: Mapped[str]
    children: Mapped[JsonList]
    doubts: Mapped[JsonList]  # codes of what was doubtful in the application as sent
    as_written: Mapped[Json | None]  # column -> a cell that was read otherwise, or not at all
    explained: Mapped[JsonList]  # codes of minimum information that is missing, with an explanation

    stage: Mapped[str]
    priority: Mapped[str]
    priority_reason: Mapped[str]
    band: Mapped[str | None]
    score: Mapped[float | None]
    version: Mapped[int]  # the round of decision: 1 until something is sent back or superseded
    outcome: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closing_reason: Mapped[str | None]
    out_of_cycle: Mapped[bool]
    restricted: Mapped[bool]
    legal_hold: Mapped[bool]
    frozen_at: Mapped[datetime | None]  # after a death or serious injury: the application stays as it is
    disposed_at: Mapped[datetime | None]
    raised_at: Mapped[datetime | None]  # when its priority was raised last
    # of a duplicate: the application that it was merged into
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("application.reference"))


class Merger(Base):
    """A duplicate that was merged into another application, and what that changed there, so that it can be undone."""

    __tablename__ = "merger"
    personal = ("changed",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)  # the one that is kept
    other: Mapped[str] = mapped_column(ForeignKey("application.reference"))
    changed: Mapped[JsonList]  # table, column, the value before and after
    merged_at: Mapped[datetime]
    merged_by: Mapped[str]  # the second of two people; both are in the proposal
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]


class Person(Base):
    """What is known of A, B or C in one application; `id` is reference and party."""

    __tablename__ = "person"
    personal = (
        "forename", "middle_names", "surname", "former_names", "aliases", "dob", "address", "postcode", "phone", "email",
        "pnc_id", "cro",
    )  # fmt: skip

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    party: Mapped[str]
    forename: Mapped[str | None]
    middle_names: Mapped[str | None]
    surname: Mapped[str | None]
    former_names: Mapped[JsonList]
    aliases: Mapped[JsonList]
    dob: Mapped[str | None]  # ISO, may be partial
    dob_certainty: Mapped[str]
    sex: Mapped[str]
    address: Mapped[str | None]
    postcode: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    pnc_id: Mapped[str | None]
    cro: Mapped[str | None]

    @validates("former_names", "aliases")
    def _bounded(self, name: str, names: list[str]) -> list[str]:
        """Whatever they come from: each name is searched for in every spelling."""
        if len(names) > bounds.NAMES:
            message = f"{name} of {self.party} would have more than {bounds.NAMES} names: take out those that are wrong"
            raise InvalidAnswer(message, "too_many_items")
        return names


class Circumstance(Base):
    """A circumstance that changed, or was learnt later: what it was before, and what it is now. The application has the present."""

    __tablename__ = "circumstance"
    personal = ("earlier", "value", "since")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    what: Mapped[str]  # see domain/case/circumstances.py
    earlier: Mapped[str | None]
    value: Mapped[str]
    since: Mapped[str | None]  # when it changed, as far as anybody says; may be partial
    learned_from: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class ApplicationLink(Base):
    """One side of a link between two applications about the same B or from the same A. Each side has its row."""

    __tablename__ = "application_link"
    personal = ("explanation",)

    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    other: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    why: Mapped[str] = mapped_column(primary_key=True)  # see LinkKind; the first release knew the sure ones only
    found_at: Mapped[datetime]
    pair: Mapped[str | None]  # the same for both sides: what a review of a possible link is about
    weight: Mapped[float | None]  # bits; None: linked by a confirmed person of a source, or before there were weights
    explanation: Mapped[JsonList | None]  # which details agree; no values
    verdict: Mapped[
        str | None
    ]  # of a possible link; a sure one is `different` if the answer that made it was taken back
    reviewed_by: Mapped[str | None]
    second_by: Mapped[str | None]  # who agreed with the verdict, whatever it is, or took the answer back
    told_by: Mapped[str | None]  # the head of unit who decided to tell both sides in spite of a restriction


class Restriction(Base):
    """One person who may see a restricted application."""

    __tablename__ = "restriction"

    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    named_by: Mapped[str]
    named_at: Mapped[datetime]


class ConflictDeclaration(Base):
    """What a member of staff declared, or others found, about their conflict of interest. The last one counts."""

    __tablename__ = "conflict_declaration"
    __table_args__ = (UniqueConstraint("reference", "staff_id", "number"),)
    personal = ("reason",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    number: Mapped[int]
    conflicted: Mapped[bool]
    shared: Mapped[JsonList]  # what they share with somebody in the application
    reason: Mapped[str]
    declared_by: Mapped[str]
    declared_at: Mapped[datetime]


class Proposal(Base):
    """An act that needs two people: the first proposes it here, the second agrees."""

    __tablename__ = "proposal"
    __table_args__ = (CheckConstraint("second_by IS NULL OR second_by <> proposed_by", name="two_people"),)
    personal = ("reason", "second_reason", "told")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    what: Mapped[str]
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    second_by: Mapped[str | None]
    second_at: Mapped[datetime | None]
    second_reason: Mapped[str | None]
    told: Mapped[Json | None]  # of an early end: who said it and how, see domain/case/early_end.py


class StatedReason(Base):
    """The words of a reason that one person gave for an act of their own; its code is in the ledger."""

    __tablename__ = "stated_reason"
    personal = ("words",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    what: Mapped[str]  # the event of the ledger that the act is
    code: Mapped[str]
    words: Mapped[str]
    stated_by: Mapped[str]
    stated_at: Mapped[datetime]


class Disposal(Base):
    """The agreement of two people to dispose of an application's personal detail."""

    __tablename__ = "disposal"
    __table_args__ = (CheckConstraint("second_by IS NULL OR second_by <> proposed_by", name="two_people"),)

    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    second_by: Mapped[str | None]
    second_at: Mapped[datetime | None]


class RejectedRow(Base):
    """A row of an application file that was rejected and tells of danger, kept whole until two people dispose of it."""

    __tablename__ = "rejected_row"
    __table_args__ = (CheckConstraint("disposed_by <> proposed_by", name="two_people"),)
    personal = ("cells",)

    id: Mapped[str] = mapped_column(primary_key=True)  # of its cells: the same row is kept once
    line: Mapped[int]
    faults: Mapped[JsonList]  # column and code of each
    tells: Mapped[JsonList]  # the columns that tell of danger
    cells: Mapped[JsonList]  # column and value of each, as written
    kept_at: Mapped[datetime]
    read_at: Mapped[datetime | None]  # by the duty inspector
    # the application that was taken in for it, with which it is disposed of
    reference: Mapped[str | None] = mapped_column(ForeignKey("application.reference"), index=True)
    proposed_by: Mapped[str | None]  # to dispose of it
    disposed_by: Mapped[str | None]
    disposed_at: Mapped[datetime | None]


class Clock(Base):
    """A time limit: when it started, paused and is due. Whether it is overdue is calculated when needed."""

    __tablename__ = "clock"
    __table_args__ = (
        CheckConstraint("met_at IS NULL OR ended_at IS NULL", name="met_or_ended"),
        Index("ix_clock_due", "due_at", postgresql_where=text("met_at IS NULL AND due_at IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)  # reference and limit
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    limit_name: Mapped[str]
    anchor_at: Mapped[datetime]
    budget: Mapped[Json]  # {"unit": ..., "amount": ...} as the policy said
    consumed_seconds: Mapped[float]
    running_since: Mapped[datetime | None]  # None: paused
    pause_reason: Mapped[str | None]
    due_at: Mapped[datetime | None]
    unpaused_due_at: Mapped[datetime | None]  # reported beside the paused figure
    source: Mapped[str]
    verified: Mapped[bool]
    met_at: Mapped[datetime | None]
    overrun_reason: Mapped[str | None]
    starts_at: Mapped[datetime | None]  # acts count from here, if not from the anchor
    priority: Mapped[str | None]  # whose budget it has; None: that of the application
    ended_at: Mapped[datetime | None]  # the application ended early before it was met

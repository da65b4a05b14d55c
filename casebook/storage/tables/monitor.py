"""The tables of the monitor: its runs, the questions it raised, and decisions made a second time, blind."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json


class MonitorRun(Base):
    """One run of the monitor."""

    __tablename__ = "monitor_run"

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    channels: Mapped[Json]  # channel -> cases, thresholds, calibration, who is left out of models: counts only
    signals: Mapped[int]


class MonitorSignal(Base):
    """A question about one member of staff. Their chart starts again after the case that raised it."""

    __tablename__ = "monitor_signal"
    __table_args__ = (
        CheckConstraint("(conclusion IS NULL) = (answered_at IS NULL)", name="answered_with_conclusion"),
        CheckConstraint("answered_by IS NULL OR answered_by <> staff_id", name="answered_by_another"),
        Index("ix_monitor_signal_staff", "staff_id", "channel", "side"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str | None] = mapped_column(ForeignKey("monitor_run.id"))  # None: raised by a suspension
    channel: Mapped[str]
    side: Mapped[str]
    staff_id: Mapped[str]
    on: Mapped[date] = mapped_column(Date)
    last_at: Mapped[datetime]  # with `last_case`: where the chart starts again
    last_case: Mapped[str]
    evidence: Mapped[Json]  # counts, sums and limits
    joined_to: Mapped[str | None] = mapped_column(ForeignKey("monitor_signal.id"))  # an open signal that asks the same
    item_id: Mapped[str | None] = mapped_column(ForeignKey("work_item.id"))
    raised_at: Mapped[datetime]
    conclusion: Mapped[str | None]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class DipSample(Base):
    """A closed decision that another person makes again without knowing the first."""

    __tablename__ = "dip_sample"
    __table_args__ = (
        CheckConstraint("(outcome IS NULL) = (redecided_at IS NULL)", name="redecided_with_outcome"),
        CheckConstraint("redecided_by IS NULL OR redecided_by <> decider", name="by_another"),
        CheckConstraint("chance > 0 AND chance <= 1", name="chance"),
    )
    personal = ("reasons",)

    id: Mapped[str] = mapped_column(primary_key=True)
    draw_id: Mapped[str] = mapped_column(index=True)
    seed: Mapped[str]  # the draw can be repeated from it
    because: Mapped[str]  # assurance | look_back
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    decision_id: Mapped[str] = mapped_column(ForeignKey("decision.id"), unique=True)
    decider: Mapped[str]
    first_outcome: Mapped[str]
    chance: Mapped[float]  # of being drawn
    item_id: Mapped[str] = mapped_column(ForeignKey("work_item.id"))
    drawn_at: Mapped[datetime]
    outcome: Mapped[str | None]
    agrees: Mapped[bool | None]  # whether both would have disclosed, or both not
    reasons: Mapped[str | None]
    redecided_by: Mapped[str | None]
    redecided_at: Mapped[datetime | None]

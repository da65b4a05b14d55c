"""The tables of the review's work: campaigns, cases, opinions, people to be reached, referrals."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json, JsonList


class ReviewCampaign(Base):
    """A campaign: which applications are looked at again, and why."""

    __tablename__ = "review_campaign"
    __table_args__ = (CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by_somebody"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]  # register | handler | rule | model
    target: Mapped[str]  # a staff id, a failure mode, or nothing
    because: Mapped[str]  # a code: monitor_signal, suspension, ...
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    account: Mapped[Json | None]  # counts only


class ReviewMember(Base):
    """An application that a campaign selected, named by one of its rows. The ledger has the digest of each selection."""

    __tablename__ = "review_member"
    ledgered = False

    campaign_id: Mapped[str] = mapped_column(ForeignKey("review_campaign.id"), primary_key=True)
    anchor: Mapped[str] = mapped_column(primary_key=True)


class ReviewCase(Base):
    """One past application that reviewers examine."""

    __tablename__ = "review_case"
    deletable = True
    __table_args__ = (CheckConstraint("(outcome IS NULL) = (concluded_at IS NULL)", name="concluded_with_outcome"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("review_campaign.id"), index=True)
    anchor: Mapped[str] = mapped_column(
        index=True
    )  # a row of the application; it keeps its id whatever rows are joined to it
    reference: Mapped[str]  # the application's name when the case was opened
    place: Mapped[int]  # in the campaign's ranking
    top: Mapped[bool]  # in the band where every finding of no failure is looked at again
    sampled: Mapped[bool]  # drawn for a second review, whatever is found
    opened_at: Mapped[datetime]
    outcome: Mapped[str | None]  # no_failure | administrative | service | harm
    modes: Mapped[JsonList]
    concluded_at: Mapped[datetime | None]


class ReviewOpinion(Base):
    """One reviewer's opinion: first their own decision, blind to the one under review, then their finding about that one."""

    __tablename__ = "review_opinion"
    deletable = True
    __table_args__ = (
        UniqueConstraint("case_id", "place"),
        UniqueConstraint("case_id", "reviewer", name="uq_review_opinion_case_reviewer"),
        CheckConstraint("(outcome IS NULL) = (found_at IS NULL)", name="found_with_outcome"),
    )
    personal = ("reasons", "explanation")

    id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("review_case.id"), index=True)
    place: Mapped[int]  # 1 first, 2 second, 3 settles between them
    reviewer: Mapped[str]
    decision: Mapped[str | None]  # their own; whoever settles makes none
    reasons: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    modes: Mapped[JsonList]
    checklist: Mapped[Json]
    explanation: Mapped[str | None]
    found_at: Mapped[datetime | None]


class ReviewContact(Base):
    """A person at risk whom the review must reach, and the contact progress."""

    __tablename__ = "review_contact"

    id: Mapped[str] = mapped_column(primary_key=True)
    anchor: Mapped[str] = mapped_column(index=True)
    reference: Mapped[str]
    because: Mapped[str]  # contact_now | contact_soon | enquiry | finding
    rung: Mapped[str]
    at: Mapped[datetime]
    look_again_on: Mapped[date | None] = mapped_column(Date)


class ReviewContactStep(Base):
    """One step of contact progress. "Cannot be contacted safely" is proposed by one person and agreed to by another.

    The columns about a contact are empty for a step that was no contact, and for steps before revision 0004.
    """

    __tablename__ = "review_contact_step"
    __table_args__ = (
        UniqueConstraint("contact_id", "number"),
        CheckConstraint("second_by IS NULL OR second_by <> taken_by", name="two_people"),
        CheckConstraint("(channel IS NULL) = (occurred_at IS NULL)", name="contact_at_a_time"),
    )
    personal = ("note", "plan")

    id: Mapped[str] = mapped_column(primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("review_contact.id"), index=True)
    number: Mapped[int]
    rung: Mapped[str]
    note: Mapped[str]
    taken_by: Mapped[str]
    taken_at: Mapped[datetime]
    second_by: Mapped[str | None]
    second_at: Mapped[datetime | None]
    plan: Mapped[Json | None]  # the plan that this step sets, or under which this contact was made, as it was then
    channel: Mapped[str | None]
    purpose: Mapped[str | None]
    occurred_at: Mapped[datetime | None]
    agreed_meeting: Mapped[bool | None]
    asked_plan_again: Mapped[bool | None]
    left_message: Mapped[bool | None]


class ReviewReferral(Base):
    """One application that was referred to the regulator."""

    __tablename__ = "review_referral"

    id: Mapped[str] = mapped_column(primary_key=True)
    anchor: Mapped[str]
    reference: Mapped[str]
    ground: Mapped[str]  # a code
    regulator_reference: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]

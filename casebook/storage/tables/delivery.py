"""The tables of deliveries, contacts, follow-ups, referrals and the watch."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json, JsonList


class Disclosure(Base):
    """The delivery of an approved outcome: of information, or of the approved words that there is none to give."""

    __tablename__ = "disclosure"
    __table_args__ = (
        ForeignKeyConstraint(["decision_id", "approved"], ["approval.decision_id", "approval.approved"]),
        CheckConstraint("approved", name="only_what_was_approved"),
        CheckConstraint("delivered_by <> second_officer", name="two_officers"),
        CheckConstraint("kind IN ('disclosure', 'no_disclosure')", name="kind"),
    )
    personal = ("recipient", "safety_plan", "exception_reason", "words_digest", "departures")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    decision_id: Mapped[str]
    approved: Mapped[bool]
    kind: Mapped[str]
    recipient: Mapped[str]  # a | c | protector: description
    identity_checked: Mapped[bool]
    channel: Mapped[str]
    verbal: Mapped[bool]  # nothing was handed over in writing
    exception_reason: Mapped[str | None]  # when not in person
    undertaking: Mapped[str]  # signed | refused_weighed | not_needed
    wording: Mapped[str]
    words_digest: Mapped[str | None]  # of the agreed words that were read to them; SHA-256, hex
    departures: Mapped[str | None]  # what was told otherwise than the agreed words, and why
    support_offered: Mapped[bool]
    safety_plan: Mapped[str | None]
    delivered_by: Mapped[str]
    second_officer: Mapped[str | None]  # in rows of earlier releases: named by the first
    attested_at: Mapped[datetime | None]  # when the second attested it, or a supervisor said that nobody can
    override_id: Mapped[str | None] = mapped_column(ForeignKey("contact_override.id"))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class DisclosedItem(Base):
    """One finding that was disclosed."""

    __tablename__ = "disclosed_item"

    disclosure_id: Mapped[str] = mapped_column(ForeignKey("disclosure.id"), primary_key=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id"), primary_key=True)


class Ratification(Base):
    """One panel member's own answer about an emergency disclosure, or about a decision out of cycle."""

    __tablename__ = "ratification"
    __table_args__ = (
        UniqueConstraint("emergency_id", "member"),
        UniqueConstraint("decision_id", "member"),
        CheckConstraint("(emergency_id IS NULL) <> (decision_id IS NULL)", name="of_one_act"),
    )
    personal = ("reasons",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    emergency_id: Mapped[str | None] = mapped_column(ForeignKey("emergency_disclosure.id"))
    decision_id: Mapped[str | None] = mapped_column(ForeignKey("decision.id"))
    member: Mapped[str]
    ratified: Mapped[bool]
    reasons: Mapped[str]
    answered_at: Mapped[datetime]


class EmergencyDisclosure(Base):
    """A disclosure at once, authorised by a duty inspector who did not research it. The panel ratifies it afterwards."""

    __tablename__ = "emergency_disclosure"
    __table_args__ = (
        CheckConstraint("NOT (researchers ? authorised_by)", name="authoriser_did_no_research"),
        CheckConstraint("ratified_by IS NULL OR ratified_by <> authorised_by", name="ratified_by_another"),
    )
    personal = ("told", "reason", "ratification")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    authorised_by: Mapped[str]
    researchers: Mapped[JsonList]
    recipient: Mapped[str]
    channel: Mapped[str]
    reason: Mapped[str]
    told: Mapped[str]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    ratified_by: Mapped[str | None]  # whose answer settled it
    ratified: Mapped[bool | None]
    ratification: Mapped[str | None]  # the reasons of the one chair who did it in an earlier release
    ratified_at: Mapped[datetime | None]


class ContactOverride(Base):
    """A duty inspector's threat-to-life override of safe contact."""

    __tablename__ = "contact_override"
    personal = ("reason",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    party: Mapped[str]
    reason_code: Mapped[str]
    reason: Mapped[str]
    authorised_by: Mapped[str]
    authorised_at: Mapped[datetime]


class ContactAttempt(Base):
    """One outbound contact that was made or tried. A refused contact is recorded in the ledger only."""

    __tablename__ = "contact_attempt"
    personal = ("plan", "exception_reason")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    party: Mapped[str]
    purpose: Mapped[str]
    about: Mapped[str | None]  # id of the delivery or follow-up it was for
    channel: Mapped[str]
    agreed_meeting: Mapped[bool]
    asked_plan_again: Mapped[bool]
    left_message: Mapped[bool]
    reached: Mapped[bool]
    plan: Mapped[Json | None]  # as it was then, to show later why the contact was safe
    exception_reason: Mapped[str | None]  # under an override, why not in person
    made_by: Mapped[str]
    override_id: Mapped[str | None] = mapped_column(ForeignKey("contact_override.id"))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class FollowUp(Base):
    """One of the follow-up contacts offered at delivery, and its result."""

    __tablename__ = "follow_up"
    __table_args__ = (
        CheckConstraint("closure_approved_by IS NULL OR closure_approved_by <> closed_by", name="two_people"),
    )
    personal = ("notes",)

    id: Mapped[str] = mapped_column(primary_key=True)  # reference and limit
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    limit_name: Mapped[str]
    offered: Mapped[bool]
    chosen: Mapped[str]  # accepted | declined | another_time
    due_at: Mapped[datetime]
    result: Mapped[str | None]  # reached | declined | exhausted
    by_them: Mapped[bool | None]  # they contacted us, so there is no outbound contact for the result
    notes: Mapped[str | None]
    closed_by: Mapped[str | None]
    closure_approved_by: Mapped[str | None]  # for exhausted attempts: a supervisor
    closed_at: Mapped[datetime | None]


class ClosingSummary(Base):
    """A supervisor's summary, with which an application of high or critical risk is closed."""

    __tablename__ = "closing_summary"
    personal = ("told", "safety_plan", "open_referrals", "said")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    told: Mapped[str]
    safety_plan: Mapped[str]
    open_referrals: Mapped[str]
    said: Mapped[str]  # by the person at risk
    written_by: Mapped[str]
    written_at: Mapped[datetime]


class Referral(Base):
    """A referral to another service, or a crime that was recorded."""

    __tablename__ = "referral"
    personal = ("notes",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    kind: Mapped[
        str
    ]  # idva | marac | childrens_services | adult_services | crime | regulator | another_force:CODE | other
    agency_reference: Mapped[str | None]
    notes: Mapped[str | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    answer: Mapped[str | None]  # of the agency: accepted | declined; None: it has not answered
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]  # who recorded it


class Watch(Base):
    """The watch after closure: new qualifying records about B open a Right to Know proposal."""

    __tablename__ = "watch"
    personal = ("renewal_reason",)

    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    seen_extract: Mapped[int | None]
    renewed_by: Mapped[str | None]
    renewal_reason: Mapped[str | None]

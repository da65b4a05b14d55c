"""What was scored, decided, approved and delivered, and by whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json, JsonList


class RiskScore(Base):
    """A score the machine computed, with everything it was computed from."""

    __tablename__ = "risk_score"
    personal = ("inputs", "contributions", "uncertainty")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    model: Mapped[str]
    inputs: Mapped[Json]
    inputs_digest: Mapped[str]
    band: Mapped[str]
    priority: Mapped[str]
    score: Mapped[float]
    contributions: Mapped[JsonList]
    uncertainty: Mapped[JsonList]
    computed_at: Mapped[datetime]
    superseded: Mapped[bool]


class RiskAssessment(Base):
    """A person confirms, raises or lowers the band; lowering counts only with a second person."""

    __tablename__ = "risk_assessment"
    __table_args__ = (CheckConstraint("second_by IS NULL OR second_by <> assessed_by", name="second_is_another"),)
    personal = ("reason",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    score_id: Mapped[str] = mapped_column(ForeignKey("risk_score.id"))
    band: Mapped[str]
    lowers: Mapped[bool]
    reason: Mapped[str]
    assessed_by: Mapped[str]
    assessed_at: Mapped[datetime]
    second_agrees: Mapped[bool | None]
    second_by: Mapped[str | None]
    second_at: Mapped[datetime | None]
    superseded: Mapped[bool]


class OwnerAgreement(Base):
    """The owner of a finding said whether, and how, it may be released."""

    __tablename__ = "owner_agreement"
    personal = ("conditions",)

    id: Mapped[str] = mapped_column(primary_key=True)  # the finding's id
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id"), unique=True)
    owner: Mapped[str]
    agreed: Mapped[bool]
    conditions: Mapped[str | None]
    proceedings_pending: Mapped[bool]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class Panel(Base):
    """The people asked to decide one version."""

    __tablename__ = "panel"
    __table_args__ = (UniqueConstraint("reference", "version"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    version: Mapped[int]
    chair: Mapped[str]
    members: Mapped[JsonList]  # asked beside the chair: [{"staff": ..., "agency": ...}]
    agencies_asked: Mapped[JsonList]
    agencies_silent: Mapped[JsonList]
    meets_at: Mapped[datetime]
    out_of_cycle: Mapped[bool]
    quorum: Mapped[int]
    convened_by: Mapped[str]
    convened_at: Mapped[datetime]


class MemberAnswer(Base):
    """What one member answered, for themselves."""

    __tablename__ = "member_answer"
    __table_args__ = (UniqueConstraint("reference", "version", "member"),)
    personal = ("limbs", "reasons")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    version: Mapped[int]
    member: Mapped[str]
    limbs: Mapped[Json]  # {"necessary": {"met": true, "reasons": "..."}, "pressing_need": ..., "proportionate": ...}
    outcome: Mapped[str]
    reasons: Mapped[str]
    answered_at: Mapped[datetime]


class Decision(Base):
    """The panel's decision of one version. The first one wins."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("reference", "version"),
        CheckConstraint(
            "outcome IN ('disclosed_to_a', 'disclosed_to_protector', 'nothing_to_disclose', 'not_disclosed',"
            " 'out_of_scope', 'insufficient_information')",
            name="outcome",
        ),
        CheckConstraint("supervisor IS NULL OR supervisor <> chair", name="supervisor_is_another"),
    )
    personal = ("limbs", "rationale", "representations", "recipients", "dissent", "supervisor_reason")

    id: Mapped[str] = mapped_column(primary_key=True)  # reference and version
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    version: Mapped[int]
    chair: Mapped[str]
    outcome: Mapped[str]
    limbs: Mapped[Json]
    representations: Mapped[Json]  # {"invited": false, "reasons": "..."}
    recipients: Mapped[JsonList]  # [{"party": "a"}] or [{"protector": "...", "why": "..."}]
    items: Mapped[JsonList]  # finding ids chosen for disclosure
    wording: Mapped[str | None]  # version of the approved wording
    refusal_reason: Mapped[str | None]  # code from the allowed list
    rationale: Mapped[str]
    dissent: Mapped[JsonList]
    supervisor_reason: Mapped[str | None]  # for not_disclosed in a high or critical band
    supervisor: Mapped[str | None]
    facts: Mapped[str]  # digest of findings, score and assurances decided on
    policy: Mapped[str]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    superseded: Mapped[bool]


class Approval(Base):
    """A person who did no research on it and did not chair says yes, or sends it back."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("approver <> chair", name="approver_is_not_chair"),
        CheckConstraint("NOT (researchers ? approver)", name="approver_did_no_research"),
        UniqueConstraint("decision_id", "approved"),
    )
    personal = ("reason",)

    decision_id: Mapped[str] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    approved: Mapped[bool]
    approver: Mapped[str]
    chair: Mapped[str]
    researchers: Mapped[JsonList]  # everyone who researched it, as it stood
    reason: Mapped[str]
    approved_at: Mapped[datetime]


class Disclosure(Base):
    """The delivery of an approved outcome: of information, or of the careful words that there is none to give."""

    __tablename__ = "disclosure"
    __table_args__ = (
        ForeignKeyConstraint(["decision_id", "approved"], ["approval.decision_id", "approval.approved"]),
        CheckConstraint("approved", name="only_what_was_approved"),
        CheckConstraint("delivered_by <> second_officer", name="two_officers"),
        CheckConstraint("kind IN ('disclosure', 'no_disclosure')", name="kind"),
    )
    personal = ("recipient", "safety_plan", "exception_reason")

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
    support_offered: Mapped[bool]
    safety_plan: Mapped[str | None]
    delivered_by: Mapped[str]
    second_officer: Mapped[str | None]
    override_id: Mapped[str | None] = mapped_column(ForeignKey("contact_override.id"))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class DisclosedItem(Base):
    """One finding that was told."""

    __tablename__ = "disclosed_item"

    disclosure_id: Mapped[str] = mapped_column(ForeignKey("disclosure.id"), primary_key=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id"), primary_key=True)


class EmergencyDisclosure(Base):
    """A duty inspector who did not research it had somebody told at once; the panel ratifies it afterwards."""

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
    ratified_by: Mapped[str | None]
    ratified: Mapped[bool | None]
    ratification: Mapped[str | None]
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
    """One outbound contact that was made or tried. A refused one stands in the ledger only, and survives the refusal."""

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
    plan: Mapped[Json | None]  # as it stood then: why the contact was safe can be asked for ever
    exception_reason: Mapped[str | None]  # under an override, why not in person
    made_by: Mapped[str]
    override_id: Mapped[str | None] = mapped_column(ForeignKey("contact_override.id"))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class FollowUp(Base):
    """One of the contacts offered at delivery, and what became of it."""

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
    by_them: Mapped[bool | None]  # they came to us, so that no outbound contact stands behind the result
    notes: Mapped[str | None]
    closed_by: Mapped[str | None]
    closure_approved_by: Mapped[str | None]  # for exhausted attempts: a supervisor
    closed_at: Mapped[datetime | None]


class Referral(Base):
    """A referral to another service, or a crime recorded because of what was said."""

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


class Watch(Base):
    """After closure: new qualifying records about B open a Right to Know proposal."""

    __tablename__ = "watch"
    personal = ("renewal_reason",)

    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    seen_extract: Mapped[int | None]
    renewed_by: Mapped[str | None]
    renewal_reason: Mapped[str | None]

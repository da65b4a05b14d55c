"""The tables of scores, originators' answers, panels, decisions and approvals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json, JsonList


class InstrumentShortfall(Base):
    """Why the questionnaire is not complete: A declined, or no more can be had, which a second person accepts."""

    __tablename__ = "instrument_shortfall"
    __table_args__ = (CheckConstraint("accepted_by IS NULL OR accepted_by <> recorded_by", name="two_people"),)
    personal = ("reason",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    why: Mapped[str]  # declined | no_more
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    accepted: Mapped[bool | None]  # None: nobody has answered yet, or nobody needs to
    accepted_by: Mapped[str | None]
    accepted_at: Mapped[datetime | None]


class RiskScore(Base):
    """A score that the machine calculated, with all its inputs."""

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
    """The originator's answer whether, and how, a finding may be released."""

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
    """The people who are asked to decide one version."""

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
    meeting_id: Mapped[str | None] = mapped_column(
        ForeignKey("panel_meeting.id"), index=True
    )  # None: for this case alone


class MemberAnswer(Base):
    """The answer of one member of a panel."""

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
    personal = ("limbs", "rationale", "representations", "recipients", "dissent", "supervisor_reason", "words")

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
    passages: Mapped[
        JsonList | None
    ]  # [{"item": finding id, "phrases": [codes]}]; None: of a release that had no words
    words: Mapped[str | None]  # what they make: the whole text that is read to the recipient
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
    """The approval of a decision, or its return, by a person who neither researched nor chaired it."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("approver <> chair", name="approver_is_not_chair"),
        CheckConstraint("NOT (researchers ? approver)", name="approver_did_no_research"),
        UniqueConstraint("decision_id", "approved"),
    )
    personal = ("reason", "words_digest")

    decision_id: Mapped[str] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    approved: Mapped[bool]
    approver: Mapped[str]
    chair: Mapped[str]
    researchers: Mapped[JsonList]  # everyone who researched it, as it stood
    reason: Mapped[str]
    approved_at: Mapped[datetime]
    words_digest: Mapped[str | None]  # of the words that the approver read; SHA-256, hex

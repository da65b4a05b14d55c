"""The kinds of work item: who does it, in which stage, and whether the stage waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from casebook.domain import chain
from casebook.domain.vocabulary import Limit, Priority, Role, Stage, WorkKind


@dataclass(frozen=True, kw_only=True)
class WorkSpec:
    """How one kind of work item is done. `roles`: who may do it; it is in the queue of the first. `stage` None: any."""

    roles: tuple[Role, ...]
    stage: Stage | None = None
    blocking: bool = True
    limit: Limit | None = None  # the limit that says when it is due
    confidential: bool = False  # only those who may do it see that it is there


def _spec(*roles: Role, stage: Stage | None = None, blocking: bool = True, limit: Limit | None = None) -> WorkSpec:
    return WorkSpec(roles=roles, stage=stage, blocking=blocking, limit=limit)


SPECS: Mapping[WorkKind, WorkSpec] = MappingProxyType({
    # danger: never waits for a stage, and no stage waits for it
    WorkKind.IMMEDIATE_SAFEGUARDING: _spec(Role.DUTY_INSPECTOR, blocking=False, limit=Limit.IMMEDIATE_SAFEGUARDING),
    WorkKind.READ_REJECTED_ROW: _spec(Role.DUTY_INSPECTOR, blocking=False, limit=Limit.IMMEDIATE_SAFEGUARDING),
    WorkKind.RECORD_CRIME: _spec(Role.INTAKE_OFFICER, Role.SUPERVISOR, blocking=False),
    WorkKind.REFER_SAFEGUARDING: _spec(Role.INTAKE_OFFICER, Role.SUPERVISOR, blocking=False),
    WorkKind.RATIFY_EMERGENCY: _spec(Role.PANEL_CHAIR, Role.PANEL_MEMBER, blocking=False),
    WorkKind.SAFEGUARD_DURING_DELAY: _spec(Role.SUPERVISOR, blocking=False),
    WorkKind.CONFIRM_URGENT: _spec(Role.SUPERVISOR, blocking=False),
    WorkKind.LOOK_AT_PLAN_CHANGE: _spec(
        Role.SUPERVISOR, Role.INTAKE_OFFICER, Role.RESEARCHER, Role.DISCLOSURE_OFFICER, Role.DUTY_INSPECTOR, blocking=False
    ),
    WorkKind.ACT_ON_CALL: _spec(
        Role.INTAKE_OFFICER, Role.RESEARCHER, Role.DISCLOSURE_OFFICER, Role.SUPERVISOR, blocking=False
    ),
    WorkKind.ASK_ABOUT_DANGER: _spec(
        Role.INTAKE_OFFICER, Role.RESEARCHER, Role.DISCLOSURE_OFFICER, Role.SUPERVISOR, Role.DUTY_INSPECTOR, blocking=False
    ),
    WorkKind.FINISH_DRAFT: _spec(Role.INTAKE_OFFICER, Role.SUPERVISOR, blocking=False),
    WorkKind.ACKNOWLEDGE_ESCALATION: _spec(Role.SUPERVISOR, Role.HEAD_OF_UNIT, Role.CHIEF_OFFICER, blocking=False),
    WorkKind.MEND_QUALITY: _spec(Role.SUPERVISOR),
    # intake
    WorkKind.COMPLETE_DETAILS: _spec(Role.INTAKE_OFFICER, stage=Stage.INTAKE, limit=Limit.INITIAL_CHECKS),
    # record checks
    WorkKind.RETURN_SEARCH: _spec(Role.RESEARCHER, stage=Stage.RECORD_CHECKS, limit=Limit.RECORD_CHECKS),
    WorkKind.REVIEW_MATCH: _spec(Role.RESEARCHER, stage=Stage.RECORD_CHECKS, limit=Limit.RECORD_CHECKS),
    WorkKind.SECOND_LOOK_AT_REJECTION: _spec(
        Role.SECOND_READER, Role.PANEL_CHAIR, stage=Stage.RECORD_CHECKS, limit=Limit.RECORD_CHECKS
    ),
    WorkKind.VERIFY_APPLICANT: _spec(Role.SUPERVISOR, stage=Stage.RECORD_CHECKS, limit=Limit.FACE_TO_FACE),
    WorkKind.MEET_APPLICANT: _spec(
        Role.INTAKE_OFFICER, Role.RESEARCHER, stage=Stage.RECORD_CHECKS, limit=Limit.FACE_TO_FACE
    ),
    WorkKind.LOCATE_PERSON_AT_RISK: _spec(
        Role.INTAKE_OFFICER, Role.RESEARCHER, stage=Stage.RECORD_CHECKS, limit=Limit.RECORD_CHECKS
    ),
    WorkKind.SIGN_OFF_IDENTITY: _spec(Role.RESEARCHER, stage=Stage.RECORD_CHECKS, limit=Limit.RECORD_CHECKS),
    WorkKind.STATE_ADEQUACY: _spec(
        Role.SECOND_READER, Role.PANEL_CHAIR, stage=Stage.RECORD_CHECKS, limit=Limit.RECORD_CHECKS
    ),
    # risk scoring
    WorkKind.ASSESS_RISK: _spec(
        Role.RISK_ASSESSOR, Role.RESEARCHER, Role.SUPERVISOR, stage=Stage.RISK_SCORING, limit=Limit.RISK_SCORING
    ),
    WorkKind.COMPLETE_INSTRUMENT: _spec(
        Role.RISK_ASSESSOR, Role.INTAKE_OFFICER, Role.RESEARCHER, stage=Stage.RISK_SCORING, limit=Limit.RISK_SCORING
    ),
    WorkKind.ACCEPT_LESS: _spec(Role.SUPERVISOR, stage=Stage.RISK_SCORING, limit=Limit.RISK_SCORING),
    # panel decision
    WorkKind.VALIDATE_WITH_OWNER: _spec(Role.RESEARCHER, stage=Stage.PANEL_DECISION, limit=Limit.PANEL_DECISION),
    WorkKind.CONVENE_PANEL: _spec(Role.PANEL_CHAIR, stage=Stage.PANEL_DECISION, limit=Limit.PANEL_DECISION),
    WorkKind.DECIDE: _spec(
        Role.PANEL_CHAIR, Role.PANEL_MEMBER, stage=Stage.PANEL_DECISION, limit=Limit.PANEL_DECISION
    ),
    WorkKind.APPROVE_DECISION: _spec(Role.APPROVER, stage=Stage.PANEL_DECISION, limit=Limit.PANEL_DECISION),
    # disclosure
    WorkKind.DELIVER_DISCLOSURE: _spec(Role.DISCLOSURE_OFFICER, stage=Stage.DISCLOSURE, limit=Limit.DISCLOSURE),
    WorkKind.DELIVER_NO_DISCLOSURE: _spec(Role.DISCLOSURE_OFFICER, stage=Stage.DISCLOSURE, limit=Limit.DISCLOSURE),
    WorkKind.ATTEST_DELIVERY: _spec(
        Role.DISCLOSURE_OFFICER, Role.SUPERVISOR, Role.INTAKE_OFFICER, Role.RESEARCHER, Role.DUTY_INSPECTOR,
        stage=Stage.DISCLOSURE, limit=Limit.DISCLOSURE,
    ),
    # follow-up
    WorkKind.CONTACT_FOLLOW_UP: _spec(Role.DISCLOSURE_OFFICER, Role.SUPERVISOR, stage=Stage.FOLLOW_UP),
    WorkKind.REASSESS_RISK: _spec(Role.RISK_ASSESSOR, Role.RESEARCHER, Role.SUPERVISOR, stage=Stage.FOLLOW_UP),
    WorkKind.CLOSE_GRAVE_CASE: _spec(Role.SUPERVISOR, stage=Stage.FOLLOW_UP),
    # after closure, and the work of the monitor and the review
    WorkKind.TELL_OF_TRANSFER: _spec(
        Role.INTAKE_OFFICER, Role.DISCLOSURE_OFFICER, Role.SUPERVISOR, blocking=False
    ),
    WorkKind.REVIEW_WATCH_PROPOSAL: _spec(Role.SUPERVISOR, blocking=False),
    WorkKind.ANSWER_SIGNAL: _spec(Role.PROFESSIONAL_STANDARDS, blocking=False),
    WorkKind.REDECIDE_SAMPLE: _spec(Role.REVIEW_OFFICER, Role.PANEL_CHAIR, blocking=False),
    WorkKind.REVIEW_APPLICATION: _spec(Role.REVIEW_OFFICER, blocking=False),
    WorkKind.SECOND_REVIEW: _spec(Role.REVIEW_OFFICER, Role.REVIEW_LEAD, blocking=False),
    WorkKind.LOOK_AGAIN_AT_CONTACT: _spec(Role.REVIEW_LEAD, Role.REVIEW_OFFICER, blocking=False),
    WorkKind.CHECK_BEFORE_TELLING: _spec(Role.SUPERVISOR, blocking=False),
    # only the people named for it see it, and the heads of unit are named at once
    WorkKind.REVIEW_RESTRICTED: _spec(Role.REVIEW_LEAD, Role.REVIEW_OFFICER, Role.HEAD_OF_UNIT, blocking=False),
    WorkKind.LINK_ACROSS_RESTRICTION: WorkSpec(roles=(Role.HEAD_OF_UNIT,), blocking=False, confidential=True),
})  # fmt: skip


# what an approver may do on an application beside approving its decision: nothing about danger or an emergency waits
OPEN_TO_APPROVERS = frozenset({
    WorkKind.APPROVE_DECISION, WorkKind.IMMEDIATE_SAFEGUARDING, WorkKind.RECORD_CRIME, WorkKind.REFER_SAFEGUARDING,
    WorkKind.CONFIRM_URGENT, WorkKind.SAFEGUARD_DURING_DELAY, WorkKind.ACKNOWLEDGE_ESCALATION,
    WorkKind.RATIFY_EMERGENCY, WorkKind.ASK_ABOUT_DANGER,
})  # fmt: skip

# in an item's subject: it is reserved for somebody, and counts as claimed only when they have claimed it
CALLS = "calls"

# what is open while somebody may be in danger: no application closes with it
DANGER = frozenset({
    WorkKind.IMMEDIATE_SAFEGUARDING, WorkKind.RECORD_CRIME, WorkKind.REFER_SAFEGUARDING, WorkKind.CONFIRM_URGENT,
    WorkKind.ASK_ABOUT_DANGER,
})  # fmt: skip


def leaves_danger(kind: WorkKind, subject: Mapping[str, object]) -> bool:
    """Whether an open item is about a danger. A referral that was made and waits for the agency's answer is not."""
    return kind in DANGER and "referral" not in subject


@dataclass(frozen=True, kw_only=True)
class Need:
    """A work item that the facts call for. The same need always has the same id, however often it is derived."""

    kind: WorkKind
    key: str = ""  # distinguishes needs of one kind on one application: a candidate, a source and round, a version
    role: Role | None = None  # None: the kind's own
    owner: str | None = None  # reserved for this member of staff
    subject: Mapping[str, object] = field(default_factory=dict)  # ids and codes, nothing personal
    due_at: datetime | None = None  # None: the kind's clock
    priority: Priority | None = None  # None: the application's
    blocking: bool | None = None  # None: the kind's own
    again: int = 0  # how often its answer was superseded

    def id(self, reference: str | None) -> str:
        """The id of its work item on an application."""
        again = ("again", self.again) if self.again else ()
        return chain.identity("work_item", reference or chain.UNIT, self.kind, self.key, *again)


def queue_order(
    *, priority: str, danger_said: bool, overdue: bool, due_at: datetime | None, score: float | None, received: datetime
) -> tuple[int, bool, bool, float, float, float]:
    """Sort key of the queue: priority, danger that a person said, overdue, due, score (more is worse) descending, received."""
    return (
        Priority(priority).rank,
        not danger_said,
        not overdue,
        due_at.timestamp() if due_at else float("inf"),
        -(score or 0.0),
        received.timestamp(),
    )

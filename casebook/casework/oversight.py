"""What supervisors answer for: an urgency somebody asked for, an escalation, and a person's safety while time overruns."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from casebook.casework import governance
from casebook.casework.acting import refuse_because
from casebook.casework.answers import Answer, Doing, Handler
from casebook.domain.vocabulary import WorkKind
from casebook.errors import InvalidAnswer
from casebook.storage.tables import Clock, Escalation


class UrgencyConfirmed(Answer):
    """Whether an application stays urgent. Not confirming proposes a lower priority, which a second person decides."""

    confirmed: bool
    lower_to: Literal["high", "standard"] | None = Field(default=None, description="Only if it is not confirmed.")
    reason: str = Field(min_length=1)


class EscalationAcknowledged(Answer):
    """What somebody who was told of a delay does about it."""

    action: Literal["reassigned", "spoke_to_owner", "took_over", "accepted_delay", "other"]
    overrun_reason: (
        Literal[
            "awaiting_source",
            "awaiting_agency",
            "awaiting_applicant",
            "panel_cycle",
            "staff_shortage",
            "complexity",
            "system_fault",
            "other",
        ]
        | None
    ) = Field(default=None, description="Why the time was not enough, if it has run out.")
    notes: str = ""  # fmt: skip


class SafeguardedDuringDelay(Answer):
    """How the person at risk is kept safe while the application takes longer than it may."""

    plan: str = Field(min_length=1, description="What is in place until a decision is delivered.")
    applicant_told: bool = Field(description="Whether the applicant was told safely that it takes longer.")
    risk_reviewed: bool = Field(description="Whether the risk was looked at again.")


def _confirmed(doing: Doing) -> None:
    answer: UrgencyConfirmed = doing.answer
    if answer.confirmed:
        return
    if answer.lower_to is None:
        refuse_because("lower_to_missing", "say which priority it should have instead", InvalidAnswer)
    governance.lower_priority(doing.act, doing.application.reference, to=answer.lower_to, reason=answer.reason)


def _acknowledged(doing: Doing) -> None:
    answer: EscalationAcknowledged = doing.answer
    escalation = doing.act.session.get(Escalation, doing.item.subject.get("escalation"))
    if escalation is not None and escalation.acknowledged_at is None:
        escalation.acknowledged_by, escalation.acknowledged_at = doing.act.actor.id, doing.act.now
    clock = doing.act.session.get(Clock, doing.item.subject.get("clock")) if doing.item.subject.get("clock") else None
    if clock is not None and answer.overrun_reason is not None:
        clock.overrun_reason = answer.overrun_reason


def _safeguarded(doing: Doing) -> None:
    """Nothing beyond the answer itself, which the item keeps."""


ANSWERS: dict[WorkKind, tuple[type[Answer], Handler]] = {
    WorkKind.CONFIRM_URGENT: (UrgencyConfirmed, _confirmed),
    WorkKind.ACKNOWLEDGE_ESCALATION: (EscalationAcknowledged, _acknowledged),
    WorkKind.SAFEGUARD_DURING_DELAY: (SafeguardedDuringDelay, _safeguarded),
}

"""What supervisors answer for: an urgency somebody asked for, an escalation, and a person's safety while time overruns."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, Doing, UnitDoing
from casebook.casework.governance import governance
from casebook.casework.safeguarding import outreach
from casebook.casework.safeguarding.outreach import Speaks
from casebook.domain import freezing
from casebook.domain.case.safe_contact import Purpose
from casebook.domain.vocabulary import Channel, WorkKind
from casebook.errors import InvalidAnswer
from casebook.storage.case import deliveries
from casebook.storage.tables import Clock, Escalation, WorkItem


class UrgencyConfirmed(Answer):
    """Whether an application stays urgent. Not confirming proposes a lower priority, which a second person decides."""

    confirmed: bool
    lower_to: Literal["high", "standard"] | None = Field(default=None, description="Only if it is not confirmed.")
    reason: str = Field(min_length=1)


class EscalationAcknowledged(Answer):
    """What somebody who was told of a delay does about it."""

    action: Literal["reassigned", "spoke_to_owner", "took_over", "decide_out_of_cycle", "accepted_delay", "other"] = (
        Field(
            description="took_over: claim the item too, for what nobody claims climbs on. decide_out_of_cycle: the panel "
            "that meets too late is not waited for."
        )
    )
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


class SafeguardedDuringDelay(Speaks):
    """How the person at risk is kept safe while the application takes longer than it may."""

    plan: str = Field(min_length=1, description="What is in place until a decision is delivered.")
    applicant_told: bool = Field(
        description="Whether the applicant was told that it takes longer: over their plan's channel unless channel says so."
    )
    risk_reviewed: bool = Field(description="Whether the risk was looked at again.")


def _confirmed(doing: Doing) -> None:
    answer: UrgencyConfirmed = doing.answer
    if answer.confirmed:
        return
    if answer.lower_to is None:
        refuse_because("lower_to_missing", "say which priority it should have instead", InvalidAnswer)
    governance.lower_priority(doing.act, doing.application.reference, to=answer.lower_to, reason=answer.reason)


def _acknowledged(doing: Doing) -> None:
    acknowledge(doing.act, doing.item)
    answer: EscalationAcknowledged = doing.answer
    if answer.overrun_reason is not None or answer.action == "decide_out_of_cycle":
        refuse(freezing.why_not_edit(doing.application.frozen_at))
    if answer.overrun_reason is not None:
        for clock in _overrun(doing):
            clock.overrun_reason = answer.overrun_reason
    if answer.action == "decide_out_of_cycle":
        if doing.item.subject.get("propose") != answer.action:
            refuse_because("not_proposed", "a decision out of cycle was not proposed here", InvalidAnswer)
        doing.application.out_of_cycle = True


def _acknowledged_for_the_unit(doing: UnitDoing) -> None:
    acknowledge(doing.act, doing.item)


def acknowledge(act: Act, item: WorkItem) -> None:
    """Silence ends: the rung that the item speaks of was heard."""
    escalation = act.session.get(Escalation, item.subject.get("escalation"))
    if escalation is not None and escalation.acknowledged_at is None:
        escalation.acknowledged_by, escalation.acknowledged_at = act.actor.id, act.now


def _overrun(doing: Doing) -> list[Clock]:
    """The limits gathered on the item that was escalated and that have no reason yet."""
    told = doing.act.session.get(WorkItem, doing.item.subject.get("item"))
    found = (doing.act.session.get(Clock, each) for each in (told.subject.get("clocks", []) if told else []))
    return [clock for clock in found if clock is not None and clock.overrun_reason is None]


def _safeguarded(doing: Doing) -> None:
    """The item keeps the answer; the log of contacts keeps that the applicant was told."""
    application, answer = doing.application, doing.answer
    party = outreach.applicant_of(application)
    plan = deliveries.plan(doing.act.session, application.reference, party)
    own = (plan.channel if plan else None) or Channel.THROUGH_AGENCY
    if answer.applicant_told or answer.channel is not None:
        outreach.spoken(
            doing, party=party, purpose=Purpose.OTHER, channel=answer.channel or own, reached=answer.applicant_told
        )


ANSWERS: Answers = {
    WorkKind.CONFIRM_URGENT: Answering(schema=UrgencyConfirmed, handler=_confirmed),
    WorkKind.ACKNOWLEDGE_ESCALATION: Answering(
        schema=EscalationAcknowledged, handler=_acknowledged, unit_handler=_acknowledged_for_the_unit
    ),
    WorkKind.SAFEGUARD_DURING_DELAY: Answering(schema=SafeguardedDuringDelay, handler=_safeguarded),
}

"""Answers of supervisors: confirming urgency, acknowledging an escalation, and safeguarding during a delay."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from casebook.casework.core import stated_reasons, work_items
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, Doing, UnitDoing
from casebook.casework.governance import governance
from casebook.casework.safeguarding import outreach
from casebook.casework.safeguarding.outreach import Speaks
from casebook.domain import freezing
from casebook.domain.case.safe_contact import Purpose
from casebook.domain.vocabulary import WorkKind
from casebook.errors import InvalidAnswer
from casebook.storage.review.live_cells import VIEWED
from casebook.storage.tables import Clock, Escalation, WorkItem


class UrgencyConfirmed(Answer):
    """Whether an application stays urgent. If not, this proposes a lower priority, which needs a second person."""

    confirmed: bool
    lower_to: Literal["high", "standard"] | None = Field(
        default=None, description="Only if it is not confirmed: the priority it should have."
    )
    reason: str = Field(min_length=1)


class EscalationAcknowledged(Answer):
    """What somebody does about an escalation."""

    action: Literal["reassigned", "spoke_to_owner", "took_over", "decide_out_of_cycle", "accepted_delay", "other"] = (
        Field(
            description="took_over: claim the item too, because an item that nobody claims escalates further. "
            "decide_out_of_cycle: the panel decides before its next meeting."
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
    ) = Field(default=None, description="Why the time was not enough, if a limit has overrun.")
    notes: str = ""  # fmt: skip


class SafeguardedDuringDelay(Speaks):
    """How the person at risk is kept safe while the application is late."""

    plan: str = Field(min_length=1, description="What keeps them safe until a decision is delivered.")
    applicant_told: bool = Field(
        description="Whether the applicant was told of the delay. If so, give channel, unless they came to us."
    )
    risk_reviewed: bool = Field(description="Whether the risk was reviewed.")


def _why_urgent(act: Act, item: WorkItem) -> dict[str, object]:
    """Why somebody made it urgent, in their words."""
    reference = str(item.reference)
    act.record(act.application(reference), VIEWED, part="urgency")
    return {"said": stated_reasons.words_of(act, reference, "made_urgent")}


def _confirmed(doing: Doing) -> None:
    answer: UrgencyConfirmed = doing.answer
    if answer.confirmed:
        return
    if answer.lower_to is None:
        refuse_because("lower_to_missing", "give the priority it should have instead, as lower_to", InvalidAnswer)
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
            refuse_because(
                "not_proposed",
                "this escalation does not propose a decision out of cycle: choose another action",
                InvalidAnswer,
            )
        doing.application.out_of_cycle = True


def _acknowledged_for_the_unit(doing: UnitDoing) -> None:
    acknowledge(doing.act, doing.item)


def acknowledge(act: Act, item: WorkItem) -> None:
    """Record that the escalation levels that an item gathers were acknowledged."""
    for id_ in item.subject.get("escalations", [item.subject.get("escalation")]):
        escalation = act.session.get(Escalation, id_)
        if escalation is not None and escalation.acknowledged_at is None:
            escalation.acknowledged_by, escalation.acknowledged_at = act.actor.id, act.now


def _overrun(doing: Doing) -> list[Clock]:
    """The overrun limits of the escalated items that have no reason yet."""
    subject = doing.item.subject
    escalated = (doing.act.session.get(WorkItem, id_) for id_ in subject.get("items", [subject.get("item")]))
    clock_ids = [clock_id for item in escalated if item for clock_id in item.subject.get("clocks", [])]
    clocks = (doing.act.session.get(Clock, clock_id) for clock_id in clock_ids)
    return [clock for clock in clocks if clock is not None and clock.overrun_reason is None]


def _safeguarded(doing: Doing) -> None:
    """Log the contact with the applicant. The work item keeps the rest of the answer."""
    answer: SafeguardedDuringDelay = doing.answer
    if answer.applicant_told and not answer.they_came:
        outreach.channel_of(answer)
    party = outreach.applicant_of(doing.application)
    outreach.spoken(doing, party=party, purpose=Purpose.OTHER, reached=answer.applicant_told)


ANSWERS: Answers = {
    WorkKind.CONFIRM_URGENT: Answering(schema=UrgencyConfirmed, handler=_confirmed, detail=_why_urgent),
    WorkKind.ACKNOWLEDGE_ESCALATION: Answering(
        schema=EscalationAcknowledged, handler=_acknowledged, unit_handler=_acknowledged_for_the_unit
    ),
    WorkKind.SAFEGUARD_DURING_DELAY: Answering(
        schema=SafeguardedDuringDelay, handler=_safeguarded, take_back=work_items.ask_anew
    ),
}

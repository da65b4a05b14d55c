"""Immediate danger: opens safeguarding in the same transaction as its cause, and records what was done about it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from casebook.casework.core import clocks, notices, work_items
from casebook.casework.core.acting import Act
from casebook.casework.core.answers import Answering, Answers, Doing
from casebook.casework.core.work_items import open_item
from casebook.casework.safeguarding import outreach, referring
from casebook.casework.safeguarding.outreach import Heard
from casebook.domain.authority import Command
from casebook.domain.case.safe_contact import Override
from casebook.domain.triage import is_danger_said
from casebook.domain.vocabulary import Channel, Party, Priority, Role, WorkKind
from casebook.domain.work import Need
from casebook.storage.tables import Application


def open_safeguarding(act: Act, application: Application, *, cause: str, key: str = "") -> None:
    """Open `immediate_safeguarding` (once per cause), raise the priority to immediate and notify the duty inspector."""
    need = Need(
        kind=WorkKind.IMMEDIATE_SAFEGUARDING,
        key=f"{cause}:{key}",
        priority=Priority.IMMEDIATE,
        subject={"cause": cause},
    )
    if open_item(act, application, need) is None:
        return
    raise_priority(act, application, Priority.IMMEDIATE, reason=cause)
    if is_danger_said(application.priority, cause) and not is_danger_said(
        application.priority, application.priority_reason
    ):
        application.priority_reason = cause
    notices.notify(act, application, role=Role.DUTY_INSPECTOR, reason=f"immediate_safeguarding:{cause}", key=key)
    act.record(application, "safeguarding_opened", cause=cause)


def tell_of_possible_match(act: Act, application: Application) -> None:
    """Make the application urgent and tell the duty inspector: a possible match with a high-risk indicator is not reviewed."""
    reason = "possible_match_not_reviewed"
    if raise_priority(act, application, Priority.URGENT, reason=reason):
        notices.notify(act, application, role=Role.DUTY_INSPECTOR, reason=reason)


def report(act: Act, reference: str, cause: str) -> Application:
    """Report that somebody is in danger now. Any member of staff may do this."""
    act.allowed(Command.OPEN_SAFEGUARDING)
    application = act.application(reference)
    open_safeguarding(act, application, cause=cause, key=act.now.isoformat())
    return application


def raise_priority(act: Act, application: Application, to: Priority, *, reason: str) -> bool:
    """Raise the priority, and shorten the deadlines with it. Returns whether anything changed.

    It is never lowered. A frozen application is not changed: its safeguarding work has its own priority.
    The caller writes the ledger entry.
    """
    if application.frozen_at is not None or to.rank >= Priority(application.priority).rank:
        return False
    application.priority, application.priority_reason = to, reason
    clocks.reprice(act, application)
    for item in work_items.open_work(act.session, application):
        if Priority(item.priority).rank > to.rank:
            item.priority = to
    return True


# actions that include reaching the person at risk
REACHING = frozenset({"person_at_risk_safe", "welfare_check"})


class Safeguarded(Heard):
    """What was done about immediate danger. Reaching the person at risk is logged as a contact."""

    actions: list[
        Literal["attended", "arrest", "protective_notice", "person_at_risk_safe", "welfare_check", "no_danger_found"]
    ] = Field(min_length=1, description="What was done.")
    incident_number: str = Field(min_length=1, description="The force's incident number.")
    crime_number: str | None = Field(default=None, description="The crime number, if a crime was recorded.")
    channel: Channel | None = Field(
        default=None,
        description="How the person at risk was reached. If left out after a visit or a check: in person.",
    )
    threat: Override = Field(
        default=Override.IMMEDIATE_DANGER,
        description="The ground of the override, if the contact was outside their plan.",
    )
    not_in_person_because: str | None = Field(
        default=None, description="If the contact was outside their plan and not in person: why."
    )
    notes: str = Field(default="", description="What the next person needs to know.")


def _safeguarded(doing: Doing) -> None:
    answer: Safeguarded = doing.answer
    if (channel := answer.channel or (Channel.IN_PERSON if REACHING & set(answer.actions) else None)) is not None:
        outreach.at_once(
            doing.act, doing.application, party=Party.A, channel=channel, at=doing.occurred_at, about=doing.item.id,
            ground=answer.threat, reason=f"immediate safeguarding, incident {answer.incident_number}",
            not_in_person_because=answer.not_in_person_because,
        )  # fmt: skip
    if answer.crime_number is not None:
        referring.crime_recorded(doing, answer.crime_number)


ANSWERS: Answers = {WorkKind.IMMEDIATE_SAFEGUARDING: Answering(schema=Safeguarded, handler=_safeguarded)}

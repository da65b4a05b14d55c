"""Immediate danger: opens safeguarding in the same transaction as its cause, and records what was done about it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field
from sqlalchemy import select

from casebook.casework.core import clocks, notices, stated_reasons, work_items
from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.core.answers import Answering, Answers, Doing
from casebook.casework.core.work_items import open_item
from casebook.casework.safeguarding import outreach, referring
from casebook.casework.safeguarding.outreach import Heard
from casebook.domain.authority import Command
from casebook.domain.case.safe_contact import Override
from casebook.domain.triage import is_danger_said
from casebook.domain.vocabulary import Channel, Party, Priority, Role, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.review.live_cells import VIEWED
from casebook.storage.tables import Application, IncomingCall, WorkItem


def open_safeguarding(
    act: Act, application: Application, *, cause: str, key: str = "", since: datetime | None = None
) -> None:
    """Open `immediate_safeguarding` (once per cause), raise the priority to immediate and notify the duty inspector."""
    need = Need(
        kind=WorkKind.IMMEDIATE_SAFEGUARDING,
        key=f"{cause}:{key}",
        priority=Priority.IMMEDIATE,
        subject={"cause": cause},
    )
    if open_item(act, application, need) is None:
        return
    raise_priority(act, application, Priority.IMMEDIATE, reason=cause, since=since)
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


def report(act: Act, reference: str, reason: str) -> Application:
    """Report that somebody is in danger now. Any member of staff may do this."""
    act.allowed(Command.OPEN_SAFEGUARDING)
    application = act.application(reference)
    code = stated_reasons.code_of(act, application, "safeguarding_opened", reason)
    open_safeguarding(act, application, cause=code, key=act.now.isoformat())
    return application


def raise_priority(
    act: Act, application: Application, to: Priority, *, reason: str, since: datetime | None = None
) -> bool:
    """Raise the priority, and shorten the deadlines with it. Returns whether anything changed.

    The shorter budgets run from `since`: now, or the submission if it told of the danger. The priority is never lowered.
    A frozen application is not changed: its safeguarding work has its own priority.
    The caller writes the ledger entry.
    """
    if application.frozen_at is not None or to.rank >= Priority(application.priority).rank:
        return False
    before, since = Priority(application.priority), since or act.now
    application.priority, application.priority_reason, application.raised_at = to, reason, since
    clocks.reprice(act, application, before=before, since=since)
    for item in work_items.open_work(act.session, application):
        if Priority(item.priority).rank > to.rank:
            item.priority = to
    return True


# actions that include reaching the person at risk
SAFE = "person_at_risk_safe"
REACHING = frozenset({SAFE, "welfare_check"})
NOT_FOUND = "not_found"


class Safeguarded(Heard):
    """What was done about immediate danger. Reaching the person at risk, or looking for them, is logged as a contact."""

    actions: list[
        Literal["attended", "arrest", "protective_notice", "person_at_risk_safe", "welfare_check", "no_danger_found"]
    ] = Field(min_length=1, description="What was done.")
    incident_number: str = Field(min_length=1, description="The force's incident number.")
    crime_number: str | None = Field(default=None, description="The crime number, if a crime was recorded.")
    channel: Channel | None = Field(
        default=None, description="How the person at risk was reached or looked for. Needed with result."
    )
    result: Literal["seen_alone", "safe", "not_found"] | None = Field(
        default=None,
        description="How the person at risk was. Needed after person_at_risk_safe or welfare_check, and with channel. "
        "not_found: this opens the next item.",
    )
    threat: Override | None = Field(
        default=None, description="The ground of the override, if the contact was outside their plan."
    )
    threat_reason: str | None = Field(
        default=None, description="With threat: what threatens whose life. It is kept as the reason of the override."
    )
    not_in_person_because: str | None = Field(
        default=None, description="If the contact was outside their plan and not in person: why."
    )
    notes: str = Field(default="", description="What the next person needs to know.")


def _safeguarded(doing: Doing) -> None:
    answer: Safeguarded = doing.answer
    _refuse_untyped(answer)
    if answer.channel is not None:
        outreach.at_once(
            doing.act, doing.application, party=Party.A, channel=answer.channel, at=doing.occurred_at,
            about=doing.item.id, ground=answer.threat, reason=answer.threat_reason or "",
            reached=answer.result != NOT_FOUND, not_in_person_because=answer.not_in_person_because,
        )  # fmt: skip
    if answer.result == NOT_FOUND:
        open_safeguarding(doing.act, doing.application, cause="person_at_risk_not_found", key=doing.item.id)
    if answer.crime_number is not None:
        referring.crime_recorded(doing, answer.crime_number)


def _refuse_untyped(answer: Safeguarded) -> None:
    """Refuse if a person did not type how the person at risk was, over which channel, or on which ground."""
    if (answer.channel is None) != (answer.result is None):
        refuse_because(
            "channel_and_result",
            "give channel and result of the contact with the person at risk, or neither",
            InvalidAnswer,
        )
    if answer.result is None and REACHING & set(answer.actions):
        refuse_because(
            "result_missing",
            "these actions include the person at risk: give channel and result to say how they were",
            InvalidAnswer,
        )
    if answer.result == NOT_FOUND and SAFE in answer.actions:
        refuse_because("result_differs", "the person at risk cannot be both safe and not found", InvalidAnswer)
    if (answer.threat is None) != (not answer.threat_reason):
        refuse_because(
            "threat_reason_missing",
            "give threat and threat_reason: the ground, and what threatens whose life",
            InvalidAnswer,
        )


def _said(act: Act, item: WorkItem) -> dict[str, object]:
    """What people said about the danger, for the duty inspector: reports in words, and calls."""
    reference = str(item.reference)
    query = select(IncomingCall).where(IncomingCall.reference == reference).order_by(IncomingCall.came_at.desc())
    came = [
        {"at": row.came_at.isoformat(), "caller": row.caller, "identified_by": row.identified_by, "words": row.said}
        for row in act.session.scalars(query)
    ]
    act.record(act.application(reference), VIEWED, part="danger")
    return {"reported": stated_reasons.words_of(act, reference, "safeguarding_opened"), "calls": came}


ANSWERS: Answers = {
    WorkKind.IMMEDIATE_SAFEGUARDING: Answering(
        schema=Safeguarded, handler=_safeguarded, take_back=work_items.ask_anew, detail=_said
    )
}

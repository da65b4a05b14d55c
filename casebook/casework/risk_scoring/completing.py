"""Completing the risk questionnaire: it is asked for until it is as complete as policy asks, was declined, or less is accepted."""

from __future__ import annotations

from pydantic import Field
from sqlalchemy import func, select

from casebook.casework.core import questionnaires, two_people
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Doing
from casebook.casework.core.questionnaires import InstrumentGiven
from casebook.casework.safeguarding import outreach
from casebook.casework.safeguarding.outreach import Speaks
from casebook.domain import authority, words
from casebook.domain.case.safe_contact import Purpose
from casebook.domain.risk.completeness import WhyIncomplete
from casebook.domain.vocabulary import Party, Stage, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.case import questionnaires as stored
from casebook.storage.case import record_checks
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, InstrumentShortfall, WorkItem


class InstrumentCompleted(Speaks):
    """More answers to the risk questionnaire, or why there are none. Give channel if somebody was contacted for it."""

    instrument: InstrumentGiven | None = Field(
        default=None, description="The answers. Those that are recorded already need not be given again."
    )
    declined_because: str | None = Field(
        default=None,
        min_length=1,
        description="What the person at risk said when they declined it, or the rest of it. They must have been asked.",
    )
    no_more_because: str | None = Field(
        default=None, min_length=1, description="Why no more answers can be had. Another person must accept that."
    )


class LessAccepted(Answer):
    """Whether the case goes on with fewer answers to the risk questionnaire than policy asks for."""

    accepted: bool = Field(description="False: it is asked for again.")
    reason: str = Field(min_length=1, description="Why, in words.")


def needs(act: Act, application: Application) -> list[Need]:
    """One item to complete the questionnaire, or for a second person to accept less, if this stage cannot end without."""
    if stored.why_not_settled(act.session, application, Stage(application.stage)) is None:
        return []
    rules, best = policy_of(application).instruments, stored.most_complete(act.session, application)
    subject: dict[str, object] = {
        "instruments": list(rules.accepted.value), "known": best.known if best else 0, "of": best.of if best else None,
        "least_percent": rules.complete_percent.value,
    }  # fmt: skip
    recorded = stored.shortfalls(act.session, application.reference)
    if recorded and recorded[-1].why == WhyIncomplete.NO_MORE and recorded[-1].accepted is None:
        last = recorded[-1]
        subject |= {"shortfall": last.id, "proposed_by": last.recorded_by}
        return [Need(kind=WorkKind.ACCEPT_LESS, key=last.id, role=rules.less_accepted_by.value, subject=subject)]
    done = act.session.scalar(
        select(func.count())
        .select_from(WorkItem)
        .where(
            WorkItem.reference == application.reference,
            WorkItem.kind == WorkKind.COMPLETE_INSTRUMENT,
            WorkItem.done_at.is_not(None),
            WorkItem.superseded_at.is_(None),
        )
    )
    return [Need(kind=WorkKind.COMPLETE_INSTRUMENT, key=str(done), subject=subject)]


def completed(doing: Doing) -> None:
    answer: InstrumentCompleted = doing.answer
    reasons = {WhyIncomplete.DECLINED: answer.declined_because, WhyIncomplete.NO_MORE: answer.no_more_because}
    given = [(why, reason) for why, reason in reasons.items() if reason]
    if len(given) > 1 or not (given or answer.instrument):
        refuse_because(
            "answers_or_reason",
            "give answers, or say in declined_because or in no_more_because why there are no more: one of the two",
            InvalidAnswer,
        )
    party = outreach.applicant_of(doing.application)
    outreach.spoken(doing, party=party, purpose=Purpose.OTHER)
    if answer.declined_because and not (party is Party.A and _were_asked(doing)):
        message = "only the person at risk can decline, when asked: say by which channel, or that they came"
        refuse_because("nobody_asked", message, InvalidAnswer)
    if answer.instrument:
        questionnaires.keep(doing, answer.instrument)
    for why, reason in given:
        questionnaires.keep_shortfall(doing, why, reason)


def _were_asked(doing: Doing) -> bool:
    """Whether somebody was spoken to now, or at a meeting that was held."""
    held = record_checks.meeting(doing.act.session, doing.application.reference)
    return doing.answer.channel is not None or doing.answer.they_came or (held is not None and held.held)


def less_accepted(doing: Doing) -> None:
    act, row = doing.act, doing.act.session.get_one(InstrumentShortfall, doing.item.subject["shortfall"])
    refuse(authority.why_not_second(act.actor, [row.recorded_by]))
    role = policy_of(doing.application).instruments.less_accepted_by.value
    if role not in act.actor.roles:
        refuse_because("not_permitted", f"by policy only this role accepts less: {words.ROLE.of(role)}")
    if doing.answer.accepted:
        refuse(two_people.why_not_agree(act, row.recorded_by))
    row.accepted, row.accepted_by, row.accepted_at = doing.answer.accepted, act.actor.id, act.now


def take_back_acceptance(act: Act, _application: Application, item: WorkItem) -> None:
    """The question whether less is accepted is asked again."""
    row = act.session.get_one(InstrumentShortfall, item.subject["shortfall"])
    row.accepted = row.accepted_by = row.accepted_at = None

"""The meeting with the applicant or, for Right to Know, locating A. What was not held is still to be held, on a new date.

Only a supervisor, who is not the first person, accepts that it cannot be held at all.
"""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from casebook.casework.core import clocks, questionnaires, two_people
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Doing
from casebook.casework.core.questionnaires import InstrumentGiven
from casebook.casework.safeguarding import danger, outreach
from casebook.casework.safeguarding.outreach import Speaks
from casebook.domain import authority, chain
from casebook.domain.case import namesakes
from casebook.domain.case.record_checks import MeetingFacts, why_not_as_reported
from casebook.domain.case.safe_contact import Purpose
from casebook.domain.risk.completeness import WhyIncomplete
from casebook.domain.vocabulary import Limit, Party, Role, Route, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.case import record_checks as stored
from casebook.storage.tables import Application, Meeting, WorkItem

EVIDENCE = Literal[
    "passport", "driving_licence", "household_bill", "bank_statement", "benefit_notice", "birth_certificate",
    "identity_card", "known_to_professional", "other",
]  # fmt: skip


class Reported(Speaks):
    """Fields of both reports: of a meeting, and of locating A."""

    exception_reason: str | None = Field(
        default=None, description="Only if it did not succeed: why not, and what was attempted."
    )
    new_date: AwareDatetime | None = Field(
        default=None,
        description="Only if it did not succeed: when it is tried again. Left out: it cannot be done at all, "
        "and a supervisor is asked to accept that.",
    )
    accept_exception: bool | None = Field(
        default=None,
        description="Only for the supervisor in whose subject `accept` is: true to go on without it; "
        "false, with new_date, if it must be tried again.",
    )
    immediate_danger: bool = Field(default=False, description="Somebody is in danger now.")
    notes: str | None = None


class ApplicantMet(Reported):
    """The meeting with the applicant, or why there was none. Give channel, unless they came to us.

    If it was not held: channel says how contact was attempted, if it was.
    """

    held: bool
    identity_evidence: list[EVIDENCE] = Field(
        default_factory=list, description="Kinds of document seen. Do not record document numbers."
    )
    identity_confirmed: bool = False
    instrument: InstrumentGiven | None = None
    instrument_declined_because: str | None = Field(
        default=None, description="What the person at risk said if they declined the questionnaire, or the rest of it."
    )


class PersonLocated(Reported):
    """For Right to Know: whether A was located. Give channel only if A was spoken to, under a plan set by a professional."""

    located: bool


def needs(act: Act, application: Application) -> list[Need]:
    """The item to meet the applicant or locate A, until it succeeded or a supervisor accepts that it cannot."""
    last = stored.meeting(act.session, application.reference)
    if last is not None and (last.held or last.accepted_by is not None):
        return []
    kind = WorkKind.MEET_APPLICANT if application.route == Route.RIGHT_TO_ASK else WorkKind.LOCATE_PERSON_AT_RISK
    if last is not None and last.new_date is None:
        subject: dict[str, object] = {"accept": last.id, "proposed_by": last.recorded_by}
        return [Need(kind=kind, key=f"accept:{last.id}", role=Role.SUPERVISOR, subject=subject)]
    subject = {"party": outreach.applicant_of(application)} if kind is WorkKind.MEET_APPLICANT else {}
    if kind is WorkKind.MEET_APPLICANT and stored.not_told_apart(act.session, application.reference):
        subject["ask"] = list(namesakes.ASKED)
    if last is None or last.new_date is None:
        return [Need(kind=kind, subject=subject)]
    subject["not_before"] = last.new_date.isoformat()
    return [Need(kind=kind, key=f"again:{last.id}", subject=subject, due_at=last.new_date)]


def met(doing: Doing) -> None:
    answer: ApplicantMet = doing.answer
    if _judged(doing, succeeded=answer.held):
        return
    if answer.held and not answer.they_came:
        outreach.channel_of(answer)
    party = outreach.applicant_of(doing.application)
    outreach.spoken(doing, party=party, purpose=Purpose.MEET, reached=answer.held)
    _record(
        doing,
        kind="meeting",
        held=answer.held,
        evidence=list(answer.identity_evidence),
        confirmed=answer.identity_confirmed,
    )
    if answer.held:
        clocks.meet(doing.act, doing.application, Limit.FACE_TO_FACE, doing.occurred_at)
    if answer.instrument:
        questionnaires.keep(doing, answer.instrument)
    if answer.instrument_declined_because:
        if not answer.held or outreach.applicant_of(doing.application) is not Party.A:
            refuse_because("nobody_asked", "only the person at risk can decline it, at a meeting", InvalidAnswer)
        questionnaires.keep_shortfall(doing, WhyIncomplete.DECLINED, answer.instrument_declined_because)


def located(doing: Doing) -> None:
    answer: PersonLocated = doing.answer
    if _judged(doing, succeeded=answer.located):
        return
    outreach.spoken(doing, party=Party.A, purpose=Purpose.MEET, reached=answer.located)
    _record(doing, kind="located", held=answer.located, evidence=None, confirmed=answer.located)


def _record(doing: Doing, *, kind: str, held: bool, evidence: list[str] | None, confirmed: bool) -> None:
    """Record a meeting, or why it was not held. Reported danger opens safeguarding at once."""
    answer: Reported = doing.answer
    refuse(
        why_not_as_reported(
            MeetingFacts(held=held, reason=answer.exception_reason, new_date=answer.new_date, evidence=evidence),
            doing.act.now,
        ),
        InvalidAnswer,
    )
    doing.act.session.add(
        Meeting(
            id=chain.identity("meeting", doing.item.id),
            reference=doing.application.reference,
            kind=kind,
            held=held,
            exception_reason=answer.exception_reason,
            new_date=answer.new_date,
            accepted_by=None,
            accepted_at=None,
            identity_evidence=evidence or [],
            identity_confirmed=confirmed,
            notes=answer.notes,
            occurred_at=doing.occurred_at,
            recorded_at=doing.act.now,
            recorded_by=doing.act.actor.id,
            superseded=None,
        )
    )
    if answer.immediate_danger:
        danger.open_safeguarding(doing.act, doing.application, cause=f"danger_heard_at_{kind}", key=doing.item.id)


def _judged(doing: Doing, *, succeeded: bool) -> bool:
    """Whether this is the supervisor's answer to a meeting that cannot be held; if so, store it."""
    answer, proposed = doing.answer, doing.item.subject.get("accept")
    if proposed is None:
        if answer.accept_exception is not None:
            refuse_because("nothing_proposed", "accept_exception is for a supervisor who was asked", InvalidAnswer)
        return False
    row, act = doing.act.session.get_one(Meeting, proposed), doing.act
    refuse(authority.why_not_second(act.actor, [row.recorded_by]))
    if Role.SUPERVISOR not in act.actor.roles:
        refuse_because("supervisor_needed", "only a supervisor can accept that it cannot be held")
    again = answer.new_date is not None and answer.new_date > act.now
    if succeeded or answer.accept_exception is None or answer.accept_exception == again:
        refuse_because(
            "accept_or_new_date",
            "answer accept_exception true, or false with a new_date from now on, and nothing else",
            InvalidAnswer,
        )
    if answer.accept_exception:
        refuse(two_people.why_not_agree(act, row.recorded_by))
        row.accepted_by, row.accepted_at = act.actor.id, act.now
    else:
        row.new_date = answer.new_date
    return True


def take_back(act: Act, application: Application, item: WorkItem) -> None:
    """The meeting, or the location of A, is asked for again. Answers to an instrument that were given there go too."""
    if (proposed := item.subject.get("accept")) is not None:
        row = act.session.get_one(Meeting, proposed)
        row.accepted_by = row.accepted_at = row.new_date = None
        return
    meeting = act.session.get_one(Meeting, chain.identity("meeting", item.id))
    meeting.superseded = True
    clocks.take_back(act, application, Limit.FACE_TO_FACE, meeting.occurred_at)
    questionnaires.take_back(act, application, item)

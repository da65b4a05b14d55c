"""The disclosure stage: the approved outcome, whatever it is, is delivered to everybody it has told, by two people.

Nothing is delivered of a decision that was superseded, or that was made on facts which have changed since. When another
applicant is told depends on the day of submission alone, so that the time tells them nothing.
"""

from __future__ import annotations

from casebook.casework.core import lifecycle, two_people, work_items
from casebook.casework.core.acting import Act, Summary, refuse_because
from casebook.casework.core.answers import Answering, Answers
from casebook.casework.core.rounds import next_round
from casebook.casework.disclosure import delivery, delivery_report
from casebook.domain.authority import Command
from casebook.domain.case.disclosure import NOT_IN_PERSON, Addressee
from casebook.domain.case.wording import Text, words
from casebook.domain.vocabulary import Role, Stage, WorkKind
from casebook.domain.work import Need
from casebook.policies import wording
from casebook.storage.case import decisions, deliveries
from casebook.storage.tables import Application, Approval, Decision


def prepare(act: Act, application: Application) -> None:
    """Back to the panel, if nobody was told the outcome and the decision no longer stands on the facts."""
    if application.outcome is not None:
        return
    approved = decisions.approved(act.session, application)
    if approved is not None and approved[0].facts == decisions.facts(act.session, application):
        if not _waiting(act, application, approved[0]):  # another applicant was told before an earlier round ended
            delivery.reach_outcome(act, application, approved[0], act.now)
        return
    if approved is not None:
        next_round(act, application, because="facts_changed")
    lifecycle.move(act, application, Stage.PANEL_DECISION, because="decision_superseded")


def needs(act: Act, application: Application) -> list[Need]:
    """One delivery for each who is still to be told; for another applicant no stage waits while the person at risk does."""
    if (approved := decisions.approved(act.session, application)) is None:
        return []
    waiting = _waiting(act, application, approved[0])
    alone = all(each.is_other_applicant for each in deliveries.addressees(application, approved[0]))
    return [
        _need(act, application, approved[0], each, blocking=alone or not each.is_other_applicant) for each in waiting
    ]


def needs_later(act: Act, application: Application) -> list[Need]:
    """In follow-up: another applicant who has not been told, for whom the application stays open."""
    if (approved := decisions.approved(act.session, application)) is None:
        return []
    waiting = [each for each in _waiting(act, application, approved[0]) if each.is_other_applicant]
    return [_need(act, application, approved[0], each, key=":later") for each in waiting]


def _waiting(act: Act, application: Application, standing: Decision) -> list[Addressee]:
    done = {row.recipient for row in deliveries.told(act.session, application.reference)}
    return [each for each in deliveries.addressees(application, standing) if each.code not in done]


def _need(
    act: Act, application: Application, standing: Decision, to: Addressee, *, blocking: bool = True, key: str = ""
) -> Need:
    told = deliveries.addressees(application, standing)
    approval = act.session.get_one(Approval, standing.id)
    return Need(
        kind=WorkKind.DELIVER_DISCLOSURE if to.is_told_something else WorkKind.DELIVER_NO_DISCLOSURE,
        key=f"{standing.id}:{to.code}{key}",
        blocking=blocking,
        due_at=delivery.due_at(application, approval, to),
        subject={
            "decision": standing.id,
            "version": standing.version,
            "recipient": to.code,
            "text": to.text,
            "wording": delivery.wording_of(standing, to),
            "items": list(standing.items) if to.is_told_something else [],
            "referrals": list(delivery.referrals_asked(application, to)),
            "follow_up": list(delivery.offers_due(application, told, to)),
            "approved_at": approval.approved_at.isoformat(),
            "not_before": delivery.not_before(application, approval, to).isoformat(),
        },
    )


def say(act: Act, reference: str) -> Summary:
    """The words to be said to each who is still to be told, from the approved version."""
    act.allowed(Command.CONTACT)
    application = act.application(reference)
    asked = {Stage.DISCLOSURE: needs, Stage.FOLLOW_UP: needs_later}.get(Stage(application.stage))
    open_now = [need.subject for need in asked(act, application)] if asked else []
    open_now += [
        item.subject
        for item in work_items.open_work(act.session, application)
        if item.kind == WorkKind.TELL_OF_TRANSFER
    ]
    if not open_now:
        refuse_because("nobody_to_tell", "nobody is to be told anything about this application now")
    said = {
        str(each["recipient"]): words(wording.load(str(each["wording"])), Text(str(each["text"]))) for each in open_now
    }
    return {"reference": reference, "words": said}


def except_from_meeting(act: Act, reference: str, *, reason: str) -> Summary:
    """Two people, a supervisor among them, let the outcome be told otherwise than in person."""
    act.allowed(Command.CONTACT)
    application = two_people.unfrozen(act, reference)
    first = two_people.agreed(act, application, NOT_IN_PERSON, reason=reason)
    if first is None:
        return {"reference": reference, "proposed": NOT_IN_PERSON}
    if Role.SUPERVISOR not in act.actor.roles and not delivery.is_supervisor(act, first):
        refuse_because("supervisor_needed", "one of the two must be a supervisor")
    act.record(application, "exception_recorded", what=NOT_IN_PERSON, first=first)
    return {"reference": reference, "agreed": NOT_IN_PERSON}


ANSWERS: Answers = {
    WorkKind.DELIVER_DISCLOSURE: Answering(schema=delivery_report.DisclosureDelivered, handler=delivery.delivered),
    WorkKind.DELIVER_NO_DISCLOSURE: Answering(schema=delivery_report.NoDisclosureDelivered, handler=delivery.delivered),
}

"""The disclosure stage: two people deliver the approved outcome, whatever it is, to each addressee of the decision.

A decision that was superseded, or whose facts have changed since, is not delivered. The time at which another applicant
is told follows from the day of submission, so that the time discloses nothing.
"""

from __future__ import annotations

from casebook.casework.core import blind_review, conflict, lifecycle, signatures, two_people, work_items
from casebook.casework.core.acting import Act, Summary, refuse, refuse_because
from casebook.casework.core.answers import Answering, Answers
from casebook.casework.core.rounds import next_round
from casebook.casework.disclosure import attesting, delivery, delivery_report
from casebook.domain.authority import Command
from casebook.domain.case import agreed_words as agreed_rules
from casebook.domain.case.disclosure import NOT_IN_PERSON, Addressee
from casebook.domain.case.wording import Text, words
from casebook.domain.vocabulary import Role, Stage, WorkKind
from casebook.domain.work import Need
from casebook.errors import NotPermitted
from casebook.storage.case import agreed_words, decisions, deliveries
from casebook.storage.review.live_cells import VIEWED
from casebook.storage.tables import Application, Approval, Decision, WorkItem


def prepare(act: Act, application: Application) -> None:
    """Move back to the panel if nothing has been delivered, and the facts or the agreed words have changed since."""
    if application.outcome is not None:
        return
    approved = decisions.approved(act.session, application)
    if approved is not None:
        if (changed := _changed(act, application, *approved)) is None:
            if not _waiting(act, application, approved[0]):  # another applicant was told in an earlier round
                delivery.reach_outcome(act, application, approved[0], act.now)
            return
        next_round(act, application, because=changed)
    lifecycle.move(act, application, Stage.PANEL_DECISION, because="decision_superseded")


def _changed(act: Act, application: Application, standing: Decision, approval: Approval) -> str | None:
    """Why an approved decision may not be delivered any more: its facts or its words are others than were approved."""
    if standing.facts != decisions.facts(act.session, application):
        return "facts_changed"
    reason = agreed_words.why_not_read(act.session, standing, approval)
    return reason.code if reason else None


def needs(act: Act, application: Application) -> list[Need]:
    """The deliveries, and the second officer's word on each that was made. No follow-up waits for the second officer."""
    return [*_deliveries(act, application), *attesting.needs(act, application)]


def _deliveries(act: Act, application: Application) -> list[Need]:
    """One delivery for each addressee who has not been told.

    The delivery to another applicant blocks the stage only if there is no other addressee.
    """
    if (approved := decisions.approved(act.session, application)) is None:
        return []
    waiting = _waiting(act, application, approved[0])
    alone = all(
        addressee.is_other_applicant for addressee in deliveries.addressees(act.session, application, approved[0])
    )
    return [
        _need(act, application, approved[0], addressee, blocking=alone or not addressee.is_other_applicant)
        for addressee in waiting
    ]


def needs_later(act: Act, application: Application) -> list[Need]:
    """In follow-up: the delivery to another applicant who has not been told. The application stays open for it."""
    if (approved := decisions.approved(act.session, application)) is None:
        return []
    waiting = [addressee for addressee in _waiting(act, application, approved[0]) if addressee.is_other_applicant]
    return [_need(act, application, approved[0], addressee, key=":later") for addressee in waiting]


def _waiting(act: Act, application: Application, standing: Decision) -> list[Addressee]:
    told = {row.recipient for row in deliveries.told(act.session, application.reference)}
    return [
        addressee
        for addressee in deliveries.addressees(act.session, application, standing)
        if addressee.code not in told
    ]


def _need(
    act: Act, application: Application, standing: Decision, to: Addressee, *, blocking: bool = True, key: str = ""
) -> Need:
    addressees = deliveries.addressees(act.session, application, standing)
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
            "wording": delivery.wording_told(act, standing, to, act.now),
            "items": list(standing.items) if to.is_told_something else [],
            "referrals": list(delivery.referrals_asked(act, application, to)),
            "follow_up": list(delivery.offers_due(application, addressees, to)),
            "approved_at": approval.approved_at.isoformat(),
            "not_before": delivery.not_before(application, approval, to).isoformat(),
        },
    )


def say(act: Act, reference: str) -> Summary:
    """The approved words for each person who is still to be told. The words of a disclosure are exactly those agreed.

    Reading these words is recorded: it counts as opening the application.
    """
    act.allowed(Command.CONTACT)
    application = act.application(reference)
    refuse(blind_review.why_not_look(act, reference) or conflict.why_not_open(act, reference), NotPermitted)
    stage_needs = {Stage.DISCLOSURE: _deliveries, Stage.FOLLOW_UP: needs_later}.get(Stage(application.stage))
    subjects = [need.subject for need in stage_needs(act, application)] if stage_needs else []
    subjects += [
        item.subject
        for item in work_items.open_work(act.session, application)
        if item.kind == WorkKind.TELL_OF_TRANSFER
    ]
    if not subjects:
        refuse_because("nobody_to_tell", "there is nobody to tell about this application now")
    in_force = act.documents.wording(act.documents.wording_at(act.now))
    approved_words = {
        str(subject["recipient"]): _agreed(act, application)
        if subject["text"] == Text.DISCLOSURE
        else words(in_force, Text(str(subject["text"])))
        for subject in subjects
    }
    act.record(application, VIEWED, part="words", versions=signatures.versions(act, application))
    return {"reference": reference, "words": approved_words}


def _agreed(act: Act, application: Application) -> str:
    """The words that were agreed and approved for this disclosure, as long as they stand."""
    standing, approval = decisions.approved(act.session, application) or (None, None)
    if standing is None or approval is None or standing.words is None:
        refuse_because(agreed_rules.MISSING.code, agreed_rules.MISSING.message)
    refuse(agreed_words.why_not_read(act.session, standing, approval))
    return standing.words


def rests_on(act: Act, application: Application, _item: WorkItem) -> object:
    """The report of a disclosure rests on the decision with its words: whoever reports it has opened them."""
    standing = decisions.decision(act.session, application)
    return [standing.id] if standing else []


def except_from_meeting(act: Act, reference: str, *, reason: str) -> Summary:
    """Allow a delivery that is not in person. Two people must agree, one of them a supervisor."""
    act.allowed(Command.CONTACT, works_on=reference)
    application = two_people.unfrozen(act, reference)
    first = two_people.agreed(act, application, NOT_IN_PERSON, reason=reason)
    if first is None:
        return {"reference": reference, "proposed": NOT_IN_PERSON}
    if Role.SUPERVISOR not in act.actor.roles and not two_people.holds(act, first, Role.SUPERVISOR):
        refuse_because("supervisor_needed", "one of the two must be a supervisor")
    act.record(application, "exception_recorded", what=NOT_IN_PERSON, first=first)
    return {"reference": reference, "agreed": NOT_IN_PERSON}


ANSWERS: Answers = {
    WorkKind.DELIVER_DISCLOSURE: Answering(
        schema=delivery_report.DisclosureDelivered, handler=delivery.delivered, rests_on=rests_on
    ),
    WorkKind.DELIVER_NO_DISCLOSURE: Answering(schema=delivery_report.NoDisclosureDelivered, handler=delivery.delivered),
    WorkKind.ATTEST_DELIVERY: Answering(
        schema=attesting.DeliveryAttested, handler=attesting.attested, why_not_them=attesting.why_not_them
    ),
}

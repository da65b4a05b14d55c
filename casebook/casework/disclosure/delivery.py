"""One delivery of an approved outcome: the report of those who made it is checked against the approval and stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from casebook.casework.core import clocks, notices, referrals
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Doing
from casebook.casework.disclosure.delivery_report import Choice, reported
from casebook.casework.safeguarding import contact, danger, outreach
from casebook.domain import chain, words
from casebook.domain.case import disclosure as rules
from casebook.domain.case.disclosure import Addressee, Due
from casebook.domain.case.follow_up import Chosen, ContactResult
from casebook.domain.case.safe_contact import Purpose
from casebook.domain.policy import Policy
from casebook.domain.vocabulary import Limit, Outcome, Role, Route
from casebook.errors import InvalidAnswer
from casebook.storage.case import agreed_words, decisions, deliveries
from casebook.storage.documents import policy_of
from casebook.storage.tables import (
    Application,
    Approval,
    Clock,
    Decision,
    DisclosedItem,
    Disclosure,
    FollowUp,
    Proposal,
    Referral,
)

DEPARTED = "words_departed_from"
THEY_ASK_TO_WAIT = "person_at_risk_asks_to_wait"  # the ground on which policy lets a follow-up clock be paused


def delivered(doing: Doing) -> None:
    """Check a delivery, log the contact, store the delivery, and start what follows from it."""
    act, application, code = doing.act, doing.application, doing.item.subject["recipient"]
    approved = decisions.approved(act.session, application)
    if approved is None or approved[0].id != doing.item.subject["decision"]:
        refuse_because("superseded", "the decision was superseded, or its approval withdrawn: nothing may be delivered")
    standing, approval = approved
    refuse(agreed_words.why_not_read(act.session, standing, approval))
    addressees = deliveries.addressees(doing.act.session, application, standing)
    to = next(addressee for addressee in addressees if addressee.code == code)
    if doing.answer.recipient != code:
        refuse_because(
            "recipient_not_permitted",
            f"the recipient must be {code} ({words.PARTY.of(code.partition(':')[0])}), as decided, and nobody else",
            InvalidAnswer,
        )
    refuse(rules.why_not_deliver(reported(doing), _due(doing, standing, approval, to)), InvalidAnswer)
    override_id = _log_contact(doing, to)
    _keep(doing, approval, to, override_id)
    if to.is_told_something:
        _tell_of_departures(doing)
    referrals.keep(doing, doing.answer.referrals)
    if limits := offers_due(application, addressees, to):
        _offer(doing, limits)
    discloses = any(addressee.is_told_something for addressee in addressees)
    if to.is_told_something or not discloses:  # the words for another applicant disclose nothing
        reach_outcome(act, application, standing, doing.occurred_at)
    if doing.answer.immediate_danger:
        danger.open_safeguarding(act, application, cause="danger_heard_at_delivery", key=doing.item.id)


def referrals_asked(act: Act, application: Application, to: Addressee) -> tuple[str, ...]:
    """The agencies for which this delivery must report a referral, or why none was made: those not referred to before."""
    if to.is_other_applicant:
        return ()
    made = set(act.session.scalars(select(Referral.kind).where(Referral.reference == application.reference)))
    asked = rules.referrals_asked(band=application.band, children=bool(application.children))
    return tuple(agency for agency in asked if agency not in made)


def offers_due(application: Application, addressees: Sequence[Addressee], to: Addressee) -> tuple[Limit, ...]:
    """The follow-up contacts to offer on this delivery: to one addressee only, and not to an applicant other than A."""
    if to != rules.followed(addressees):
        return ()
    policy = policy_of(application)
    return tuple(limit for limit in deliveries.IN_TURN if policy.limit(limit, Route(application.route)))


def not_before(application: Application, approval: Approval, to: Addressee) -> datetime:
    """The earliest time at which this addressee may be told."""
    return others_window(application, approval.approved_at)[0] if to.is_other_applicant else approval.approved_at


def due_at(application: Application, approval: Approval, to: Addressee) -> datetime | None:
    """The latest time at which another applicant is told. None for others: the clock of the whole process has theirs."""
    return others_window(application, approval.approved_at)[1] if to.is_other_applicant else None


def others_window(application: Application, settled: datetime) -> tuple[datetime, datetime]:
    """The first and the last time at which another applicant is told of an outcome that was settled at a moment."""
    rule = policy_of(application).contact
    first, then = (timedelta(days=days.value) for days in (rule.others_told_after_days, rule.others_told_every_days))
    begins = rules.others_told_from(application.submitted_at, settled, first=first, then=then)
    return begins, begins + then


def _due(doing: Doing, standing: Decision, approval: Approval, to: Addressee) -> Due:
    act, application, policy = doing.act, doing.application, policy_of(doing.application)
    return Due(
        to=to,
        approved_at=approval.approved_at,
        not_before=not_before(application, approval, to),
        wording=wording_told(act, standing, to, doing.occurred_at),
        items=frozenset(standing.items),
        untrained=_must_be_trained(policy)
        and not deliveries.is_trained(act.session, act.actor.id, doing.occurred_at.date()),
        exception_approved=_is_excepted(act, application.reference) or doing.answer.override is not None,
        referrals=referrals_asked(act, application, to),
        offers=offers_due(application, deliveries.addressees(doing.act.session, application, standing), to),
    )


def wording_told(act: Act, standing: Decision, to: Addressee, moment: datetime) -> str:
    """The version of what somebody is told: that of the agreed words, or for fixed words the one in force then."""
    agreed = standing.wording if to.is_told_something else None
    return agreed or act.documents.wording_at(moment)


def _must_be_trained(policy: Policy) -> bool:
    """Whether the first officer must be trained. The second always is; the policy says how many of them are."""
    people, trained = policy.contact.delivering_people.value, policy.contact.trained_among_them.value
    return trained > people - 1


def _is_excepted(act: Act, reference: str) -> bool:
    query = select(Proposal.id).where(
        Proposal.reference == reference, Proposal.what == rules.NOT_IN_PERSON, Proposal.second_by.is_not(None)
    )
    return act.session.scalar(query) is not None


def _log_contact(doing: Doing, to: Addressee) -> str | None:
    answer = doing.answer
    party = contact.PROTECTOR if to.code.startswith(contact.PROTECTOR) else to.code
    logged = outreach.keep(
        doing, party=party, purpose=Purpose.DELIVER, channel=answer.channel, about=delivery_id(doing.item.id),
        because=answer.exception_reason,
    )  # fmt: skip
    return logged.override_id


def delivery_id(item_id: str) -> str:
    """The id of the delivery that an item reports."""
    return chain.identity("disclosure", item_id)


def _keep(doing: Doing, approval: Approval, to: Addressee, override_id: str | None) -> None:
    answer, act = doing.answer, doing.act
    row = Disclosure(
        id=delivery_id(doing.item.id),
        reference=doing.application.reference,
        decision_id=approval.decision_id,
        approved=True,
        kind="disclosure" if to.is_told_something else "no_disclosure",
        recipient=to.code,
        identity_checked=answer.identity_checked,
        channel=answer.channel,
        verbal=answer.verbal,
        exception_reason=answer.exception_reason,
        undertaking=getattr(answer, "undertaking", rules.NOT_NEEDED),
        wording=answer.wording,
        words_digest=approval.words_digest if to.is_told_something else None,
        departures=getattr(answer, "departures", None),
        support_offered=answer.support_offered,
        safety_plan=answer.safety_plan,
        delivered_by=act.actor.id,
        second_officer=None,  # attests it themselves
        attested_at=None,
        override_id=override_id,
        occurred_at=doing.occurred_at,
        recorded_at=act.now,
    )
    act.session.add(row)
    act.session.flush()
    act.session.add_all(
        DisclosedItem(disclosure_id=row.id, finding_id=item) for item in dict.fromkeys(getattr(answer, "items", ()))
    )


def _tell_of_departures(doing: Doing) -> None:
    """The head of unit hears if the agreed words were departed from. Words first opened after they were told are noted too."""
    act, application, delivery = doing.act, doing.application, delivery_id(doing.item.id)
    if doing.answer.departures:
        notices.notify(act, application, role=Role.HEAD_OF_UNIT, reason=DEPARTED, key=doing.item.id)
        act.record(application, "exception_recorded", what=DEPARTED, delivery=delivery)
    if doing.item.read_at is not None and doing.item.read_at > doing.occurred_at:
        act.record(application, "exception_recorded", what="words_opened_late", delivery=delivery)


def _offer(doing: Doing, limits: Sequence[Limit]) -> None:
    """Store each contact offered, with its clock. A declined contact is met; for a later time the clock is put off to it."""
    act, application = doing.act, doing.application
    clocks.start_deliveries(act, application, doing.occurred_at)
    act.session.flush()
    for limit in limits:
        choice: Choice = doing.answer.follow_up[limit]
        declined = choice.chosen is Chosen.DECLINED
        policy_due = act.session.get_one(Clock, clocks.clock_id(application.reference, limit)).due_at or act.now
        act.session.add(
            FollowUp(
                id=f"{application.reference}:{limit}",
                reference=application.reference,
                limit_name=limit,
                offered=True,
                chosen=choice.chosen,
                due_at=choice.at or policy_due,
                result=ContactResult.DECLINED if declined else None,
                by_them=None,
                notes=None,
                closed_by=act.actor.id if declined else None,
                closure_approved_by=None,
                closed_at=doing.occurred_at if declined else None,
            )
        )
        if declined:
            clocks.meet(act, application, limit, doing.occurred_at)
        elif choice.at is not None and choice.at > policy_due:
            clocks.put_off(act, application, limit, THEY_ASK_TO_WAIT, until=choice.at)


def reach_outcome(act: Act, application: Application, standing: Decision, at: datetime) -> None:
    """Record the outcome of the application: it has been delivered."""
    application.outcome = Outcome(standing.outcome)
    clocks.meet(act, application, Limit.WHOLE_PROCESS, at)
    act.record(
        application, "outcome_delivered", decision=standing.id, outcome=standing.outcome, occurred_at=at.isoformat()
    )

"""Contact with anybody outside: allowed inside their safe-contact plan, or under a duty inspector's override.

Every contact is checked here. A refused contact is undone, but an entry in the ledger remains.
The review of past applications uses these checks too (`review/reaching`); a plan cannot be overridden there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from casebook.casework.core import given, referrals
from casebook.casework.core.acting import Act, Summary, refuse_all, refuse_because
from casebook.casework.safeguarding import plan_changes, referring
from casebook.domain import chain
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import follow_up, safe_contact
from casebook.domain.case.safe_contact import ContactPlan, Purpose, Way
from casebook.domain.policy import Policy
from casebook.domain.vocabulary import Applicant, Channel, Party
from casebook.errors import InvalidAnswer, Refused
from casebook.storage import refusal_entries
from casebook.storage.case import deliveries
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, ContactAttempt, ContactOverride, SafeContact

RESULTS = ("reached", "not_reached")
PROTECTOR = "protector"  # chosen by the panel, located by officers; they have no safe-contact plan


class ContactRefused(Refused):
    """The contact is not safe."""

    code = "unsafe_contact"


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One contact with somebody outside, made or attempted."""

    party: str  # a, b, c or protector
    purpose: Purpose
    way: Way
    reached: bool
    about: str | None = None
    override: str | None = None
    not_in_person_because: str | None = None


def log(act: Act, application: Application, contact: Contact) -> ContactAttempt:
    """Log a contact if it was safe, and refuse it if not. The plan is stored with it, so the contact can be checked later."""
    if contact.way.at < application.submitted_at:
        refuse_because(
            "before_submission", "the contact cannot have been before the application was submitted", InvalidAnswer
        )
    override = deliveries.override(act.session, contact.override)
    plan = plan_for(act, application, contact.party, contact.way)
    reason = why_not_contact(act, application, contact.party, contact.way)
    if contact.override is not None:  # an override that is named must be valid, even if it is not needed
        reason = _why_not_override(act, application, contact, override)
    refuse_unsafe(act, application.reference, contact.way, reason, party=contact.party, purpose=contact.purpose)
    row = _row(act, application, contact, plan, override)
    if act.session.get(ContactAttempt, row.id) is not None:
        refuse_because("already_logged", "this contact was logged already")
    act.session.add(row)
    if contact.reached and contact.way.asks_plan_again and override is None and application.frozen_at is None:
        _confirm(act, application, contact)
    act.record(
        application, "contact_made", contact=row.id, party=row.party, purpose=row.purpose, channel=row.channel,
        reached=row.reached, override=row.override_id,
    )  # fmt: skip
    return row


def why_not_contact(act: Act, application: Application, party: str, way: Way) -> Reason | None:
    """A reason to refuse contact with a party in this way. Overrides are not considered."""
    plan = plan_for(act, application, party, way)
    if party == Party.B:
        return Reason("subject", "the subject must not be contacted about an application")
    if party == PROTECTOR or (plan is None and party == Party.C and application.applicant == Applicant.AGENCY):
        return None
    return by_plan(way, plan, policy_of(application))


def plan_for(act: Act, application: Application, party: str, way: Way) -> ContactPlan | None:
    """The plan that a contact is checked by: the plan in force or, where it does not allow it, a call-back they asked for."""
    plan, policy = deliveries.plan(act.session, application.reference, party), policy_of(application)
    if by_plan(way, plan, policy) is None:
        return plan
    asked = plan_changes.call_back(act, application, party, way.at)
    return asked if asked and by_plan(way, asked, policy) is None else plan


def by_plan(way: Way, plan: ContactPlan | None, policy: Policy) -> Reason | None:
    """A reason to refuse a contact by a plan and the numbers of a policy."""
    stale_after = timedelta(days=policy.contact.safe_contact_stale_days.value)
    return safe_contact.why_not_safe(way, plan, stale_after=stale_after, zone=ZoneInfo(policy.calendar.timezone))


def _why_not_override(
    act: Act, application: Application, contact: Contact, override: ContactOverride | None
) -> Reason | None:
    if override is None or (override.reference, override.party) != (application.reference, contact.party):
        return Reason("no_such_override", "there is no override with that id for this person")
    ends = policy_of(application).contact.override_ends(override.authorised_at)
    if not override.authorised_at <= contact.way.at <= ends:
        return Reason(
            "override_not_in_force",
            "the override was not in force at the time of the contact: ask the duty inspector for one",
        )
    under_it = [
        row for row in deliveries.attempts(act.session, application.reference) if row.override_id == override.id
    ]
    if any(row.reached and (row.about is None or row.about != contact.about) for row in under_it):
        return Reason(
            "override_spent", "somebody was reached under this override already: the next contact needs a new one"
        )
    tried = any(row.channel == Channel.IN_PERSON for row in under_it)
    if contact.way.channel != Channel.IN_PERSON and not tried and not contact.not_in_person_because:
        return Reason(
            "in_person_first", "under an override go in person first, or give the reason why that is not possible"
        )
    return None


def refuse_unsafe(act: Act, chain_name: str, way: Way, reason: Reason | None, **details: str) -> None:
    """Refuse a contact if there is a reason. The ledger keeps an entry with `details`, although the act is undone."""
    if reason is None:
        return
    refusal_entries.record(
        act.session, chain_name=chain_name, actor=act.actor, event_name="contact_refused", at=act.now, **details,
        channel=way.channel, reason=reason.code, occurred_at=way.at.isoformat(),
    )  # fmt: skip
    raise ContactRefused(reason.message, reason.code)


def _row(
    act: Act, application: Application, contact: Contact, plan: ContactPlan | None, override: ContactOverride | None
) -> ContactAttempt:
    way = contact.way
    return ContactAttempt(
        id=chain.identity(
            "contact_attempt", application.reference, contact.party, contact.purpose, contact.about, way.at.isoformat()
        ),
        reference=application.reference,
        party=contact.party,
        purpose=contact.purpose,
        about=contact.about,
        channel=way.channel,
        agreed_meeting=way.agreed_meeting,
        asked_plan_again=way.asks_plan_again,
        left_message=way.leaves_message,
        reached=contact.reached,
        plan=deliveries.as_kept(plan),
        exception_reason=contact.not_in_person_because,
        made_by=act.actor.id,
        override_id=override.id if override else None,
        occurred_at=way.at,
        recorded_at=act.now,
    )


def _confirm(act: Act, application: Application, contact: Contact) -> None:
    plan = act.session.get(SafeContact, f"{application.reference}:{contact.party}")
    if plan is not None and plan.confirmed_at < contact.way.at:
        plan.confirmed_at, plan.confirmed_by = contact.way.at, act.actor.id


def override_row(
    act: Act,
    application: Application,
    *,
    party: str,
    code: str,
    reason: str,
    at: datetime | None = None,
    about: str = "",
) -> ContactOverride:
    """Store an override, and record it as an exception. `at`: when it was given, if it is recorded later."""
    if not reason.strip():
        refuse_because("reason_missing", "the reason must not be empty: say whose life is threatened, and by what")
    row = ContactOverride(
        id=chain.identity("contact_override", application.reference, party, act.now.isoformat(), act.actor.id, about),
        reference=application.reference,
        party=party,
        reason_code=code,
        reason=reason,
        authorised_by=act.actor.id,
        authorised_at=at or act.now,
    )
    act.session.add(row)
    act.record(application, "exception_recorded", what="contact_override", override=row.id, party=party, reason=code)
    return row


def record(
    act: Act,
    reference: str,
    *,
    party: str,
    purpose: str,
    channel: str,
    result: str,
    at: str | None = None,
    override: str | None = None,
    not_in_person_because: str | None = None,
    asked_plan_again: str | None = None,
    left_message: str | None = None,
    crime_alleged: str | None = None,
    refer: str | None = None,
) -> Summary:
    """Record one contact that was made or attempted. If it was not safe it is refused, and the ledger records the refusal.

    What was told at it, a crime or people to refer, opens the work that it calls for.
    """
    act.allowed(Command.CONTACT, works_on=reference)
    application = act.application(reference)
    people = refer.split(";") if refer else []
    wrong = _why_not_codes(party=party, purpose=purpose, channel=channel, result=result, people=people)
    refuse_all([*wrong, given.why_not_moment(at, act.now)], InvalidAnswer)
    way = Way(
        at=given.moment(at, act.now),
        channel=channel,
        agreed_meeting=channel == Channel.IN_PERSON and has_agreed(act, application, party, given.moment(at, act.now)),
        asks_plan_again=asked_plan_again == "yes" or purpose == Purpose.CONFIRM_PLAN,
        leaves_message=left_message == "yes",
    )
    made = Contact(
        party=party, purpose=Purpose(purpose), way=way, reached=result == "reached", override=override,
        not_in_person_because=not_in_person_because,
    )  # fmt: skip
    attempt = log(act, application, made)
    referring.told(act, application, at="contact", key=attempt.id, crime=crime_alleged == "yes", people=people)
    return {"reference": reference, "contact": attempt.id, "reached": attempt.reached, "override": attempt.override_id}


def _why_not_codes(
    *, party: str, purpose: str, channel: str, result: str, people: Sequence[str]
) -> Iterator[Reason | None]:
    yield given.why_not_one_of(Party, party, "party")
    yield given.why_not_one_of(Purpose, purpose, "purpose")
    yield given.why_not_one_of(Channel, channel, "channel")
    yield given.why_not_one_of(RESULTS, result, "result")
    for who in people:
        yield given.why_not_one_of(referrals.REFERRED_FOR, who, "refer")


def has_agreed(act: Act, application: Application, party: str, before: datetime) -> bool:
    """Whether a meeting was agreed with a party over their safe channel. An agreement is for one meeting."""
    reached = [
        row
        for row in deliveries.attempts(act.session, application.reference)
        if row.reached and row.party == party and row.occurred_at <= before
    ]
    return safe_contact.is_agreed(
        arranged=[row.occurred_at for row in reached if row.purpose == Purpose.ARRANGE],
        held=[row.occurred_at for row in reached if row.agreed_meeting],
    )


def why_not_give_up(act: Act, application: Application, *, route_tried: bool) -> Reason | None:
    """A reason not to close for no engagement: too few attempts to reach the applicant at safe times."""
    rules = policy_of(application).contact
    party = Party.A if application.applicant == Applicant.A else Party.C
    unanswered = [
        row.occurred_at
        for row in deliveries.attempts(act.session, application.reference)
        if row.party == party and not row.reached
    ]
    return follow_up.why_not_exhausted(
        unanswered, minimum=rules.minimum_attempts.value, apart=timedelta(hours=rules.attempts_apart_hours.value),
        route_tried=route_tried,
    )  # fmt: skip

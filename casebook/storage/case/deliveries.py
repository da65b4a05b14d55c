"""Deliveries, contacts with people, and the follow-up contacts that were agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook.domain.case import disclosure as rules
from casebook.domain.case.disclosure import Addressee
from casebook.domain.case.follow_up import Chosen
from casebook.domain.case.safe_contact import ContactPlan, Purpose
from casebook.domain.case.wording import APPLICANT_OTHER
from casebook.domain.vocabulary import Limit
from casebook.storage.case import record_checks
from casebook.storage.tables import (
    Application,
    Clock,
    ClosingSummary,
    Competence,
    ContactAttempt,
    ContactOverride,
    Decision,
    Disclosure,
    EmergencyDisclosure,
    FollowUp,
    SafeContact,
)

IN_TURN = (Limit.FOLLOW_UP_24H, Limit.FOLLOW_UP_7D, Limit.FOLLOW_UP_28D)


def told(session: Session, reference: str) -> Sequence[Disclosure]:
    """Every delivery, in order of time. Whether the outcome itself was delivered is the application's `outcome`."""
    query = select(Disclosure).where(Disclosure.reference == reference)
    return session.scalars(query.order_by(Disclosure.occurred_at, Disclosure.id)).all()


def awaits_second(row: Disclosure) -> bool:
    """Whether the second officer of a delivery has not attested it. Another applicant is told by one person."""
    return row.recipient != APPLICANT_OTHER and row.second_officer is None and row.attested_at is None


def is_trained(session: Session, staff_id: str, day: date) -> bool:
    """Whether somebody was trained to deliver on a day. The day of its recording does not matter."""
    row = session.get(Competence, (staff_id, rules.TRAINED))
    return row is not None and row.granted_on <= day <= row.expires_on


def addressees(session: Session, application: Application, decision: Decision) -> tuple[Addressee, ...]:
    """The people to whom the decision is delivered, and with which text."""
    return rules.addressees(
        decision.outcome,
        decision.recipients,
        applicant=application.applicant,
        ground=decision.refusal_reason,
        told_apart=record_checks.not_told_apart(session, application.reference) == 0,
    )


def plan(session: Session, reference: str, party: str) -> ContactPlan | None:
    row = session.get(SafeContact, f"{reference}:{party}")
    return None if row is None else plan_of(row)


def code_word(session: Session, reference: str, party: str) -> str | None:
    """The word by which a party is known on the phone, if one was agreed."""
    row = session.get(SafeContact, f"{reference}:{party}")
    return row.code_word if row else None


def plan_of(row: SafeContact) -> ContactPlan:
    return ContactPlan(
        channel=row.channel,
        days=tuple(row.days),
        windows=tuple((start, end) for start, end in row.windows),
        voicemail=row.voicemail,
        confirmed_at=row.confirmed_at,
    )


def attempts(
    session: Session, reference: str, *, about: str | None = None, purpose: Purpose | None = None
) -> Sequence[ContactAttempt]:
    """Outbound contacts, in order of time: all of them, those of one purpose, or those about one delivery or follow-up."""
    query = select(ContactAttempt).where(ContactAttempt.reference == reference)
    if about is not None:
        query = query.where(ContactAttempt.about == about)
    if purpose is not None:
        query = query.where(ContactAttempt.purpose == purpose)
    return session.scalars(query.order_by(ContactAttempt.occurred_at, ContactAttempt.id)).all()


def follow_ups(session: Session, reference: str) -> Sequence[FollowUp]:
    """The follow-up contacts, in the order in which they are due."""
    rows = session.scalars(select(FollowUp).where(FollowUp.reference == reference)).all()
    return sorted(rows, key=lambda row: IN_TURN.index(Limit(row.limit_name)))


def not_before(session: Session, row: FollowUp) -> datetime:
    """The earliest time of a contact: the time they chose, or else when the contact before it was due, or the delivery."""
    if row.chosen == Chosen.ANOTHER_TIME:
        return row.due_at
    before = [f"{row.reference}:{limit}" for limit in IN_TURN[: IN_TURN.index(Limit(row.limit_name))]]
    query = select(func.max(Clock.unpaused_due_at)).where(Clock.id.in_(before))
    return session.scalar(query) or delivered_at(session, row)


def delivered_at(session: Session, row: FollowUp) -> datetime:
    """The delivery from which the time of a contact runs."""
    return session.scalars(select(Clock.anchor_at).where(Clock.id == row.id)).one()


def disclosed_at(session: Session, reference: str) -> datetime | None:
    """When somebody was last told information, also in an emergency; None if nobody was."""
    usual = select(func.max(Disclosure.occurred_at)).where(
        Disclosure.reference == reference, Disclosure.kind == "disclosure"
    )
    emergency = select(func.max(EmergencyDisclosure.occurred_at)).where(EmergencyDisclosure.reference == reference)
    return max(filter(None, (session.scalar(usual), session.scalar(emergency))), default=None)


def summaries(session: Session, reference: str) -> Sequence[ClosingSummary]:
    query = select(ClosingSummary).where(ClosingSummary.reference == reference)
    return session.scalars(query.order_by(ClosingSummary.written_at, ClosingSummary.id)).all()


def is_summed_up(session: Session, reference: str) -> bool:
    """Whether a closing summary was written after the last contact had ended."""
    ended = [row.closed_at for row in follow_ups(session, reference) if row.closed_at is not None]
    return any(all(row.written_at >= at for at in ended) for row in summaries(session, reference))


def override(session: Session, override_id: str | None) -> ContactOverride | None:
    return session.get(ContactOverride, override_id) if override_id else None


def as_kept(plan: ContactPlan | None) -> dict[str, Any] | None:
    """The form in which a safe-contact plan is kept with an attempt."""
    if plan is None:
        return None
    return {
        "channel": plan.channel,
        "days": list(plan.days),
        "windows": [list(window) for window in plan.windows],
        "voicemail": plan.voicemail,
        "confirmed_at": plan.confirmed_at.isoformat(),
        **({"call_back": plan.call_back} if plan.call_back else {}),
    }


def from_kept(kept: Mapping[str, Any]) -> ContactPlan:
    """Read a safe-contact plan that was kept with an attempt."""
    return ContactPlan(
        channel=kept["channel"],
        days=tuple(kept["days"]),
        windows=tuple((start, end) for start, end in kept["windows"]),
        voicemail=kept["voicemail"],
        confirmed_at=datetime.fromisoformat(kept["confirmed_at"]),
        call_back=kept.get("call_back"),
    )

"""Frames of the disclosure gate: each person to be told with what was delivered, each item, contact and offer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.domain.case import disclosure as rules
from casebook.domain.case import safe_contact
from casebook.domain.case.disclosure import Addressee
from casebook.domain.case.safe_contact import Purpose, Way
from casebook.domain.policy import Policy
from casebook.domain.vocabulary import Channel, Limit, Route
from casebook.storage import documents
from casebook.storage.case import agreed_words, decisions, deliveries
from casebook.storage.documents import policy_of
from casebook.storage.frames import FrameRows
from casebook.storage.tables import (
    Application,
    Clock,
    ContactAttempt,
    Decision,
    DisclosedItem,
    Disclosure,
    FollowUp,
    Proposal,
)

UNBOUND = "protector"


def frames(session: Session, references: Sequence[str]) -> dict[str, FrameRows]:
    """`outcome`: one row per application. `deliveries`: one per addressee. `items`, `contacts`, `offers`: one each."""
    rows: dict[str, FrameRows] = {"outcome": [], "deliveries": [], "items": [], "contacts": [], "offers": []}
    query = select(Application).where(Application.reference.in_(references)).order_by(Application.reference)
    for application in session.scalars(query):
        approved = decisions.approved(session, application)
        if approved is None:
            continue
        standing = approved[0]
        told = deliveries.told(session, application.reference)
        rows["outcome"].append(_outcome(session, application, standing))
        rows["deliveries"] += _deliveries(session, application, standing, told)
        rows["items"] += [
            {"reference": application.reference, "item": item, "decided": item in standing.items}
            for row in told
            for item in _items(session, row)
        ]
        rows["contacts"] += contacts(session, application, {Purpose.DELIVER, Purpose.ARRANGE})
        rows["offers"] += _offers(session, application, standing)
    return rows


def _outcome(session: Session, application: Application, standing: Decision) -> dict[str, object]:
    clock = session.get(Clock, f"{application.reference}:{Limit.WHOLE_PROCESS}")
    return {
        "reference": application.reference,
        "outcome": application.outcome,
        "decided": standing.outcome,
        "clock_met": clock is not None and clock.met_at is not None,
    }


def _deliveries(
    session: Session, application: Application, standing: Decision, told: Sequence[Disclosure]
) -> FrameRows:
    """A row for each delivery. An applicant who is not told the outcome here is contacted later; follow-up checks that."""
    listed = deliveries.addressees(session, application, standing)
    alone = all(addressee.is_other_applicant for addressee in listed)
    heard = {row.recipient for row in told}
    expected = {
        addressee.code: addressee
        for addressee in listed
        if alone or not addressee.is_other_applicant or addressee.code in heard
    }
    by_code: dict[str, list[Disclosure | None]] = {code: [] for code in expected}
    for row in told:
        by_code.setdefault(row.recipient, []).append(row)
    return [
        _delivery(session, application, standing, expected.get(code), row) | {"recipient": code}
        for code, rows in by_code.items()
        for row in rows or [None]
    ]


def _delivery(
    session: Session, application: Application, standing: Decision, to: Addressee | None, row: Disclosure | None
) -> dict[str, object]:
    """The row of one delivery. A delivery to a person who was not to be told has a row too, as not permitted."""
    other = to is not None and to.is_other_applicant
    approval = decisions.approval(session, row.decision_id if row and other else standing.id)
    return {
        "reference": application.reference,
        "permitted": to is not None,
        "delivered": row is not None,
        "kind_fits": row is not None and to is not None and (row.kind == "disclosure") == to.is_told_something,
        "approved": row is not None and (other or row.decision_id == standing.id) and row.approved,
        "after_approval": row is not None and approval is not None and row.occurred_at >= approval.approved_at,
        "identity_checked": row is not None and (row.identity_checked or other),
        "manner": _manner(session, row, other=other),
        "logged": row is not None and _logged(session, row),
        "kind": row.kind if row else None,
        "undertaking": row.undertaking if row else None,
        "items": len(_items(session, row)) if row else 0,
        "support_offered": row is not None and row.support_offered,
        "safety_plan": row is not None and (bool((row.safety_plan or "").strip()) or other),
        "wording_approved": row is not None and row.wording == _wording(session, standing, to, row),
        "words_read": row is not None and _words_read(session, standing, row),
    }


def _wording(session: Session, standing: Decision, to: Addressee | None, row: Disclosure) -> str | None:
    """The version that was to be used: that of the agreed words, or for fixed words the one in force then."""
    told_something = to is not None and to.is_told_something
    return standing.wording if told_something else documents.of(session).wording_at(row.occurred_at)


def _words_read(session: Session, standing: Decision, row: Disclosure) -> bool:
    """Whether a disclosure was made in the words that were agreed and approved, and those still stand."""
    if row.kind != "disclosure":
        return True
    approval = decisions.approval(session, standing.id)
    if approval is None or row.words_digest is None or row.words_digest != approval.words_digest:
        return False
    return agreed_words.why_not_read(session, standing, approval) is None


def _manner(session: Session, row: Disclosure | None, *, other: bool) -> str | None:
    if row is None:
        return None
    if other:
        return "fixed_words"
    if not row.verbal:
        return "in_writing"
    if row.channel == Channel.IN_PERSON:
        return "in_person"
    agreed = select(Proposal.id).where(
        Proposal.reference == row.reference, Proposal.what == rules.NOT_IN_PERSON, Proposal.second_by.is_not(None)
    )
    excepted = bool(row.exception_reason) and (row.override_id is not None or session.scalar(agreed) is not None)
    return "exception" if excepted else "not_in_person"


def _logged(session: Session, row: Disclosure) -> bool:
    attempts = deliveries.attempts(session, row.reference, about=row.id, purpose=Purpose.DELIVER)
    return any(
        attempt.reached and attempt.occurred_at == row.occurred_at and attempt.channel == row.channel
        for attempt in attempts
    )


def _items(session: Session, row: Disclosure) -> list[str]:
    query = select(DisclosedItem.finding_id).where(DisclosedItem.disclosure_id == row.id)
    return sorted(session.scalars(query))


def _offers(session: Session, application: Application, standing: Decision) -> FrameRows:
    """Each follow-up contact that policy offers to the person who was told, and what they chose."""
    if rules.followed(deliveries.addressees(session, application, standing)) is None:
        return []
    policy = policy_of(application)
    chosen = {row.limit_name: row for row in deliveries.follow_ups(session, application.reference)}
    nothing: FollowUp | None = None
    return [
        {
            "reference": application.reference,
            "limit": limit.value,
            "chosen": row.chosen if row and row.offered else None,
        }
        for limit in deliveries.IN_TURN
        if policy.limit(limit, Route(application.route))
        for row in [chosen.get(limit, nothing)]
    ]


def contacts(session: Session, application: Application, purposes: set[Purpose]) -> FrameRows:
    """Each outbound contact of these purposes, checked again against the plan that was kept with it."""
    policy = policy_of(application)
    return [
        {"reference": application.reference, "contact": row.id, "safe": _is_safe(session, row, policy)}
        for row in deliveries.attempts(session, application.reference)
        if row.purpose in purposes
    ]


def _is_safe(session: Session, row: ContactAttempt, policy: Policy) -> bool:
    override = deliveries.override(session, row.override_id)
    if override is not None:
        return (override.reference, override.party) == (row.reference, row.party)
    if row.plan is None:
        return row.party == UNBOUND or _is_agency(session, row)
    way = Way(
        at=row.occurred_at,
        channel=row.channel,
        agreed_meeting=row.agreed_meeting,
        asks_plan_again=row.asked_plan_again,
        leaves_message=row.left_message,
    )
    stale_after = timedelta(days=policy.contact.safe_contact_stale_days.value)
    zone = ZoneInfo(policy.calendar.timezone)
    return safe_contact.why_not_safe(way, deliveries.from_kept(row.plan), stale_after=stale_after, zone=zone) is None


def _is_agency(session: Session, row: ContactAttempt) -> bool:
    application = session.get_one(Application, row.reference)
    return row.party == "c" and application.applicant == "agency"

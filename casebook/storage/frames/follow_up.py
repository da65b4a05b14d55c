"""Frames of the follow-up gate: the outcome, each contact that was offered with its result, each attempt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook.domain.case import disclosure as rules
from casebook.domain.case import follow_up
from casebook.domain.case.follow_up import ContactResult
from casebook.domain.case.safe_contact import Purpose
from casebook.domain.case.wording import APPLICANT_OTHER
from casebook.domain.policy import Policy
from casebook.domain.vocabulary import Role, Route
from casebook.storage.case import decisions, deliveries, ratifications
from casebook.storage.documents import policy_of
from casebook.storage.frames import FrameRows
from casebook.storage.frames.disclosure import contacts as judged_again
from casebook.storage.tables import (
    OPEN_WORK,
    Application,
    Competence,
    Disclosure,
    EmergencyDisclosure,
    FollowUp,
    StaffRole,
    WorkItem,
)


def frames(session: Session, references: Sequence[str]) -> dict[str, FrameRows]:
    """`application`: one row per application. `contacts`: one per contact offered. `attempts`, `emergencies`: one each."""
    built: dict[str, FrameRows] = {
        "application": [],
        "deliveries": [],
        "contacts": [],
        "attempts": [],
        "emergencies": [],
    }
    query = select(Application).where(Application.reference.in_(references)).order_by(Application.reference)
    for application in session.scalars(query):
        policy = policy_of(application)
        rows = deliveries.follow_ups(session, application.reference)
        built["application"].append(_application(session, application, policy, rows))
        built["deliveries"] += _deliveries(session, application.reference, policy)
        built["contacts"] += [_contact(session, row, policy) for row in rows]
        built["attempts"] += judged_again(session, application, {Purpose.FOLLOW_UP})
        built["emergencies"] += _emergencies(session, application)
    return built


def _application(
    session: Session, application: Application, policy: Policy, rows: Sequence[FollowUp]
) -> dict[str, object]:
    approved = decisions.approved(session, application)
    delivered = deliveries.told(session, application.reference)
    addressees = deliveries.addressees(session, application, approved[0]) if approved else ()
    limits = {limit.value for limit in deliveries.IN_TURN if policy.limit(limit, Route(application.route))}
    offered = {row.limit_name for row in rows if row.offered}
    return {
        "reference": application.reference,
        "outcome": application.outcome,
        "decided": approved[0].outcome if approved else None,
        "deliveries": len(delivered),
        "everybody_told": {addressee.code for addressee in addressees} <= {row.recipient for row in delivered},
        "support_offered": bool(delivered) and all(row.support_offered for row in delivered),
        "danger_answered": not _in_danger(session, application.reference),
        "risk_assessed_again": _is_assessed_again(session, application),
        "closing_summary": application.band not in rules.GRAVE or _is_closed_by_supervisor(session, application),
        "all_offered": rules.followed(addressees) is None or limits <= offered,
    }


def _deliveries(session: Session, reference: str, policy: Policy) -> FrameRows:
    """Each delivery that two people make. Another applicant is told by one."""
    return [
        {
            "reference": reference,
            "delivery": row.id,
            "two_officers": _two_officers(row, policy),
            "trained": _trained(session, row) >= policy.contact.trained_among_them.value,
        }
        for row in deliveries.told(session, reference)
        if row.recipient != APPLICANT_OTHER
    ]


def _in_danger(session: Session, reference: str) -> bool:
    # written out here, not taken from the kinds of work: the gate is an independent check of them
    kinds = ("immediate_safeguarding", "record_crime", "refer_safeguarding", "confirm_urgent")
    query = select(WorkItem.id).where(
        WorkItem.reference == reference, OPEN_WORK, WorkItem.kind.in_(kinds), ~WorkItem.subject.has_key("referral")
    )
    return session.scalar(query.limit(1)) is not None


def _is_assessed_again(session: Session, application: Application) -> bool:
    disclosed_at = deliveries.disclosed_at(session, application.reference)
    if disclosed_at is None or decisions.current_score(session, application.reference) is None:
        return True
    return decisions.is_assessed_since(session, application.reference, disclosed_at)


def _is_closed_by_supervisor(session: Session, application: Application) -> bool:
    """Whether the summary was written after the last contact, by somebody who was a supervisor at some time."""
    writers = {row.written_by for row in deliveries.summaries(session, application.reference)}
    supervisors = select(StaffRole.staff_id).where(StaffRole.role == Role.SUPERVISOR, StaffRole.staff_id.in_(writers))
    return deliveries.is_summed_up(session, application.reference) and session.scalar(supervisors.limit(1)) is not None


def _contact(session: Session, row: FollowUp, policy: Policy) -> dict[str, object]:
    attempts = deliveries.attempts(session, row.reference, about=row.id)
    apart = timedelta(hours=policy.contact.attempts_apart_hours.value)
    silent = follow_up.counted((attempt.occurred_at for attempt in attempts if not attempt.reached), apart=apart)
    return {
        "reference": row.reference,
        "limit": row.limit_name,
        "result": row.result,
        "reached_in_log": row.result != ContactResult.REACHED
        or bool(row.by_them)
        or any(attempt.reached for attempt in attempts),
        "inside_window": row.result != ContactResult.REACHED
        or (row.closed_at is not None and row.closed_at >= deliveries.not_before(session, row)),
        "attempts_enough": row.result != ContactResult.EXHAUSTED or silent >= policy.contact.minimum_attempts.value,
        "closure_approved": row.result != ContactResult.EXHAUSTED or _is_approved(session, row),
    }


def _is_approved(session: Session, row: FollowUp) -> bool:
    if row.closure_approved_by is None or row.closure_approved_by == row.closed_by:
        return False
    return session.get(StaffRole, (row.closure_approved_by, Role.SUPERVISOR)) is not None


def _two_officers(row: Disclosure, policy: Policy) -> bool:
    return policy.contact.delivering_people.value < len({"one", "other"}) or row.second_officer not in {
        None,
        row.delivered_by,
    }


def _trained(session: Session, row: Disclosure) -> int:
    day = row.occurred_at.date()
    query = select(func.count(Competence.staff_id.distinct())).where(
        Competence.staff_id.in_([row.delivered_by, row.second_officer]), Competence.subject == rules.TRAINED,
        Competence.granted_on <= day, Competence.expires_on >= day,
    )  # fmt: skip
    return session.scalar(query) or 0


def _emergencies(session: Session, application: Application) -> FrameRows:
    """What the panel must ratify: each emergency disclosure, and the standing decision if it was made out of cycle."""
    asked = ratifications.seats(session, application.reference)
    query = select(EmergencyDisclosure).where(EmergencyDisclosure.reference == application.reference)
    rows: FrameRows = [
        {
            "reference": application.reference,
            "emergency": row.id,
            "ratified_by": row.ratified_by,
            # in an earlier release one chair gave the reasons for all
            "as_answered": row.ratification is not None or _is_as_answered(session, row, asked),
        }
        for row in session.scalars(query)
    ]
    called, approved = decisions.panel(session, application), decisions.approved(session, application)
    if called is not None and called.out_of_cycle and approved is not None:
        answered_by = _settled_by(session, approved[0].id, asked)
        about = {"reference": application.reference, "emergency": approved[0].id}
        rows.append(
            about | {"ratified_by": answered_by, "as_answered": True}
        )  # its outcome is nowhere but in the answers
    return rows


def _is_as_answered(session: Session, row: EmergencyDisclosure, asked: Sequence[WorkItem]) -> bool:
    """Whether the outcome that is kept is that of the answers, counted here once more."""
    answers = ratifications.given(session, {"emergency": row.id})
    quorum = max(
        (item.subject.get("quorum", 1) for item in asked if item.subject.get("emergency") == row.id), default=1
    )
    ratified = sum(answer.ratified for answer in answers)
    return row.ratified is None or (
        len(answers) >= quorum
        and row.ratified == (ratified > len(answers) - ratified)
        and row.authorised_by not in {answer.member for answer in answers}
    )


def _settled_by(session: Session, decision_id: str, asked: Sequence[WorkItem]) -> str | None:
    """Whose answer settled whether a decision out of cycle is ratified, or None if that is open."""
    items = [item for item in asked if item.subject.get("decision") == decision_id]
    for item in items:
        if "seats" not in item.subject:  # opened by an earlier release, for one chair
            return item.done_by
        if ratifications.vote(session, item.subject).is_ratified is not None:
            return ratifications.given(session, item.subject)[-1].member
    return None

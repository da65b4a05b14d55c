"""Frames of the panel gate: the decision of the round, each limb, each item to be disclosed, the people involved."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.domain.case.panel_decision import HeldFinding, Limb, needs_supervisor
from casebook.domain.risk.risk_model import Disclosability
from casebook.domain.vocabulary import Stage
from casebook.storage.case import agreed_words, decisions, questionnaires
from casebook.storage.frames import FrameRows
from casebook.storage.people import researchers_of
from casebook.storage.tables import Application, Approval, Decision


def frames(session: Session, references: Sequence[str]) -> dict[str, FrameRows]:
    """`decision`: one row per application. `limbs`: three. `items`: one per finding. `people`: one per researcher."""
    query = select(Application).where(Application.reference.in_(references)).order_by(Application.reference)
    decided = [
        (application, decision)
        for application in session.scalars(query)
        if (decision := decisions.decision(session, application)) is not None
    ]
    return {
        "decision": [_decision(session, application, decision) for application, decision in decided],
        "limbs": [line for _, decision in decided for line in _limbs(decision)],
        "items": [line for _, decision in decided for line in _items(session, decision)],
        "people": [line for _, decision in decided for line in _people(session, decision)],
    }


def _decision(session: Session, application: Application, found: Decision) -> dict[str, object]:
    approval = session.get(Approval, found.id)
    findings = decisions.held(session, application.reference)
    called = decisions.panel(session, application)
    answered = {row.member for row in decisions.answers(session, application)} | {found.chair}
    met = [limb for limb in found.limbs.values() if isinstance(limb, dict) and limb.get("met")]
    return {
        "reference": application.reference,
        "outcome": found.outcome,
        "rationale": found.rationale,
        "representations": found.representations.get("reasons"),
        "chair": found.chair,
        "approver": approval.approver if approval and approval.approved else None,
        "two_people": approval is not None and approval.approved and approval.approver != found.chair,
        "qualifying": sum(finding.standing is Disclosability.QUALIFYING for finding in findings),
        "limbs_met": len(met),
        "items": len(found.items),
        "recipients": len(found.recipients),
        "wording": found.wording,
        "words_agreed": agreed_words.why_not_approved(session, found) is None,
        "words_approved": approval is not None and agreed_words.why_not_read(session, found, approval) is None,
        "refusal_reason": found.refusal_reason,
        "explained": not needs_supervisor(found.outcome, application.band) or _explained(found),
        "questionnaire_settled": questionnaires.why_not_settled(session, application, Stage.PANEL_DECISION) is None,
        "facts_current": found.facts == decisions.facts(session, application),
        "unanswered": max(0, called.quorum - len(answered)) if called else None,
    }


def _explained(found: Decision) -> bool:
    return bool((found.supervisor_reason or "").strip()) and found.supervisor not in {None, found.chair}


def _limbs(found: Decision) -> FrameRows:
    answers = {limb: found.limbs.get(limb) or {} for limb in Limb}
    return [
        {"reference": found.reference, "limb": limb.value, "met": answer.get("met"), "reasons": answer.get("reasons")}
        for limb, answer in answers.items()
    ]


def _items(session: Session, found: Decision) -> FrameRows:
    findings: dict[str, HeldFinding] = {finding.id: finding for finding in decisions.held(session, found.reference)}
    return [
        {
            "reference": found.reference,
            "item": item,
            "standing": findings[item].standing.value if item in findings else None,
            "released": item in findings and findings[item].releasable,
        }
        for item in found.items
    ]


def _people(session: Session, found: Decision) -> FrameRows:
    """A row for each researcher, with the approver and the chair."""
    approval = session.get(Approval, found.id)
    return [
        {
            "reference": found.reference,
            "researcher": who,
            "approved_it": approval is not None and approval.approver == who,
            "chaired_it": found.chair == who,
        }
        for who in sorted(researchers_of(session, found.reference))
    ]

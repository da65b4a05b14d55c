"""The words of a disclosure as they are kept, and whether they are still those that their phrases make and that were approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from casebook.domain.actors import Reason
from casebook.domain.case import agreed_words as rules
from casebook.domain.case.agreed_words import Passage, RecordFacts
from casebook.domain.stages import DISCLOSING_OUTCOMES
from casebook.policies.wording import UnknownWording
from casebook.storage import documents
from casebook.storage.case import decisions
from casebook.storage.tables import Approval, Decision, Finding


def facts_known(session: Session, reference: str, at: datetime) -> Mapping[str, tuple[str, RecordFacts]]:
    """Finding -> the kind of its record, and what a phrase may tell of it, by the risk model of a moment."""
    return {row.id: facts_of_finding(session, row, at) for row in decisions.findings(session, reference)}


def facts_of_finding(session: Session, row: Finding, at: datetime) -> tuple[str, RecordFacts]:
    offences = documents.of(session).risk_model(at).offences
    code, text = (str(row.record.get(name) or "") for name in ("offence_code", "offence_text"))
    return str(row.record.get("kind") or ""), rules.facts_told(row.record, offences.grade(code, text).group)


def words_made(session: Session, decision: Decision) -> str | None:
    """The text that the phrases of a decision make now; None if they make none."""
    if decision.wording is None:
        return None
    try:
        wording = documents.of(session).wording(decision.wording)
    except UnknownWording:
        return None
    passages = [Passage(item=each["item"], phrases=tuple(each["phrases"])) for each in decision.passages or ()]
    return rules.composed(wording, passages, facts_known(session, decision.reference, decision.recorded_at))


def why_not_read(session: Session, decision: Decision, approval: Approval) -> Reason | None:
    """Why the words of an approved decision may not be read to anybody. None for a decision that discloses nothing."""
    if decision.outcome not in DISCLOSING_OUTCOMES:
        return None
    return rules.why_not_read(decision.words, makes=words_made(session, decision), approved=approval.words_digest)


def why_not_approved(session: Session, decision: Decision) -> Reason | None:
    """Why a decision that discloses cannot be approved: it has no words, or others than its phrases make."""
    if decision.outcome not in DISCLOSING_OUTCOMES:
        return None
    approved = rules.words_digest(decision.words) if decision.words else None
    return rules.why_not_read(decision.words, makes=words_made(session, decision), approved=approved)

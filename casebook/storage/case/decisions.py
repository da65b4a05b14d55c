"""What scoring and deciding rest on: findings, scores, the originators' answers, the panel and its decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.domain import chain
from casebook.domain.case.panel_decision import HeldFinding
from casebook.domain.risk.risk_assessment import RecordedJudgement, effective
from casebook.domain.risk.risk_model import Disclosability
from casebook.domain.vocabulary import Band, Party
from casebook.storage.read_once import read_once
from casebook.storage.tables import (
    Application,
    Approval,
    Assurance,
    Decision,
    Finding,
    MemberAnswer,
    OwnerAgreement,
    Panel,
    RiskAssessment,
    RiskScore,
)


@read_once
def findings(session: Session, reference: str, party: Party = Party.B) -> Sequence[Finding]:
    """The findings (confirmed records) about a party, the oldest first."""
    query = select(Finding).where(Finding.reference == reference, Finding.party == party, Finding.withdrawn.is_(False))
    return session.scalars(query.order_by(Finding.found_at, Finding.id)).all()


@read_once
def agreements(session: Session, reference: str) -> Mapping[str, OwnerAgreement]:
    """The originators' answers about release, by finding."""
    query = select(OwnerAgreement).where(OwnerAgreement.reference == reference)
    return {row.finding_id: row for row in session.scalars(query)}


def held(session: Session, reference: str) -> tuple[HeldFinding, ...]:
    """The findings about the subject, each with the originator's answer about release."""
    answers_by_finding = agreements(session, reference)
    return tuple(held_finding(row, answers_by_finding.get(row.id)) for row in findings(session, reference))


def held_finding(row: Finding, said: OwnerAgreement | None) -> HeldFinding:
    return HeldFinding(
        id=row.id,
        standing=Disclosability(row.qualifies),
        owner=row.owner,
        handling=row.record.get("handling") or None,
        agreed=said.agreed if said else None,
        proceedings_pending=bool(said and said.proceedings_pending),
    )


@read_once
def current_score(session: Session, reference: str) -> RiskScore | None:
    query = select(RiskScore).where(RiskScore.reference == reference, RiskScore.superseded.is_(False))
    return session.scalar(query)


@read_once
def judgements(session: Session, reference: str) -> Sequence[tuple[RiskAssessment, RiskScore]]:
    """The standing judgements of every score, in order of time, each with its score."""
    query = (
        select(RiskAssessment, RiskScore)
        .join(RiskScore, RiskScore.id == RiskAssessment.score_id)
        .where(RiskAssessment.reference == reference, RiskAssessment.superseded.is_(False))
        .order_by(RiskAssessment.assessed_at, RiskAssessment.id)
    )
    return session.execute(query).tuples().all()


def is_assessed(session: Session, reference: str) -> bool:
    """Whether somebody has judged the present score."""
    current = current_score(session, reference)
    return current is not None and any(of.id == current.id for _, of in judgements(session, reference))


def is_assessed_since(session: Session, reference: str, since: datetime) -> bool:
    """Whether somebody has judged the present score after a moment."""
    current = current_score(session, reference)
    return current is not None and any(
        row.assessed_at >= since for row, of in judgements(session, reference) if of.id == current.id
    )


def effective_band(session: Session, score: RiskScore) -> Band:
    """The band in force: the score's band, which one person can raise and two can lower."""
    judged = (
        RecordedJudgement(
            band=Band(row.band),
            scored=Band(of.band),
            lowers=row.lowers,
            agreed=row.second_agrees,
            of_this_score=of.id == score.id,
        )
        for row, of in judgements(session, score.reference)
    )
    return effective(Band(score.band), judged)


def facts(session: Session, application: Application) -> str:
    """A digest of what a decision rests on: findings, originators' answers, score, judgements, assurances.

    It covers ids and codes only. Equal facts give an equal digest, in whatever order they were recorded.
    """
    reference = application.reference
    score = current_score(session, reference)
    signed = select(Assurance.id).where(Assurance.reference == reference, Assurance.superseded.is_(False))
    return chain.digest(
        {
            "findings": sorted([row.id, row.qualifies, row.owner or ""] for row in findings(session, reference)),
            "owners": sorted(
                [row.id, row.agreed, row.proceedings_pending] for row in agreements(session, reference).values()
            ),
            "score": score.id if score else None,
            "judgements": sorted([row.id, row.second_agrees] for row, _ in judgements(session, reference)),
            "assurances": sorted(session.scalars(signed)),
        }
    )


@read_once
def panel(session: Session, application: Application) -> Panel | None:
    """The panel that is asked to decide the present round."""
    query = select(Panel).where(Panel.reference == application.reference, Panel.version == application.version)
    return session.scalar(query)


@read_once
def answers(session: Session, application: Application) -> Sequence[MemberAnswer]:
    """The members' answers in the present round."""
    query = select(MemberAnswer).where(
        MemberAnswer.reference == application.reference, MemberAnswer.version == application.version
    )
    return session.scalars(query.order_by(MemberAnswer.answered_at, MemberAnswer.member)).all()


@read_once
def decision(session: Session, application: Application) -> Decision | None:
    """The decision of the present round, unless it was superseded."""
    query = select(Decision).where(
        Decision.reference == application.reference,
        Decision.version == application.version,
        Decision.superseded.is_(False),
    )
    return session.scalar(query)


def approval(session: Session, decision_id: str) -> Approval | None:
    return session.get(Approval, decision_id)


def approved(session: Session, application: Application) -> tuple[Decision, Approval] | None:
    """The decision that can be delivered: of the present round, not superseded, and approved by another person."""
    standing = decision(session, application)
    approval_given = approval(session, standing.id) if standing else None
    return (standing, approval_given) if standing and approval_given and approval_given.approved else None

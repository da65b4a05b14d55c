"""Queries about the searches and candidates of an application, for use cases and gates."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from casebook.domain import chain
from casebook.domain.case import record_checks as rules
from casebook.domain.vocabulary import Party, Source, Stage, WorkKind
from casebook.storage import documents
from casebook.storage.read_once import read_once
from casebook.storage.tables import (
    ApplicantSign,
    Application,
    Assurance,
    Candidate,
    Decision,
    Finding,
    Meeting,
    Search,
    SearchAttempt,
    WorkItem,
)


@read_once
def searches(session: Session, reference: str, *, live: bool = True) -> Sequence[Search]:
    """The searches, in the order in which they were opened. Live: not replaced by a later round."""
    query = select(Search).where(Search.reference == reference).order_by(Search.opened_at, Search.id)
    return session.scalars(query.where(Search.superseded.is_(False)) if live else query).all()


def of_the_same_source(session: Session, search: Search) -> list[Search]:
    """The current searches of the party and the source of this one, itself among them unless it was replaced."""
    current = searches(session, search.reference)
    return [other for other in current if (other.party, other.source) == (search.party, search.source)]


@read_once
def candidates(session: Session, reference: str, party: Party | None = Party.B) -> Sequence[Candidate]:
    """The candidates that were not superseded, the most likely first."""
    query = select(Candidate).where(Candidate.reference == reference, Candidate.superseded.is_(False))
    query = query if party is None else query.where(Candidate.party == party)
    return session.scalars(query.order_by(Candidate.weight.desc(), Candidate.id)).all()


@read_once
def findings(session: Session, reference: str) -> Sequence[Finding]:
    """The records of the confirmed subject."""
    query = select(Finding).where(Finding.reference == reference, Finding.withdrawn.is_(False))
    return session.scalars(query.order_by(Finding.id)).all()


@read_once
def signs(session: Session, reference: str) -> Sequence[ApplicantSign]:
    return session.scalars(
        select(ApplicantSign).where(ApplicantSign.reference == reference).order_by(ApplicantSign.code)
    ).all()


@read_once
def meeting(session: Session, reference: str) -> Meeting | None:
    """The last meeting, location of A, or recorded exception, that was not superseded."""
    query = select(Meeting).where(Meeting.reference == reference, Meeting.superseded.is_not(True))
    return session.scalars(query.order_by(Meeting.recorded_at.desc(), Meeting.id)).first()


@read_once
def attempts(session: Session, reference: str) -> Counter[tuple[str, str]]:
    """How often each search was tried with each outcome."""
    query = select(SearchAttempt.search_id, SearchAttempt.outcome).join(Search, Search.id == SearchAttempt.search_id)
    return Counter(session.execute(query.where(Search.reference == reference)).tuples())


@read_once
def reviews(session: Session, reference: str) -> Counter[str]:
    """Candidate, or list -> how often it was reviewed or its review dropped. This gives the round of the next review."""
    query = select(func.coalesce(WorkItem.subject["candidate"].astext, WorkItem.subject["list"].astext)).where(
        WorkItem.reference == reference,
        WorkItem.kind == WorkKind.REVIEW_MATCH,
        or_(WorkItem.done_at.is_not(None), WorkItem.cancelled_at.is_not(None)),
    )
    return Counter(session.scalars(query))


def too_old(session: Session, now: datetime) -> list[str]:
    """Applications after record checks and not decided, with a return that is too old to decide on by policy.

    Sources in our own database are left out: they are searched again at the moment of the decision.
    """
    moment = func.coalesce(Search.searched_at, Search.returned_at)
    undecided = ~exists().where(
        Decision.reference == Application.reference, Decision.version == Application.version,
        Decision.superseded.is_(False),
    )  # fmt: skip
    rows = session.execute(
        select(Application.reference, Application.policy, Search.source, func.min(moment))
        .join(Search, Search.reference == Application.reference)
        .where(
            Application.stage.in_([Stage.RISK_SCORING, Stage.PANEL_DECISION]),
            Application.frozen_at.is_(None),
            undecided,
        )
        .where(Search.mandatory, Search.superseded.is_(False), Search.returned_at.is_not(None))
        .where(or_(Search.automatic.is_(False), Search.extract_id.is_(None)), Search.source != Source.DVDS_REGISTER)
        .group_by(Application.reference, Application.policy, Search.source)
    ).all()
    policy = {title: documents.of(session).policy(title) for title in {row.policy for row in rows}}
    return sorted(
        {
            reference
            for reference, name, source, returned_at in rows
            if rules.is_stale(returned_at, now, policy[name].sources.freshness(Source(source)).value)
        }
    )


@read_once
def not_told_apart(session: Session, reference: str) -> int:
    """People who bear the subject's name, and whom nobody can tell apart from the subject: they are on no list."""
    query = select(func.sum(Search.beyond)).where(
        Search.reference == reference, Search.party == Party.B, Search.superseded.is_(False)
    )
    return int(session.scalar(query) or 0)


def undetermined(session: Session, reference: str) -> int:
    """Candidates for whom two people say "cannot tell". They count as uncertainty."""
    return sum(candidate.verdict == "cannot_tell" for candidate in candidates(session, reference))


def uncovered(session: Session, reference: str) -> dict[str, tuple[str, ...]]:
    """Mandatory source -> keys of the variants of B that none of its live returns covers."""
    required: dict[str, set[str]] = {}
    done: dict[str, set[str]] = {}
    for search in searches(session, reference):
        if search.party == Party.B and search.mandatory:
            required.setdefault(search.source, set()).update(search.required)
            done.setdefault(search.source, set()).update(search.covered)
    return {
        source: tuple(sorted(keys - done[source])) for source, keys in sorted(required.items()) if keys - done[source]
    }


def facts(session: Session, reference: str) -> str:
    """Digest of the facts under the identity and adequacy signatures. Any later search, finding or review makes them stale.

    Replaced rounds count too, so that an old signature can never match the facts again.
    """
    session.flush()
    parts = [
        [
            (s.id, s.result, s.covered, s.required, s.accepted_by, s.superseded)
            for s in searches(session, reference, live=False)
        ],
        sorted(
            (c.id, c.verdict or "", str(c.second_agrees), c.reviewed_by or "", c.superseded)
            for c in session.scalars(select(Candidate).where(Candidate.reference == reference))
        ),
        sorted(finding.id for finding in findings(session, reference)),
        # a signature that a panel set aside: adequacy must be signed again
        sorted(
            session.scalars(
                select(Assurance.id).where(Assurance.reference == reference, Assurance.superseded.is_(True))
            )
        ),
    ]
    return hashlib.sha256(chain.canonical(parts).encode()).hexdigest()[:32]


def assurance(session: Session, reference: str, kind: str, facts_now: str) -> Assurance | None:
    """The signature of this kind on the present facts."""
    query = select(Assurance).where(
        Assurance.reference == reference, Assurance.kind == kind, Assurance.facts == facts_now,
        Assurance.superseded.is_(False),
    )  # fmt: skip
    return session.scalars(query.order_by(Assurance.signed_at.desc())).first()

"""The monitor's data: plain rows of ids, codes and numbers, one for each case and member of staff.

Every row has `case`, `judged` (a staff id), `at`, `happened`, and the features that the channel's model may see.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook.domain.case import open_check
from casebook.domain.case.record_checks import MatchVerdict, SearchResult
from casebook.domain.monitor.decision_monitor import DISCLOSED, NOT_DISCLOSED, ChartKind
from casebook.domain.risk.risk_model import Disclosability
from casebook.domain.vocabulary import Party, Stage, WorkKind
from casebook.storage.tables import (
    Application,
    Assurance,
    Candidate,
    Decision,
    DipSample,
    Finding,
    MonitorSignal,
    OpenCheck,
    Person,
    RiskScore,
    Search,
    WorkItem,
)

ChartRows = list[dict[str, Any]]


def decisions(session: Session) -> ChartRows:
    """The last decision of each chair on each application, with the findings and the machine's band at that time."""
    bands, findings = _bands(session), _findings(session)
    query = (
        select(Decision, Application.route)
        .join(Application, Application.reference == Decision.reference)
        .where(Decision.outcome.in_([*DISCLOSED, *NOT_DISCLOSED]))
        .order_by(Decision.version)
    )
    last = {(row.reference, row.chair): (row, route) for row, route in session.execute(query)}
    return [
        {
            "case": row.reference,
            "judged": row.chair,
            "at": row.occurred_at,
            "happened": row.outcome in DISCLOSED,
            "findings": float(sum(at <= row.recorded_at for at in findings[row.reference])),
            "band": next((band for at, band in reversed(bands[row.reference]) if at <= row.recorded_at), "none"),
            "route": route,
        }
        for row, route in last.values()
    ]


def research(session: Session) -> ChartRows:
    """Each application after record checks, for the person who signed the subject's identity.

    The features were fixed before that person worked on it.
    """
    signed = _signed(session)
    findings, proposed = _findings(session), _proposed(session)
    query = (
        select(Application, Person)
        .outerjoin(Person, (Person.reference == Application.reference) & (Person.party == Party.B))
        .where(Application.stage.not_in([Stage.INTAKE, Stage.RECORD_CHECKS]), Application.reference.in_(signed))
    )
    return [
        {
            "case": row.reference,
            "judged": signed[row.reference][0],
            "at": signed[row.reference][1],
            "happened": bool(findings[row.reference]),
            "route": row.route,
            "applicant": row.applicant,
            "immediate_danger": row.immediate_danger,
            "relationship": row.relationship or "unknown",
            "b_age": _age(b.dob if b else None, row.submitted_at),
            "b_sex": b.sex if b else "unknown",
            "proposed_matches": float(proposed[row.reference]),
        }
        for row, b in session.execute(query)
    ]


def gaps(session: Session, researched: ChartRows) -> ChartRows:
    """Gaps in each person's searches by hand in each of these applications: `skipped`, `uncovered`.

    A search counts for whoever returned it. A mandatory search that nobody returned counts for whoever signed the identity.
    It does not count for whoever accepts a gap: they see only gaps, so there is nothing to compare them with.
    """
    signed = {row["case"]: row for row in researched}
    parts = dict[tuple[str, str], dict[str, Any]]()
    query = select(Search).where(
        Search.party == Party.B, Search.superseded.is_(False), Search.automatic.is_(False), Search.reference.in_(signed)
    )
    for search in session.scalars(query.order_by(Search.id)):
        if search.result is None and not search.mandatory:
            continue
        row = signed[search.reference]
        who, at = search.returned_by or row["judged"], search.returned_at or row["at"]
        new = {
            "case": row["case"],
            "judged": who,
            "at": at,
            "route": row["route"],
            "skipped": False,
            "uncovered": False,
        }
        part = parts.setdefault((row["case"], who), new)
        skipped = search.mandatory and search.result in {None, SearchResult.UNAVAILABLE}
        part["at"] = max(part["at"], at)
        part["skipped"] |= skipped
        part["uncovered"] |= not skipped and not set(search.required) <= set(search.covered)
    return list(parts.values())


def candidates(session: Session) -> ChartRows:
    """Each reviewed candidate: whether it was rejected, with its weight."""
    query = select(Candidate).where(Candidate.party == Party.B, Candidate.reviewed_by.is_not(None))
    return [
        {"case": row.id, "judged": row.reviewed_by, "at": row.reviewed_at, "happened": row.verdict != MatchVerdict.SAME,
         "weight": row.weight, "band": row.band}
        for row in session.scalars(query)
    ]  # fmt: skip


def searches(session: Session) -> ChartRows:
    """Each search that was claimed and returned, with the seconds between."""
    query = select(WorkItem).where(
        WorkItem.kind == WorkKind.RETURN_SEARCH, WorkItem.done_at.is_not(None), WorkItem.claimed_at.is_not(None)
    )
    return [
        {"case": row.id, "judged": row.done_by, "at": row.done_at, "source": str(row.subject.get("source")),
         "seconds": (row.done_at - row.claimed_at).total_seconds()}
        for row in session.scalars(query) if row.done_at and row.claimed_at
    ]  # fmt: skip


def samples(session: Session) -> ChartRows:
    """Each decision that was made a second time, for the person who made it first."""
    query = select(DipSample, Application.band).join(Application).where(DipSample.redecided_at.is_not(None))
    return [
        {
            "case": row.id,
            "judged": row.decider,
            "at": row.redecided_at,
            "happened": not row.agrees,
            "band": band or "none",
        }
        for row, band in session.execute(query)
    ]


def checks(session: Session) -> ChartRows:
    """Each dip-check of an open case, for the person whose work was looked at. Supervisors choose which, not chance."""
    return [
        {
            "case": row.id,
            "judged": row.staff_id,
            "at": row.checked_at,
            "happened": bool(open_check.faults(row.points)),
            "stage": row.stage,
        }
        for row in session.scalars(select(OpenCheck).order_by(OpenCheck.checked_at, OpenCheck.id))
    ]


def resets(session: Session) -> dict[tuple[str, str, str], tuple[datetime, str]]:
    """By channel, side and person: the case after which the chart started again."""
    restarts: dict[tuple[str, str, str], tuple[datetime, str]] = {}
    for row in session.scalars(select(MonitorSignal).order_by(MonitorSignal.last_at, MonitorSignal.last_case)):
        restarts[row.channel, row.side, row.staff_id] = (row.last_at, row.last_case)
    return restarts


def signals(session: Session) -> Sequence[MonitorSignal]:
    """Every signal, the newest first."""
    return session.scalars(select(MonitorSignal).order_by(MonitorSignal.raised_at.desc(), MonitorSignal.id)).all()


def rows(session: Session) -> dict[ChartKind, ChartRows]:
    """The rows of each channel."""
    researched, returned = research(session), searches(session)
    left = gaps(session, researched)
    return {
        ChartKind.DECISION: decisions(session),
        ChartKind.YIELD: researched,
        ChartKind.SKIPPED_SOURCE: [{**row, "happened": row["skipped"]} for row in left],
        ChartKind.UNCOVERED_VARIANT: [{**row, "happened": row["uncovered"]} for row in left],
        ChartKind.REJECTED_CANDIDATE: candidates(session),
        ChartKind.HURRIED: returned,
        ChartKind.DISAGREEMENT: samples(session),
        ChartKind.FOUND_AT_CHECK: checks(session),
    }


def _findings(session: Session) -> dict[str, list[datetime]]:
    """When each qualifying finding about the subject was made."""
    query = select(Finding.reference, Finding.found_at).where(
        Finding.party == Party.B, Finding.qualifies == Disclosability.QUALIFYING, Finding.withdrawn.is_(False)
    )
    by_reference: dict[str, list[datetime]] = defaultdict(list)
    for reference, at in session.execute(query):
        by_reference[reference].append(at)
    return by_reference


def _bands(session: Session) -> dict[str, list[tuple[datetime, str]]]:
    by_reference: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    query = select(RiskScore.reference, RiskScore.computed_at, RiskScore.band).order_by(RiskScore.computed_at)
    for reference, at, band in session.execute(query):
        by_reference[reference].append((at, band))
    return by_reference


def _signed(session: Session) -> dict[str, tuple[str, datetime]]:
    """Who signed the identity last, and when."""
    query = select(Assurance).where(Assurance.kind == "identity").order_by(Assurance.signed_at, Assurance.id)
    return {row.reference: (row.signed_by, row.signed_at) for row in session.scalars(query)}


def _proposed(session: Session) -> Counter[str]:
    """How many candidates the automatic searches proposed: no person took part in that."""
    query = (
        select(Candidate.reference, func.count())
        .join(Search, Search.id == Candidate.search_id)
        .where(Candidate.party == Party.B, Search.automatic)
        .group_by(Candidate.reference)
    )
    return Counter(dict(session.execute(query).tuples().all()))


def _age(dob: str | None, on: datetime) -> float | None:
    """Age in years, as exactly as a partial date allows."""
    return float(on.year - int(dob[:4])) if dob and dob[:4].isdigit() else None

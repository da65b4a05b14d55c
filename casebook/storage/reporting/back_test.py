"""The facts of cases that a policy has a say in, read in bulk for a back-test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from casebook.domain.back_test import CaseFacts, ClockFacts, WorkFacts
from casebook.domain.case.panel import OURS
from casebook.domain.triage import TriageSign
from casebook.domain.vocabulary import Limit, Party, Priority, Route, Source, Stage, WorkKind
from casebook.storage.tables import Application, Clock, Decision, MemberAnswer, Panel, RiskScore, Search, WorkItem

PAGE = 500
_SIGNS = frozenset(sign.value for sign in TriageSign)


@dataclass(frozen=True, kw_only=True)
class TestedCase:
    """One case, the title of its policy, and the inputs and the model of its present score."""

    facts: CaseFacts
    policy: str
    inputs: Mapping[str, object] | None
    model: str | None


def cases(session: Session, *, since: datetime | None, open_only: bool) -> Iterator[TestedCase]:
    """Every case that is not restricted, in the order of submission. Cases that were merged or erased are left out."""
    t = Application
    query = select(t).where(t.restricted.is_(False), t.merged_into.is_(None), t.disposed_at.is_(None))
    if since is not None:
        query = query.where(t.submitted_at >= since)
    if open_only:
        query = query.where(t.stage != Stage.CLOSED)
    for page in session.scalars(query.order_by(t.submitted_at, t.reference)).partitions(PAGE):
        yield from _page(session, page)


def _page(session: Session, page: Sequence[Application]) -> Iterator[TestedCase]:
    references = [application.reference for application in page]
    clocks = _grouped(session, select(Clock).where(Clock.reference.in_(references)).order_by(Clock.id))
    work = _grouped(
        session, select(WorkItem).where(WorkItem.reference.in_(references)).order_by(WorkItem.opened_at, WorkItem.id)
    )
    returned = _returned(session, references)
    decided = _decided(session, references)
    scores = {
        row.reference: row
        for row in session.scalars(
            select(RiskScore).where(RiskScore.reference.in_(references), RiskScore.superseded.is_(False))
        )
    }
    for application in page:
        reference, score = application.reference, scores.get(application.reference)
        decided_at, answered, agencies = decided.get(reference, (None, None, None))
        yield TestedCase(
            facts=CaseFacts(
                reference=reference,
                open=application.stage != Stage.CLOSED,
                route=Route(application.route),
                priority=Priority(application.priority),
                raised_for=TriageSign(application.priority_reason) if application.priority_reason in _SIGNS else None,
                clocks=[_clock(clock, application) for clock in clocks[reference]],
                work=[_item(item) for item in work[reference]],
                returned=returned[reference],
                decided_at=decided_at,
                answered=answered,
                agencies=agencies,
            ),
            policy=application.policy,
            inputs=score.inputs if score else None,
            model=score.model if score else None,
        )


def _grouped(session: Session, query: Select[Any]) -> dict[str, list[Any]]:
    rows = defaultdict[str, list[Any]](list)
    for row in session.scalars(query):
        rows[row.reference].append(row)
    return rows


def _clock(clock: Clock, application: Application) -> ClockFacts:
    due, unpaused = clock.due_at, clock.unpaused_due_at
    return ClockFacts(
        limit=Limit(clock.limit_name),
        anchor_at=clock.anchor_at,
        priority=Priority(clock.priority or application.priority),
        paused=max(due - unpaused, timedelta()) if due and unpaused else timedelta(),
        settled_at=clock.met_at or clock.ended_at,
    )


def _item(item: WorkItem) -> WorkFacts:
    return WorkFacts(
        kind=WorkKind(item.kind),
        opened_at=item.opened_at,
        claimed_at=item.claimed_at,
        settled_at=item.done_at or item.cancelled_at,
        priority=Priority(item.priority),
    )


def _returned(session: Session, references: Sequence[str]) -> dict[str, dict[Source, datetime]]:
    query = (
        select(Search.reference, Search.source, func.max(Search.returned_at))
        .where(Search.reference.in_(references), Search.party == Party.B, Search.returned_at.is_not(None))
        .group_by(Search.reference, Search.source)
    )
    found = defaultdict[str, dict[Source, datetime]](dict)
    for reference, source, at in session.execute(query):
        found[reference][Source(source)] = at
    return found


def _decided(session: Session, references: Sequence[str]) -> dict[str, tuple[datetime, int, int]]:
    """When the standing decision was made, how many answered, the chair among them, and how many outside agencies."""
    answers = defaultdict[tuple[str, int], set[str]](set)
    for row in session.scalars(select(MemberAnswer).where(MemberAnswer.reference.in_(references))):
        answers[row.reference, row.version].add(row.member)
    panels = {
        (row.reference, row.version): row
        for row in session.scalars(select(Panel).where(Panel.reference.in_(references)))
    }
    found = {}
    query = select(Decision).where(Decision.reference.in_(references), Decision.superseded.is_(False))
    for decision in session.scalars(query.order_by(Decision.version)):
        key = decision.reference, decision.version
        if (panel := panels.get(key)) is not None:
            agencies = {seat["agency"] for seat in panel.members if seat["staff"] in answers[key]} - {OURS}
            found[decision.reference] = decision.occurred_at, len(answers[key] | {decision.chair}), len(agencies)
    return found

"""Finds signs that an open application is more urgent than its priority. It starts from events, not open items."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, select, union_all
from sqlalchemy.orm import Session

from casebook.domain.case.namesakes import HIGH_RISK
from casebook.domain.triage import TriageSign
from casebook.domain.vocabulary import Limit, MatchBand, Party, Priority, Stage, WorkKind
from casebook.storage import links
from casebook.storage.tables import OPEN_WORK, Application, Candidate, Clock, Proposal, WorkItem

SAFETY = (WorkKind.IMMEDIATE_SAFEGUARDING, WorkKind.SAFEGUARD_DURING_DELAY)


class SeenSign(NamedTuple):
    """A sign about one application."""

    reference: str
    sign: TriageSign


def seen(session: Session, now: datetime, below: Collection[Priority]) -> list[SeenSign]:
    """Every sign about an open application of these priorities that two people have not set aside since."""
    sure = links.sure().subquery()
    # a home of the first release has one side of a link only
    either = union_all(
        select(sure.c.reference.label("reference"), sure.c.found_at.label("at")),
        select(sure.c.other, sure.c.found_at),
    ).subquery()
    late = select(Clock.reference, Clock.due_at.label("at")).where(
        Clock.limit_name == Limit.WHOLE_PROCESS, Clock.met_at.is_(None), Clock.due_at <= now
    )
    unsafe = select(WorkItem.reference, WorkItem.due_at.label("at")).where(
        OPEN_WORK, WorkItem.due_at <= now, WorkItem.kind.in_(SAFETY)
    )
    unread = (
        select(WorkItem.reference, WorkItem.due_at.label("at"))
        .join(Candidate, Candidate.id == WorkItem.subject["candidate"].astext)
        .where(OPEN_WORK, WorkItem.due_at <= now, WorkItem.kind == WorkKind.REVIEW_MATCH)
        .where(Candidate.band == MatchBand.POSSIBLE, Candidate.party == Party.B, Candidate.verdict.is_(None))
        .where(Candidate.worst["grave"].astext == HIGH_RISK)
    )
    queries = {
        TriageSign.REPEAT_APPLICATION: select(either.c.reference, either.c.at),
        TriageSign.SAFEGUARDING_OVERDUE: unsafe,
        TriageSign.LIMIT_PASSED: late,
        TriageSign.POSSIBLE_MATCH_OVERDUE: unread,
    }
    return [
        SeenSign(reference, sign)
        for sign, query in queries.items()
        for reference in session.scalars(_not_looked_past(query, below))
    ]


def _not_looked_past(query: Select[Any], below: Collection[Priority]) -> Select[Any]:
    signs = query.subquery()
    lowered = exists().where(
        Proposal.reference == Application.reference,
        Proposal.what.startswith("lower_priority:"),
        Proposal.second_at >= signs.c.at,
    )
    return (
        select(Application.reference)
        .join(signs, signs.c.reference == Application.reference)
        .where(Application.stage != Stage.CLOSED, Application.priority.in_(below), ~lowered)
        .distinct()
    )

"""The rows behind the figures that a force reports, one for each application: codes and times, nothing personal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, exists, func, select, union_all
from sqlalchemy.orm import Session

from casebook.domain.vocabulary import Limit
from casebook.storage.tables import (
    Application,
    Approval,
    Clock,
    Decision,
    DisclosedItem,
    Disclosure,
    EmergencyDisclosure,
    LedgerEntry,
)


class ForceCase(NamedTuple):
    reference: str
    route: str
    applicant: str
    submitted_at: datetime
    closed_at: datetime | None
    outcome: str | None
    refusal_reason: str | None
    received_at: datetime
    whole_due: datetime | None  # the limit of the whole process, as it stands after its pauses
    whole_met: datetime | None
    late_because: str | None
    disclosed_at: datetime | None  # when the person at risk was told something, the first time
    harmed_at: datetime | None  # a death or serious injury that was reported after a decision
    taken_over: bool  # as a running case of an earlier list: it did not wait for us from its submission on


def cases(session: Session, begin: datetime | None, end: datetime | None) -> list[ForceCase]:
    """Every application submitted from `begin` to before `end`, with the reason of its standing decision."""
    # what the person at risk was told in an emergency counts as the ordinary telling does
    told = union_all(
        select(Disclosure.reference, Disclosure.occurred_at).where(
            Disclosure.id.in_(select(DisclosedItem.disclosure_id))
        ),
        select(EmergencyDisclosure.reference, EmergencyDisclosure.occurred_at),
    ).subquery()
    disclosed = select(func.min(told.c.occurred_at)).where(told.c.reference == Application.reference)
    decided = select(func.min(Approval.approved_at)).where(Approval.reference == Application.reference)
    harmed = select(func.min(LedgerEntry.at)).where(
        LedgerEntry.chain == Application.reference, LedgerEntry.event == "harm_reported",
        LedgerEntry.at > decided.scalar_subquery(),
    )  # fmt: skip
    taken_over = exists().where(LedgerEntry.chain == Application.reference, LedgerEntry.event == "case_taken_over")
    query = (
        select(
            Application.reference, Application.route, Application.applicant, Application.submitted_at, Application.closed_at,
            Application.outcome, Decision.refusal_reason, Application.received_at, Clock.due_at, Clock.met_at,
            Clock.overrun_reason, disclosed.scalar_subquery(), harmed.scalar_subquery(), taken_over,
        )
        .outerjoin(Clock, and_(Clock.reference == Application.reference, Clock.limit_name == Limit.WHOLE_PROCESS))
        .outerjoin(Decision, and_(Decision.reference == Application.reference, Decision.superseded.is_(False)))
        .where(Application.merged_into.is_(None))  # a duplicate is the same application as the one it was merged into
        .order_by(Application.submitted_at, Application.reference, Decision.version)
    )  # fmt: skip
    if begin is not None:
        query = query.where(Application.submitted_at >= begin)
    if end is not None:
        query = query.where(Application.submitted_at < end)
    return list({row.reference: ForceCase(*row) for row in session.execute(query)}.values())


def moves(session: Session) -> Sequence[Row[Any]]:
    """Every change of stage, also from closed to open: reference, moment, from, to."""
    origin, to = LedgerEntry.body["origin"].astext, LedgerEntry.body["to"].astext
    query = (
        select(LedgerEntry.chain, LedgerEntry.at, origin.label("origin"), to.label("to"))
        .where(LedgerEntry.event == "stage_changed")
        .order_by(LedgerEntry.chain, LedgerEntry.sequence)
    )
    return session.execute(query).all()

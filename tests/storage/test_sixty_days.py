"""Sixty days of sweeps over people who ignore a third of what they are asked."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import and_, select
from staffing import hire

from casebook.casework import work_queue
from casebook.casework.reporting import audit
from casebook.casework.sweep import sweep
from casebook.domain.vocabulary import Role, WorkKind
from casebook.storage.tables import Escalation, WorkItem

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ROUND = timedelta(hours=6)
STAFF = {
    "i1": Role.INTAKE_OFFICER,
    "s1": Role.SUPERVISOR,
    "h1": Role.HEAD_OF_UNIT,
    "c1": Role.CHIEF_OFFICER,
    "d1": Role.DUTY_INSPECTOR,
}
ANSWERS = {
    WorkKind.ACKNOWLEDGE_ESCALATION: {"action": "accepted_delay", "overrun_reason": "staff_shortage"},
    WorkKind.SAFEGUARD_DURING_DELAY: {"plan": "a visit each day", "applicant_told": False, "risk_reviewed": True},
}


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_over_sixty_days_nothing_overdue_goes_untold_and_no_rung_is_raised_twice(received, acting, person, store):
    dice, told = random.Random(60), list[tuple[str, int]]()  # noqa: S311 - the same people in every run
    with acting() as act:
        hire(act, STAFF)
    people = {role: person(staff_id, role) for staff_id, role in STAFF.items()}
    ignored = set()
    for number in range(240):
        now = NOW + number * ROUND
        if number % 16 == 0:
            danger = "yes" if number % 48 == 0 else "no"
            received(
                now=now, external_id=f"S-{number}", submitted_at=now.isoformat(), immediate_danger=danger, b_surname=""
            )
        told += [(str(each["item"]), each["rung"]) for each in sweep.sweep(lambda at=now: acting(now=at)).escalated]
        with store.session() as session:
            assert untold(session, now) == []
            asked = session.execute(select(WorkItem.id, WorkItem.kind, WorkItem.role).where(
                WorkItem.kind.in_(ANSWERS), WorkItem.done_at.is_(None), WorkItem.cancelled_at.is_(None))).all()  # fmt: skip
        for item, kind, role in asked:
            if item in ignored or dice.random() < 1 / 3:
                ignored.add(item)
            elif role in people:
                with acting(people[role], now) as act:
                    work_queue.do(act, item, ANSWERS[WorkKind(kind)])
    assert len(told) == len(set(told)) > 100
    assert {rung for _, rung in told} == {1, 2, 3, 4}
    with acting(now=NOW + 240 * ROUND) as act:
        assert audit.verify(act).broken == []


def untold(session, now):
    query = select(WorkItem.id).outerjoin(Escalation, and_(Escalation.item_id == WorkItem.id)).where(
        WorkItem.due_at <= now, WorkItem.done_at.is_(None), WorkItem.cancelled_at.is_(None), Escalation.id.is_(None),
    )  # fmt: skip
    return session.scalars(query).all()

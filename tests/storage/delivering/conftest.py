"""A crew that delivers, and applications whose decision is approved."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from casebook.casework import work_queue
from casebook.casework.core import lifecycle
from casebook.casework.staff import staff
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Role, Stage
from casebook.storage.case import decisions
from casebook.storage.tables import Approval, Candidate, Decision, Finding, Search, WorkItem

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # as the tests' present: inside mon..fri 09:00-17:00

CREW = {
    "d1": [Role.DISCLOSURE_OFFICER],
    "d2": [Role.DISCLOSURE_OFFICER],
    "r1": [Role.RESEARCHER, Role.DUTY_INSPECTOR],
    "c1": [Role.PANEL_CHAIR],
    "c2": [Role.PANEL_CHAIR, Role.DUTY_INSPECTOR],
    "s1": [Role.SUPERVISOR],
    "s2": [Role.SUPERVISOR],
    "i1": [Role.DUTY_INSPECTOR],
    "h1": [Role.HEAD_OF_UNIT],
    "n1": [Role.INTAKE_OFFICER],
}
TRAINED = ("d1", "d2")


@pytest.fixture
def crew(acting, person):
    """Everybody, by id; d1 and d2 are trained."""
    with acting() as act:
        for staff_id, roles in CREW.items():
            staff.add(act, staff_id, roles)
        for staff_id in TRAINED:
            staff.set_competence(act, staff_id, "domestic_abuse", expires_on=date(2027, 1, 1))
    return {staff_id: person(staff_id, *roles, competences=()) for staff_id, roles in CREW.items()}


@pytest.fixture
def decided(acting, received, crew):
    """An application at disclosure whose decision was approved at `MONDAY`, with two findings R0 and R1."""

    def make(outcome="disclosed_to_a", *, recipients=({"party": "a"},), band="medium", **overrides):
        reference = received(**overrides)
        with acting(OPERATOR) as act:
            application = act.application(reference)
            application.stage, application.band = Stage.DISCLOSURE, band
            findings = _research(act, reference)
            discloses = outcome.startswith("disclosed")
            _decide(act, application, outcome, list(recipients) if discloses else [], findings if discloses else [])
            act.record(application, "decided")
            lifecycle.refresh(act, application, because="decided")
        return reference

    return make


def _research(act, reference):
    common = {"reference": reference, "party": "b", "source": "rms", "superseded": False}
    act.session.add(
        Search(
            id=f"{reference}:b:rms:1", round=1, automatic=False, mandatory=True, opened_at=act.now, plan=[], required=[],
            covered=[], terms=[], result="hit", unavailable_reason=None, accepted_by=None, searched_at=act.now,
            returned_at=act.now, returned_by="r1", evidence_reference=None, summary=None, extract_id=None, **common,
        )
    )  # fmt: skip
    act.session.flush()
    act.session.add(
        Candidate(
            id=f"{reference}:P1", search_id=f"{reference}:b:rms:1", person_id="P1", weight=20.0, band="strong", twin=False,
            explanation=[], seen={}, proposed_at=act.now, verdict="same", reason="all agrees", reviewed_by="r1",
            reviewed_at=act.now, second_agrees=None, second_reason=None, second_by=None, second_at=None, **common,
        )
    )  # fmt: skip
    act.session.flush()
    rows = [
        Finding(
            id=f"{reference}:rms:R{number}", reference=reference, candidate_id=f"{reference}:P1", party="b", source="rms",
            record_id=f"R{number}", record={"source": "rms", "record_id": f"R{number}"}, owner=None,
            qualifies="qualifying", found_at=act.now, withdrawn=False,
        )
        for number in range(2)
    ]  # fmt: skip
    act.session.add_all(rows)
    act.session.flush()
    return [row.id for row in rows]


def _decide(act, application, outcome, recipients, items):
    row = Decision(
        id=f"{application.reference}:1", reference=application.reference, version=1, chair="c1", outcome=outcome, limbs={},
        representations={}, recipients=recipients, items=items, wording="1" if items else None, refusal_reason=None,
        rationale="it follows", dissent=[], supervisor_reason=None, supervisor=None,
        facts=decisions.facts(act.session, application), policy=application.policy, occurred_at=act.now,
        recorded_at=act.now, superseded=False,
    )  # fmt: skip
    act.session.add(row)
    act.session.flush()
    act.session.add(
        Approval(
            decision_id=row.id, reference=application.reference, approved=True, approver="s2", chair="c1",
            researchers=["r1"], reason="agreed", approved_at=act.now,
        )
    )  # fmt: skip
    act.session.flush()


@pytest.fixture
def open_items(store):
    def find(reference, kind=None):
        query = select(WorkItem).where(
            WorkItem.reference == reference, WorkItem.done_at.is_(None), WorkItem.cancelled_at.is_(None)
        )
        with store.session() as session:
            return [item for item in session.scalars(query.order_by(WorkItem.key)) if kind in {None, item.kind}]

    return find


@pytest.fixture
def do(acting, crew, open_items):
    """`do("d1", reference, kind, answer)`: answer the first open item of a kind whose key holds `key`, as somebody."""

    def answer(who, reference, kind, given, *, key="", now=MONDAY + timedelta(hours=2)):
        item = next(item for item in open_items(reference, kind) if key in item.key)
        with acting(crew[who], now=now) as act:
            return work_queue.do(act, item.id, given)

    return answer


@pytest.fixture
def rows(store):
    def find(table, reference):
        with store.session() as session:
            return list(session.scalars(select(table).where(table.reference == reference)))

    return find


@pytest.fixture
def disclosure_answer():
    """What is reported of a disclosure, with overrides; the meeting was agreed by phone at 10:30 and held at 11:00."""

    def make(reference, **overrides):
        return {
            "recipient": "a", "wording": "1", "occurred_at": "2026-03-02T11:00:00+00:00",
            "arranged_at": "2026-03-02T10:30:00+00:00", "second_officer": "s1", "identity_checked": True,
            "undertaking": "signed", "items": [f"{reference}:rms:R0", f"{reference}:rms:R1"], "support_offered": True,
            "safety_plan": "agreed with her", "follow_up": {limit: {"chosen": "accepted"} for limit in LIMITS}, **overrides,
        }  # fmt: skip

    return make


@pytest.fixture
def no_disclosure_answer(disclosure_answer):
    def make(reference, **overrides):
        told = disclosure_answer(reference, **overrides)
        return {name: value for name, value in told.items() if name not in {"undertaking", "items"}}

    return make


@pytest.fixture
def delivered(decided, do, disclosure_answer, no_disclosure_answer):
    """An application whose outcome was delivered on Monday at 11:00."""

    def make(outcome="disclosed_to_a", *, answer=None, **overrides):
        reference = decided(outcome, **overrides)
        if outcome.startswith("disclosed"):
            do("d1", reference, "deliver_disclosure", disclosure_answer(reference, **(answer or {})))
        else:
            do("d1", reference, "deliver_no_disclosure", no_disclosure_answer(reference, **(answer or {})))
        return reference

    return make


LIMITS = ("follow_up_24h", "follow_up_7d", "follow_up_28d")

"""Staff who deliver, and applications whose decision is approved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import staffing
from signing import read_and_do

from casebook.casework.core import lifecycle
from casebook.domain.actors import OPERATOR
from casebook.domain.case.agreed_words import words_digest
from casebook.domain.vocabulary import Role, Stage
from casebook.storage.case import agreed_words, decisions
from casebook.storage.tables import Approval, Candidate, Decision, Finding, Search

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # as the tests' present: inside mon..fri 09:00-17:00

PEOPLE = {
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
def people():
    return PEOPLE


@pytest.fixture
def crew(hire, people):
    """Everybody, by id; d1 and d2 are trained."""
    hire(people, trained=TRAINED)
    return staffing.actors(people, competences=())


@pytest.fixture
def decided(acting, received, crew, fill_once):
    """An application at disclosure whose decision was approved at `MONDAY`, with two findings R0 and R1."""

    def make(outcome="disclosed_to_a", *, recipients=({"party": "a"},), band="medium", **overrides):
        said = ("decided", outcome, repr(recipients), band, repr(overrides))
        return fill_once(said, lambda: fill(outcome, recipients, band, overrides))

    def fill(outcome, recipients, band, overrides):
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
        representations={}, recipients=recipients, items=items, wording="1" if items else None,
        passages=[{"item": item, "phrases": ["worries"]} for item in items], words=None, refusal_reason=None,
        rationale="it follows", dissent=[], supervisor_reason=None, supervisor=None,
        facts=decisions.facts(act.session, application), policy=application.policy, occurred_at=act.now,
        recorded_at=act.now, superseded=False,
    )  # fmt: skip
    row.words = agreed_words.words_made(act.session, row)
    act.session.add(row)
    act.session.flush()
    act.session.add(
        Approval(
            decision_id=row.id, reference=application.reference, approved=True, approver="p1", chair="c1",
            researchers=["r1"], reason="agreed", approved_at=act.now,
            words_digest=words_digest(row.words) if row.words else None,
        )
    )  # fmt: skip
    act.session.flush()


@pytest.fixture
def do(acting, crew, open_items):
    """`do("d1", reference, kind, answer)`: answer the first open item of a kind whose key holds `key`, as somebody."""

    def answer(who, reference, kind, given, *, key="", now=MONDAY + timedelta(hours=2)):
        item = next(item for item in open_items(reference, kind) if key in item.key)
        with acting(crew[who], now=now) as act:
            told_at = given.get("occurred_at") if kind == "deliver_disclosure" else None
            return read_and_do(act, item, given, before=told_at and datetime.fromisoformat(told_at))

    return answer


@pytest.fixture
def disclosure_answer():
    """What is reported of a disclosure, with overrides; the meeting was agreed by phone at 10:30 and held at 11:00."""

    def make(reference, **overrides):
        return {
            "recipient": "a", "wording": "1", "channel": "in_person", "verbal": True, "occurred_at": "2026-03-02T11:00:00+00:00",
            "arranged_at": "2026-03-02T10:30:00+00:00", "identity_checked": True,
            "undertaking": "signed", "items": [f"{reference}:rms:R0", f"{reference}:rms:R1"], "support_offered": True,
            "word_for_word": True, "safety_plan": "agreed with her",
            "follow_up": {limit: {"chosen": "accepted"} for limit in LIMITS}, **overrides,
        }  # fmt: skip

    return make


@pytest.fixture
def no_disclosure_answer(disclosure_answer):
    def make(reference, **overrides):
        told = disclosure_answer(reference, **overrides)
        return {name: value for name, value in told.items() if name not in {"undertaking", "items", "word_for_word"}}

    return make


@pytest.fixture
def delivered(decided, do, disclosure_answer, no_disclosure_answer, fill_once):
    """An application whose outcome was delivered on Monday at 11:00."""

    def make(outcome="disclosed_to_a", *, answer=None, **overrides):
        said = ("delivered", outcome, repr(answer), repr(overrides))
        return fill_once(said, lambda: fill(outcome, answer, overrides))

    def fill(outcome, answer, overrides):
        reference = decided(outcome, **overrides)
        if outcome.startswith("disclosed"):
            do("d1", reference, "deliver_disclosure", disclosure_answer(reference, **(answer or {})))
        else:
            do("d1", reference, "deliver_no_disclosure", no_disclosure_answer(reference, **(answer or {})))
        return reference

    return make


LIMITS = ("follow_up_24h", "follow_up_7d", "follow_up_28d")

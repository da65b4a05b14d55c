"""Staff, applications that were researched, and panels that were called."""

from __future__ import annotations

import pytest
from signing import read_and_do

from casebook.casework.core import lifecycle
from casebook.domain.case.panel_decision import Limb
from casebook.domain.vocabulary import Role, Stage, WorkKind
from casebook.storage.tables import Candidate, Finding, InstrumentShortfall, Search

PEOPLE = {
    "r1": [Role.RESEARCHER, Role.PANEL_CHAIR, Role.APPROVER],
    "a1": [Role.RISK_ASSESSOR],
    "a2": [Role.RISK_ASSESSOR],
    "c1": [Role.PANEL_CHAIR, Role.APPROVER],
    "c2": [Role.PANEL_CHAIR],
    "c3": [Role.PANEL_CHAIR],
    "m1": [Role.PANEL_MEMBER],
    "m2": [Role.PANEL_MEMBER],
    "p1": [Role.APPROVER],
    "s1": [Role.SUPERVISOR, Role.APPROVER],
    "b.canarytwo": [Role.PANEL_MEMBER],
}


@pytest.fixture
def people():
    return PEOPLE


@pytest.fixture
def researched(acting, received, crew, fill_once):
    """An application at risk scoring that r1 researched; with one finding for each (record, standing, owner)."""

    def make(*findings, stage=Stage.RISK_SCORING, **overrides):
        return fill_once(
            ("researched", repr(findings), stage, repr(overrides)), lambda: fill(findings, stage, overrides)
        )

    def fill(findings, stage, overrides):
        reference = received(**overrides)
        with acting(crew["r1"]) as act:
            application = act.application(reference)
            application.stage = stage
            candidate = _candidate(act, reference)
            for number, (record, standing, owner) in enumerate(findings):
                act.session.add(_finding(act, reference, candidate, number, record, standing, owner))
            act.session.add(_declined(act, reference))
            act.record(application, "researched")
            lifecycle.refresh(act, application, because="researched")
        return reference

    return make


def _declined(act, reference):
    """The person at risk declined the risk questionnaire, so that nobody asks for it."""
    return InstrumentShortfall(
        id=f"{reference}:declined", reference=reference, why="declined", reason="she would rather not", recorded_by="r1",
        recorded_at=act.now, accepted=None, accepted_by=None, accepted_at=None,
    )  # fmt: skip


def _candidate(act, reference):
    common = {"reference": reference, "party": "b", "source": "rms", "superseded": False}
    act.session.add(
        Search(
            id=f"{reference}:b:rms:1", round=1,
            automatic=False, mandatory=True, opened_at=act.now, plan=[], required=[],
            covered=[], terms=[], result="hit", unavailable_reason=None, accepted_by=None, searched_at=act.now,
            returned_at=act.now, returned_by="r1", evidence_reference=None, summary=None, extract_id=None, **common,
        )
    )  # fmt: skip
    act.session.flush()
    candidate = Candidate(
        id=f"{reference}:P1", search_id=f"{reference}:b:rms:1", person_id="P1", weight=20.0, band="strong", twin=False,
        explanation=[], seen={}, proposed_at=act.now, verdict="same", reason="all agrees", reviewed_by="r1",
        reviewed_at=act.now, second_agrees=None, second_reason=None, second_by=None, second_at=None, **common,
    )  # fmt: skip
    act.session.add(candidate)
    act.session.flush()
    return candidate


def _finding(act, reference, candidate, number, record, standing, owner):
    row = {
        "source": "rms",
        "record_id": f"R{number}",
        "kind": "conviction",
        "date": "2025-01-01",
        "flags": [],
        **record,
    }
    return Finding(
        id=f"{reference}:rms:R{number}", reference=reference, candidate_id=candidate.id, party="b", source="rms",
        record_id=f"R{number}", record=row, owner=owner, qualifies=standing, found_at=act.now, withdrawn=False,
    )  # fmt: skip


@pytest.fixture
def do(acting, crew, open_items):
    """`do("c1", reference, kind, answer)`: answer the one open item of a kind (and key) as somebody."""

    def answer(who, reference, kind, given, *, key=None, now=None):
        (item,) = [item for item in open_items(reference, kind) if key is None or item.key.partition(":")[2] == key]
        with acting(crew[who], **({"now": now} if now else {})) as act:
            return read_and_do(act, item, given)

    return answer


@pytest.fixture
def kinds(open_items):
    return lambda reference: [item.kind for item in open_items(reference) if item.stage is not None]


@pytest.fixture
def convene(do):
    """`convene("c1", reference, **answer)`: the smallest panel there may be; its member m2 has answered."""

    def call(chair, reference, **answer):
        do(chair, reference, WorkKind.CONVENE_PANEL, {"members": [{"staff": "m2"}], **answer})
        limbs = {limb: {"met": True, "reasons": "because"} for limb in Limb}
        said = {"outcome": "disclosed_to_a", "limbs": limbs, "rationale": "all weighed"}
        do("m2", reference, WorkKind.DECIDE, said, key="m2")

    return call


@pytest.fixture
def convened(researched, do, convene, fill_once):
    """An application at panel decision with a panel of its chair and the members named, or the smallest there may be."""

    def make(*findings, members=(), chair="c1", **overrides):
        said = ("convened", repr(findings), repr(members), chair, repr(overrides))
        return fill_once(said, lambda: fill(findings, members, chair, overrides))

    def fill(findings, members, chair, overrides):
        reference = researched(*findings, stage=Stage.PANEL_DECISION, **overrides)
        seats = [{"staff": staff_id} for staff_id in members]
        if members:
            do(chair, reference, WorkKind.CONVENE_PANEL, {"members": seats})
        else:
            convene(chair, reference)
        return reference

    return make

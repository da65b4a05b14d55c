"""Circumstances that change: anybody who learns them says so, the risk is scored again, and the page shows what was before."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from casebook.case_page import facts
from casebook.case_page.blocks import as_lines
from casebook.casework.governance import circumstances
from casebook.casework.reporting import viewing
from casebook.domain.vocabulary import Role, Stage
from casebook.errors import Refused
from casebook.storage.case import decisions
from casebook.storage.tables import InstrumentShortfall


@pytest.fixture
def people():
    return {
        "i1": [Role.INTAKE_OFFICER],
        "a1": [Role.RISK_ASSESSOR],
        "w1": [Role.REVIEW_OFFICER],
        "c1": [Role.PANEL_CHAIR],
    }


@pytest.fixture
def change(acting, crew):
    def run(reference, what, value, *, who="i1", **more):
        with acting(crew[who]) as act:
            return circumstances.update(act, reference, what=what, value=value, learned_from="midwife", **more)

    return run


@pytest.fixture
def at_panel(acting, crew, received):
    """An application at the panel whose score somebody confirmed; she declined the questionnaire."""

    def make(**overrides):
        reference = received(**overrides)
        with acting(crew["i1"]) as act:
            application = act.application(reference)
            application.stage = Stage.RISK_SCORING
            act.session.add(
                InstrumentShortfall(
                    id=reference, reference=reference, why="declined", reason="no", recorded_by="i1", recorded_at=act.now,
                    accepted=None, accepted_by=None, accepted_at=None,
                )
            )  # fmt: skip
            act.record(application, "researched")
            for stage in (Stage.RECORD_CHECKS, Stage.RISK_SCORING):
                act.playbook.stage(stage).prepare(act, application)
            application.stage = Stage.PANEL_DECISION
            act.record(application, "moved")
        return reference

    return make


def kinds(items):
    return sorted(item.kind for item in items)


@pytest.mark.parametrize(
    ("what", "value", "column", "stored"),
    [
        ("pregnancy", "yes", "pregnant", "yes"),
        ("living_together", "yes", "living_together", "yes"),
        ("children", "2019; Nov 2021", "children", ["2019", "2021-11"]),
        ("children", "2", "children", ["", ""]),
        ("relationship", "ex_partner", "relationship", "ex_partner"),
    ],
)
def test_a_circumstance_is_the_present_of_the_case_and_the_page_keeps_what_was_before(
    received, change, peek, acting, crew, what, value, column, stored
):
    reference = received()
    change(reference, what, value, who="w1", since="2026-02")  # whoever learns it, not only case staff
    assert getattr(peek(reference), column) == stored
    with acting(crew["i1"]) as act:
        (line,) = [text for text in as_lines(facts.circumstances(viewing.show(act, reference))) if "->" in text]
    assert "since 2026-02" in line
    with pytest.raises(Refused) as caught:
        change(reference, what, value)
    assert caught.value.code == "nothing_new"


@pytest.mark.parametrize(
    ("what", "value", "more"),
    [
        ("pregnancy", "perhaps", {}),
        ("children", "two girls", {}),
        ("children", "2099", {}),
        ("relationship", "friends", {}),
        ("weather", "yes", {}),
        ("address", " ", {}),
        ("address", "1 New Street", {"postcode": "nowhere"}),
    ],
)
def test_what_cannot_be_read_is_refused_and_changes_nothing(received, change, peek, what, value, more):
    reference = received()
    with pytest.raises(Refused) as caught:
        change(reference, what, value, **more)
    assert caught.value.code == "bad_value"
    assert (peek(reference).pregnant, peek(reference).children) == ("no", [])


def test_a_separation_carries_its_date_and_living_together_again_takes_it_away(received, change, peek):
    reference = received()
    change(reference, "relationship", "ex_partner", since="2026-01-05")
    assert peek(reference).relationship_ended == "2026-01-05"
    change(reference, "relationship", "partner")
    assert peek(reference).relationship_ended is None


def test_a_pregnancy_raises_the_priority_at_once_whatever_the_stage(received, change, peek):
    reference = received()
    assert change(reference, "pregnancy", "yes")["priority"] == "high"
    assert peek(reference).priority_reason == "pregnant"


def test_a_child_that_becomes_known_opens_the_question_of_a_referral_once(received, change, open_items):
    reference = received()
    assert open_items(reference, "refer_safeguarding") == []
    change(reference, "children", "2020")
    change(reference, "children", "2020; 2022")
    (asked,) = open_items(reference, "refer_safeguarding")
    assert asked.subject == {"who": "children"}


def test_after_the_score_was_judged_a_change_is_scored_and_judged_again(at_panel, change, store, open_items, peek):
    reference = at_panel()
    with store.session() as session:
        before = decisions.current_score(session, reference)
    change(reference, "pregnancy", "yes")
    with store.session() as session:
        after = decisions.current_score(session, reference)
    assert after.id != before.id
    assert after.score > before.score
    assert peek(reference).stage == Stage.RISK_SCORING
    assert kinds(open_items(reference, "assess_risk")) == ["assess_risk"]


def test_another_address_of_the_subject_is_searched_and_changes_no_score(at_panel, change, store, peek):
    reference = at_panel()
    with store.session() as session:
        before = decisions.current_score(session, reference).id
    change(reference, "subject_address", "2 New Street", postcode="QX1 2AB")
    assert peek(reference).stage == Stage.RECORD_CHECKS
    with store.session() as session:
        assert decisions.current_score(session, reference).id == before


def test_a_corrected_address_stands_in_the_timeline_too(received, acting, crew):
    from casebook.casework.record_checks import information  # noqa: PLC0415

    reference = received()
    with acting(crew["i1"]) as act:
        information.add(act, reference, {"people": {"b": {"address": "9 Other Road"}}, "relationship": "ex_partner"})
    with acting(crew["i1"]) as act:
        shown = [text for text in as_lines(facts.circumstances(viewing.show(act, reference))) if "->" in text]
    assert len(shown) == 2
    assert any("1 Synthetic Street -> 9 Other Road" in text for text in shown)


def test_nothing_personal_of_a_change_is_in_the_ledger(received, change, store):
    from casebook.storage.tables import LedgerEntry  # noqa: PLC0415

    reference = received()
    change(reference, "address", "77 Hidden Lane", postcode="QX1 1AA")
    with store.session() as session:
        bodies = [str(body) for body in session.scalars(select(LedgerEntry.body))]
    assert bodies
    assert not [body for body in bodies if "Hidden" in body]

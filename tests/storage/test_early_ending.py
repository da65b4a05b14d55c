"""An early end says who asked for it and how they were known; a limit it cut short is not met; a person can reopen it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from early_ends import SAID, UNSAID
from sqlalchemy import select
from walking import ROW, through_everything

from casebook.case_page.page import page
from casebook.casework.core.work_items import open_items
from casebook.casework.governance import early_ending, recomputing
from casebook.casework.reporting import audit, board
from casebook.domain.vocabulary import Stage, WorkKind
from casebook.domain.work import DANGER, SPECS, Need
from casebook.errors import Refused
from casebook.storage.tables import Application, Proposal, Watch, WorkItem


@pytest.fixture
def reference(unit):
    return unit.receive({**ROW, "external_id": "E-1", "code_word": "heron"})


@pytest.fixture
def does(unit, reference):
    def do(who, use_case=early_ending.withdraw, **words):
        with unit.acting(who) as act:
            return use_case(act, reference, **words)

    return do


@pytest.fixture
def withdrawn(does):
    """Withdrawn by two people, each with a reason of their own."""
    does("intake", reason="She has left him", **SAID)
    return lambda **words: does("supervise", reason="I spoke to her too", **words)


def refusal(does, *arguments, **words):
    with pytest.raises(Refused) as caught:
        does(*arguments, **words)
    return caught.value


def test_every_fault_of_a_withdrawal_is_named_at_once_and_nothing_is_proposed(unit, does):
    fault = refusal(does, "intake", reason="She rang and said leave it", said_by="a", channel="pigeon")
    assert fault.code == "early_end_incomplete"
    assert all(word in fault.message for word in ("identified", "alone", "help-offered", "channel must be one of"))
    with unit.store.session() as session:
        assert session.scalars(select(Proposal)).all() == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({**SAID, "identified": "called_back"}, "code_word_needed"),  # B may answer her phone
        ({**SAID, "identified": "questions"}, "code_word_needed"),  # and knows the answers
        ({**SAID, "identified": "not_identified"}, "early_end_incomplete"),
        ({**SAID, "help_offered": "  "}, "early_end_incomplete"),
        (UNSAID, "early_end_incomplete"),  # nobody said it: then nobody withdrew
        ({**UNSAID, "alone": "yes"}, "early_end_incomplete"),
    ],
)
def test_a_withdrawal_of_somebody_not_known_is_refused(does, words, code):
    assert refusal(does, "intake", reason="asked", **words).code == code


def test_the_second_person_need_not_repeat_but_may_not_contradict(does, withdrawn):
    assert refusal(withdrawn, alone="no").code == "told_differently"
    assert withdrawn(help_offered="a refuge")["outcome"] == "withdrawn"


def test_the_page_shows_who_said_it_and_both_reasons(unit, reference, withdrawn):
    withdrawn()
    text = " ".join(" ".join(page(unit.shown("supervise", reference))).split())
    for words in ("She has left him", "I spoke to her too", "alone: yes", "an IDVA, and the helpline", "identified by"):
        assert words in text
    hidden = " ".join(page(unit.shown("head", reference) | {"proposal": []}))
    assert "ENDED EARLY" not in hidden


@pytest.mark.parametrize("alone", ["yes", "no", "unknown"])
def test_a_risk_that_nobody_assessed_is_not_low(unit, reference, does, alone):
    for who in ("intake", "supervise"):
        does(who, reason="asked", **{**SAID, "alone": alone})
    (item,) = [item for item in unit.open_items(reference) if item.kind == "review_watch_proposal"]
    assert item.subject["because"] == "closed_early"
    assert item.subject["assessed"] is False
    assert item.subject["band"]  # looked at again on what was known


def test_a_limit_that_an_end_cut_short_is_not_met_and_is_counted_apart(unit, reference, withdrawn, clocks):
    withdrawn()
    whole = clocks()["whole_process"]
    assert (whole.met_at, whole.ended_at) == (None, unit.now)
    assert "ended early" in "\n".join(page(unit.shown("head", reference)))
    unit.now += timedelta(days=60)
    with unit.acting("supervise") as act:
        figures = board.figures(act)
    assert figures["compliance"] == []
    assert sum(week["ended_early"] for week in figures["throughput"]) == 1


def test_one_person_reopens_it_where_it_was_and_nobody_gained_time(unit, reference, does, withdrawn, clocks):
    assert unit.carry(reference) == Stage.RECORD_CHECKS
    before = clocks()
    ended = unit.now = unit.now + timedelta(hours=2)
    withdrawn()
    unit.now += timedelta(days=30)
    assert does("research", early_ending.reopen, reason="she_asked_again")["stage"] == Stage.RECORD_CHECKS
    after = clocks()
    assert after["whole_process"].due_at - unit.now == before["whole_process"].due_at - ended
    assert after["record_checks"].anchor_at == unit.now  # its step begins again
    assert all(clock.ended_at is None and clock.due_at > unit.now for clock in after.values())
    steps = [item for item in unit.open_items(reference) if SPECS[WorkKind(item.kind)].stage]
    assert steps
    assert all(item.due_at > unit.now for item in steps)
    with unit.store.session() as session:
        application = session.get_one(Application, reference)
        assert (application.outcome, application.closed_at) == (None, None)
        assert session.get_one(Watch, reference).until == unit.now
    assert "LEFT UNDONE" not in "\n".join(page(unit.shown("head", reference)))
    with unit.acting() as act:
        assert recomputing.recompute(unit.acting).moved == []
        assert audit.verify(act).broken == []


def test_ended_again_it_is_proposed_again_and_the_earlier_reasons_stay(unit, reference, does, withdrawn):
    withdrawn()
    does("intake", early_ending.reopen, reason="she_asked_again")
    for who in ("intake", "supervise"):
        does(who, reason="Once more", **SAID)
    shown = unit.shown("supervise", reference)
    assert {row["reason"] for row in shown["proposal"]} == {"She has left him", "Once more"}
    assert len([item for item in unit.open_items(reference) if item.kind == "review_watch_proposal"]) == 2
    with unit.store.session() as session:
        assert session.get_one(Watch, reference).until > unit.now


def test_what_was_delivered_is_not_reopened(unit, does, reference):
    assert refusal(does, "intake", early_ending.reopen, reason="asked").code == "not_closed"
    assert through_everything(unit, reference) == Stage.CLOSED
    assert refusal(does, "intake", early_ending.reopen, reason="asked").code == "delivered"


TOLD_WORK = {"contact_follow_up", "reassess_risk", "attest_delivery"}
OTHER_WORK = {*TOLD_WORK, "close_grave_case"}


def test_the_last_stage_waits_for_danger_and_does_not_close(unit, does, reference):
    assert through_everything(unit, reference, until=Stage.FOLLOW_UP) == Stage.FOLLOW_UP
    with unit.acting("inspect") as act:
        open_items(act, act.application(reference), [Need(kind=WorkKind.RECORD_CRIME, key="told")], because="told")
    for _ in range(20):
        for item in [item for item in unit.open_items(reference) if item.kind in TOLD_WORK]:
            unit.wait_for(item)
            unit.do(unit.fitting(item)[0], item, unit.answer(unit.fitting(item)[0], item))
        unit.carry(reference)
    with unit.store.session() as session:
        assert session.get_one(Application, reference).stage == Stage.FOLLOW_UP
        (crime,) = session.scalars(select(WorkItem).where(WorkItem.kind == "record_crime")).all()
    unit.do("intake", crime, {"crime_number": "C-1"})
    for item in [item for item in unit.open_items(reference) if item.kind in OTHER_WORK]:
        unit.do(unit.fitting(item)[0], item, unit.answer(unit.fitting(item)[0], item))
    assert unit.carry(reference) == Stage.CLOSED


def test_danger_that_the_end_itself_finds_is_worked_on_first_and_then_it_ends(unit, does, reference):
    """Nobody has asked for a score yet; the one that the end makes tells of a grave risk, which asks for referrals."""
    while unit.carry(reference) == Stage.INTAKE:
        _answer(unit, reference, {item.kind for item in unit.open_items(reference)})
    while _answer(unit, reference, {WorkKind.RETURN_SEARCH, WorkKind.REVIEW_MATCH, *DANGER}):
        pass
    before = {item.id for item in unit.open_items(reference)}
    does("intake", reason="She has left him", **SAID)
    found = [item for item in unit.open_items(reference) if item.id not in before]
    assert {item.kind for item in found} == {WorkKind.REFER_SAFEGUARDING}
    assert refusal(does, "supervise", reason="I spoke to her too", **SAID).code == "danger_open"
    for item in found:
        unit.do("supervise", item, unit.answer("supervise", item))
    assert does("supervise", reason="I spoke to her too", **SAID)["outcome"] == "withdrawn"


def _answer(unit, reference, kinds):
    """Answer every open item of these kinds; how many."""
    items = [item for item in unit.open_items(reference) if item.kind in kinds and "referral" not in item.subject]
    for item in items:
        unit.wait_for(item)
        who = unit.fitting(item)[0]
        unit.do(who, item, unit.answer(who, item))
    return len(items)

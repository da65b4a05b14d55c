"""Limits run from where something was learnt, an act meets a limit only inside it, and one acknowledgement gathers its items."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select
from walking import BEGIN, ROW

from casebook.case_page.blocks import moment
from casebook.casework.core import lifecycle
from casebook.casework.governance import governance, recomputing
from casebook.casework.reporting import force_figures
from casebook.casework.sweep import sweep, wakes
from casebook.domain.actors import system
from casebook.domain.vocabulary import Limit, Stage
from casebook.errors import Refused
from casebook.storage.tables import OPEN_WORK, Clock, Escalation, Meeting, WorkItem


@pytest.fixture
def reference(unit):
    return unit.receive({**ROW, "external_id": "T-1"})


def test_nothing_is_late_because_somebody_learnt_of_a_danger(unit, reference, clocks):
    assert unit.carry(reference) == Stage.RECORD_CHECKS
    before = clocks()
    unit.now += timedelta(days=5)
    with unit.acting("research") as act:
        governance.report_danger(act, reference, reason="new_threat")
    after = clocks()
    assert after["record_checks"].due_at == unit.now + timedelta(hours=24)
    assert after["panel_decision"].due_at == unit.now + timedelta(hours=48)
    for name in ("whole_process", "initial_checks"):
        assert after[name].due_at == before[name].due_at
    late = [item.kind for item in unit.open_items(reference) if item.due_at and item.due_at <= unit.now]
    assert late == []
    assert recomputing.recompute(unit.acting).moved == []


def test_no_limit_gets_longer_by_a_raise(unit, reference, clocks):
    unit.now += timedelta(days=13, hours=20)  # the record checks are due in 3 hours
    due_at = clocks()["record_checks"].due_at
    with unit.acting("research") as act:
        governance.report_danger(act, reference, reason="new_threat")
    assert clocks()["record_checks"].due_at == due_at
    assert recomputing.recompute(unit.acting).moved == []


def test_danger_that_the_application_told_of_was_known_at_its_submission(unit, clocks):
    reference = unit.receive({**ROW, "external_id": "T-2", "immediate_danger": "yes"})
    with unit.store.session() as session:
        clock = session.get_one(Clock, f"{reference}:record_checks")
        assert clock.due_at == BEGIN - timedelta(hours=1) + timedelta(hours=24)


def test_a_step_that_is_gone_back_to_has_its_limit_anew(unit, reference, clocks):
    with unit.acting(system("test")) as act:
        application = act.application(reference)
        lifecycle.move(act, application, Stage.RECORD_CHECKS, because="gate_passed")
        lifecycle.move(act, application, Stage.RISK_SCORING, because="gate_passed")
    met = clocks()
    assert met["record_checks"].met_at is not None
    unit.now += timedelta(days=12)
    with unit.acting(system("test")) as act:
        application = act.application(reference)
        wakes.make_urgent(act, reference, "new_threat")
        lifecycle.move(act, application, Stage.RECORD_CHECKS, because="reopened")
    again = clocks()
    assert again["record_checks"].met_at is None
    assert again["record_checks"].due_at == unit.now + timedelta(hours=72)
    assert again["whole_process"].due_at == met["whole_process"].due_at
    assert again["record_checks"].starts_at == unit.now  # what was done before does not meet it


@pytest.mark.parametrize("year", ["0001", "2020"])
def test_an_act_before_the_submission_needs_a_reason_and_meets_no_limit(unit, reference, clocks, year):
    unit.carry(reference)
    (item,) = [item for item in unit.open_items(reference) if item.kind == "meet_applicant"]
    answer = {**unit.answer("intake", item), "occurred_at": f"{year}-01-01T12:00:00+00:00"}
    with pytest.raises(Refused) as caught:
        unit.do("intake", item, answer)
    assert caught.value.code in {"before_submission", "invalid_answer"}
    with pytest.raises(Refused):  # nobody was contacted about an application that was not there
        unit.do("intake", item, {**answer, "before_submission_because": "she came to the desk the day before"})
    assert clocks()["face_to_face"].met_at is None
    with unit.store.session() as session:
        assert session.scalars(select(Meeting)).all() == []


def test_an_act_outside_a_limit_does_not_meet_it(unit, reference, clocks):
    from casebook.casework.core import clocks as limits  # noqa: PLC0415 - the fixture has its name

    for at in (BEGIN - timedelta(days=1), BEGIN + timedelta(days=1)):
        with unit.acting(system("test")) as act:
            limits.meet(act, act.application(reference), Limit.FACE_TO_FACE, at)
        assert clocks()["face_to_face"].met_at is None


def test_a_moment_of_the_year_one_does_not_end_the_page():
    assert moment("0001-01-01T00:00:00+00:00") == "0001-01-01T00:00:00+00:00"


def test_whoever_is_asked_is_asked_once_for_each_application_and_level(unit, reference):
    unit.carry(reference)
    unit.now += timedelta(days=40)
    for minutes in range(0, 60, 15):
        unit.now += timedelta(minutes=minutes)
        sweep.sweep(lambda: unit.acting(system("sweep")), now=unit.now)
    with unit.store.session() as session:
        asks = session.scalars(
            select(WorkItem).where(
                OPEN_WORK, WorkItem.kind == "acknowledge_escalation", WorkItem.reference == reference
            )
        ).all()
        raised = session.scalars(select(Escalation).where(Escalation.reference == reference)).all()
    assert max(Counter((ask.subject["rung"], ask.role) for ask in asks).values()) == 1
    assert len(raised) > len(asks)
    (ask,) = [ask for ask in asks if len(ask.subject["items"]) > 1][:1]
    who = unit.fitting(ask)[0]
    unit.do(who, ask, {"action": "accepted_delay", "overrun_reason": "staff_shortage"})
    with unit.store.session() as session:
        heard = [session.get_one(Escalation, id_).acknowledged_by for id_ in ask.subject["escalations"]]
    assert heard == [who] * len(ask.subject["items"])


def test_the_first_stage_begins_at_the_submission(unit, reference):
    unit.now += timedelta(days=2)
    unit.carry(reference)
    with unit.acting() as act:
        figures = force_figures.figures(act)
    (days,) = [row["value"] for row in figures if (row["measure"], row["detail"]) == ("median_days_in_stage", "intake")]
    assert days == round((unit.now - BEGIN + timedelta(hours=1)).total_seconds() / 86400, 2)

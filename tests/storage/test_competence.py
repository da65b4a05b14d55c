"""Work goes to those who are trained for it, and a look-back tells who did what without."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import staffing
from walking import ROW

from casebook.casework import work_queue
from casebook.casework.core import lifecycle
from casebook.casework.staff import competence, staff
from casebook.casework.work_queue import WaitingWork
from casebook.cli.case import work as work_page
from casebook.domain.vocabulary import Role, Stage, WorkKind
from casebook.errors import NotPermitted


@pytest.fixture
def people():
    return {}  # each test hires who it needs, trained for what it needs


def hire(unit, staff_id, *subjects, until=date(2029, 1, 1)):
    with unit.acting() as act:
        staffing.add(act, staff_id, [Role.RESEARCHER])
        for subject in subjects:
            staff.set_competence(act, staff_id, subject, expires_on=until)


def manual_search(unit, source="visor"):
    reference = unit.receive({**ROW, "external_id": "C-1"})
    with unit.acting() as act:
        application = act.application(reference)
        application.stage = Stage.RECORD_CHECKS
        act.record(application, "moved")
        lifecycle.refresh(act, application, because="moved")
    return next(
        item
        for item in unit.open_items(reference)
        if item.kind == WorkKind.RETURN_SEARCH and item.subject["source"] == source
    )


def listed(unit, who, **kwargs):
    with unit.acting(who) as act:
        waiting = work_queue.waiting(act, **kwargs)
        return {item.id for item in waiting.items if "role" in kwargs or item.id not in waiting.stuck}


def test_a_search_goes_to_nobody_who_is_not_trained_for_its_source(unit):
    item = manual_search(unit)
    hire(unit, "trained", "visor")
    hire(unit, "other", "pnc", "domestic_abuse")
    assert item.id in listed(unit, "trained")
    assert item.id not in listed(unit, "other")
    for attempt in (
        lambda act: work_queue.claim(act, item.id),
        lambda act: work_queue.do(act, item.id, {"result": "asked"}),
    ):
        with pytest.raises(NotPermitted) as refused, unit.acting("other") as act:
            attempt(act)
        assert refused.value.code == "not_trained"
    with unit.acting("trained") as act:
        assert work_queue.claim(act, item.id).owner == "trained"


def waiting(unit, who, **kwargs):
    with unit.acting(who) as act:
        return work_queue.waiting(act, **kwargs)


def test_what_nobody_on_duty_is_trained_for_is_shown_with_what_is_missing(unit):
    item = manual_search(unit)
    hire(unit, "other", "pnc")
    seen = waiting(unit, "other")
    assert item.id in {shown.id for shown in seen.items}
    assert seen.stuck[item.id] == "visor"
    hire(unit, "trained", "visor")
    seen = waiting(unit, "other")
    assert item.id not in {shown.id for shown in seen.items}
    assert item.id not in seen.stuck
    assert seen.of_colleagues > 0  # so nobody is told that nothing waits
    with unit.acting() as act:
        staff.set_duty(act, "trained", on_duty=False)
    assert waiting(unit, "other").stuck[item.id] == "visor"
    assert waiting(unit, "trained", role=Role.RESEARCHER).stuck[item.id] == "visor"


def test_the_list_says_that_nothing_waits_only_if_nothing_does(unit):
    manual_search(unit)
    hire(unit, "trained", "visor")
    hire(unit, "other")
    seen = waiting(unit, "other")
    assert list(work_page._not_listed(WaitingWork(barred={}, items=[], stuck={}, of_colleagues=0))) == [
        "no work is waiting"
    ]
    assert "no work is waiting" not in list(work_page._not_listed(seen))


def test_training_ends_with_its_last_day(unit):
    item = manual_search(unit)
    hire(unit, "lapsing", "visor", until=unit.now.date())
    assert item.id in listed(unit, "lapsing")
    unit.now += timedelta(days=1)
    assert item.id not in listed(unit, "lapsing")
    assert waiting(unit, "lapsing").stuck[item.id] == "visor"
    with pytest.raises(NotPermitted), unit.acting("lapsing") as act:
        work_queue.claim(act, item.id)


def test_who_asks_for_a_role_s_queue_sees_it_whole(unit):
    item = manual_search(unit)
    hire(unit, "other", "pnc")
    assert item.id in listed(unit, "other", role=Role.RESEARCHER)


def test_training_granted_before_the_act_and_recorded_after_it_counts_for_it(unit):
    item = manual_search(unit)
    hire(unit, "late", "visor", until=unit.now.date())
    with unit.acting("late") as act:
        work_queue.do(act, item.id, {"result": "asked"})
    unit.now += timedelta(days=30)
    with unit.acting() as act:
        act.session.get(type(item), item.id).done_at = unit.now  # as if the command had not refused it
        act.record(None, "edited")
    done_on = unit.now.date()
    unit.now += timedelta(days=5)
    for granted_on, listed_still in ((done_on + timedelta(days=1), 1), (done_on, 0)):
        with unit.acting() as act:
            staff.set_competence(act, "late", "visor", granted_on=granted_on, expires_on=date(2030, 1, 1))
        with unit.acting() as act:
            assert len(competence.untrained(act)) == listed_still


def test_a_look_back_lists_what_was_done_without_training_even_if_it_was_made_up_for_later(unit):
    item = manual_search(unit)
    hire(unit, "early", "visor", until=unit.now.date())
    hire(unit, "always", "visor")
    answer = {"result": "asked"}
    with unit.acting("early") as act:
        work_queue.do(act, item.id, answer)
    unit.now += timedelta(days=30)
    with unit.acting() as act:
        found = act.session.get(type(item), item.id)
        assert competence.untrained(act) == []
        found.done_at = unit.now  # as if the command had not refused it
        act.record(None, "edited")
    unit.now += timedelta(days=1)
    with unit.acting() as act:
        staff.set_competence(act, "early", "visor", expires_on=date(2030, 1, 1))
    with unit.acting() as act:
        (told,) = competence.untrained(act)
        assert (told["staff"], told["needs"], told["item"]) == ("early", "visor", item.id)
        assert competence.untrained(act, staff_id="always") == []

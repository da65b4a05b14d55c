"""The pages of long lists, which the database orders, against the lists that the command prints."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
import staffing
from staffing import STAFF
from walking import ROW

from casebook.casework import queue_pages, work_queue
from casebook.casework.governance import governance
from casebook.casework.queue_pages import QueueNarrowed
from casebook.casework.reporting import force_figures, list_pages, viewing
from casebook.casework.reporting.list_pages import ListNarrowed
from casebook.casework.staff import staff
from casebook.domain.vocabulary import Role, Stage
from casebook.errors import NotPermitted
from casebook.storage.tables import Clock


@pytest.fixture
def busy(staffed, fill_once):
    """A unit with cases in many states: in danger, late, restricted, claimed, with work that nobody is trained for."""
    unit = staffed(STAFF)
    fill_once("a unit with cases in many states", lambda: fill(unit))
    unit.now += timedelta(days=3)
    return unit


def fill(unit):
    for number in range(14):
        danger = {"immediate_danger": "yes"} if number % 5 == 0 else {}
        missing = {"b_dob": "", "a_phone": ""} if number % 4 == 1 else {}
        reference = unit.receive(
            {**ROW, "external_id": f"L-{number}", "b_surname": f"Otters{number}", **danger, **missing}
        )
        if number % 3:
            unit.carry(reference)
    references = unit.references()
    with unit.acting("head") as act:
        governance.restrict(act, references[4], reason="a_colleague")
    with unit.acting() as act:
        staff.set_competence(act, "read", "rms", expires_on=act.now.date() - timedelta(days=1))
        staffing.give(act, "intake", Role.RESEARCHER)
        staff.set_competence(act, "intake", "rms", expires_on=act.now.date() - timedelta(days=1))
    for item in unit.open_items()[::4]:
        if able := unit.fitting(item):
            with contextlib.suppress(NotPermitted), unit.acting(able[0]) as act:  # one is restricted
                work_queue.claim(act, item.id)


def all_pages(act, narrowed, most):
    found, first = [], 0
    while True:
        page = queue_pages.page(act, narrowed, first=first, most=most)
        found += [
            (item.id, page.waiting.stuck.get(item.id), page.waiting.barred.get(item.id)) for item in page.waiting.items
        ]
        first += most
        if first >= page.total:
            return found, page


@pytest.mark.parametrize("who", STAFF)
@pytest.mark.parametrize("mine", [False, True])
def test_the_pages_of_the_queue_are_the_queue(busy, who, mine):
    with busy.acting(who) as act:
        waiting = work_queue.waiting(act, mine=mine)
        found, page = all_pages(act, QueueNarrowed(mine=mine), most=4)
    assert [item for item, _, _ in found] == [item.id for item in waiting.items]
    assert {item: training for item, training, _ in found if training} == dict(waiting.stuck)
    assert {item: why for item, _, why in found if why} == dict(waiting.barred)
    assert page.total == len(waiting.items)
    if not mine and who != "member":
        assert page.waiting.of_colleagues == waiting.of_colleagues
        assert sum(page.bands.values()) == page.total
        assert page.bands["late"] == sum(item.due_at is not None and item.due_at < busy.now for item in waiting.items)


@pytest.mark.parametrize("who", ["head", "intake", "member", "inspect"])
@pytest.mark.parametrize("overdue", [False, True])
@pytest.mark.parametrize("stage", [None, Stage.INTAKE, Stage.RECORD_CHECKS])
def test_the_pages_of_the_applications_are_their_list(busy, who, stage, overdue):
    with busy.acting(who) as act:
        whole = viewing.listing(act, stage=stage, overdue=overdue)
        found, first = [], 0
        while True:
            page = list_pages.page(act, ListNarrowed(stage=stage, overdue=overdue), first=first, most=5)
            found += page.rows
            first += 5
            if first >= page.total:
                break
    assert found == whole


def test_what_is_in_danger_is_what_the_list_puts_first(busy):
    with busy.acting("inspect") as act:
        page = queue_pages.page(act, QueueNarrowed(in_danger=True), most=100)
        whole = queue_pages.page(act, QueueNarrowed(), most=100)
    assert page.waiting.items
    assert {item.id for item in page.waiting.items} == whole.in_danger


OF_FORCE = {"kept": {"made"}, "late": {"breached"}, "running": {"on_course", "at_risk"}}


@pytest.mark.parametrize("who", ["head", "supervise"])
def test_the_limit_of_the_whole_process_stands_as_the_force_reports_it(busy, who):
    """As many made, running and breached, each with its reason; and each number is that of the list behind it."""
    whole = {"route": "right_to_ask"}
    references = busy.references()
    with busy.acting() as act:
        clocks = {clock.reference: clock for clock in act.session.query(Clock) if clock.limit_name == "whole_process"}
        for at, reference in enumerate(references):
            clock = clocks[reference]
            match at % 4:
                case 0:
                    clock.met_at = clock.due_at - timedelta(days=at)
                case 1:
                    clock.met_at = clock.due_at + timedelta(days=1)
                    clock.overrun_reason = "panel_cycle" if at % 3 else None
                case 2:
                    clock.due_at = busy.now - timedelta(hours=1)
                case _:
                    clock.due_at = busy.now + timedelta(hours=at)
        act.session.flush()
        act.record_many("deadlines_recomputed", dict.fromkeys(references, whole))
    with busy.acting("head") as act:
        reported = [row for row in force_figures.figures(act) if str(row["measure"]).startswith("whole_process")]
    with busy.acting(who) as act:
        counted = list_pages.whole_process(act)
        hidden = 0 if who == "head" else 1  # one case is restricted to others
        for figure, standings in OF_FORCE.items():
            of_force = sum(
                row["value"] for row in reported if (row["measure"], row["detail"]) == ("whole_process", figure)
            )
            ours = sum(sum(counted[standing].values()) for standing in standings)
            assert of_force - hidden <= ours <= of_force
        for standing, reasons in counted.items():
            for because, count in reasons.items():
                page = list_pages.page(act, ListNarrowed(whole=standing, because=because), most=100)
                assert page.total == len(page.rows) == count
    assert counted["at_risk"]
    assert counted["breached"].keys() == {"not_said", "panel_cycle"}

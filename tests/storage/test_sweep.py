"""The sweep on a real database: all that is due is told, once, whoever else sweeps and wherever one is killed."""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from staffing import SMALLEST

from casebook.casework import work_queue
from casebook.casework.governance import governance
from casebook.casework.reporting import audit
from casebook.casework.staff.staff import set_duty
from casebook.casework.sweep import sweep
from casebook.domain.vocabulary import Role
from casebook.errors import DatabaseUnavailable
from casebook.storage.tables import Escalation, Notice, WorkItem

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MANY = 2_000

# copies of one application with one overdue item each; what the ledger does not know is not verified here
FILL = """
INSERT INTO application SELECT (jsonb_populate_record(a, jsonb_build_object(
    'reference', 'CL-2030-' || lpad(n::text, 6, '0'), 'external_id', 'N' || n))).*
FROM application a, generate_series(1, :many) n WHERE a.reference = :reference
"""
ITEMS = """
INSERT INTO work_item SELECT (jsonb_populate_record(w, jsonb_build_object(
    'id', 'item-' || n, 'reference', 'CL-2030-' || lpad(n::text, 6, '0')))).*
FROM work_item w, generate_series(1, :many) n WHERE w.id = :item
"""


@pytest.fixture
def waiting(received, sql):
    """One application in intake, with an item that somebody took and that is due in an hour; gives the item's id."""
    reference = received(b_forename="", b_surname="")
    items = sql("SELECT id FROM work_item WHERE reference = :r AND kind = 'complete_details'", r=reference).all()
    return items[0][0]


@pytest.fixture
def sweep_at(acting):
    def run(after: timedelta = timedelta(0)):
        return sweep.sweep(acting, now=NOW + after)

    return run


@pytest.fixture
def rungs(store):
    def look(item=None):
        with store.session() as session:
            query = select(Escalation.rung).order_by(Escalation.rung)
            return list(session.scalars(query.where(Escalation.item_id == item) if item else query))

    return look


def test_what_is_overdue_is_told_to_the_first_rung_and_told_once(smallest_unit, waiting, sweep_at, rungs, sql):
    sql("UPDATE work_item SET due_at = :due WHERE id = :id", due=NOW + timedelta(hours=1), id=waiting)
    assert sweep_at(timedelta(minutes=59)).escalated == []
    told = sweep_at(timedelta(minutes=61)).escalated
    assert [(each["item"], each["rung"], each["reason"]) for each in told] == [(waiting, 1, "overdue")]
    assert sweep_at(timedelta(minutes=62)).escalated == []
    assert rungs(waiting) == [1]


def test_an_item_that_nobody_takes_is_told_of_though_it_is_not_due(smallest_unit, waiting, sweep_at, sql):
    sql("UPDATE work_item SET due_at = NULL WHERE id = :id", id=waiting)
    assert [each["reason"] for each in sweep_at(timedelta(hours=25)).escalated if each["item"] == waiting] == [
        "unclaimed"
    ]


def test_an_application_in_which_nothing_happens_is_told_of_though_somebody_took_the_item(
    smallest_unit, waiting, sweep_at, sql
):
    sql("UPDATE work_item SET due_at = NULL, owner = 'i1' WHERE id = :id", id=waiting)
    assert [each for each in sweep_at(timedelta(hours=47)).escalated if each["item"] == waiting] == []
    assert [each["reason"] for each in sweep_at(timedelta(hours=49)).escalated if each["item"] == waiting] == [
        "unchanged"
    ]


def test_silence_climbs_to_the_last_rung_and_no_rung_is_raised_twice(smallest_unit, waiting, sweep_at, rungs):
    for hour in range(0, 24 * 14, 4):
        sweep_at(timedelta(hours=hour))
    assert rungs(waiting) == [1, 2, 3, 4]


@pytest.fixture
def acknowledge(acting, person, sql):
    """Whoever is asked about an item says that they heard; returns how many were asked."""
    people = {role: person(staff_id, role) for staff_id, role in SMALLEST.items()}

    def all_of(item, after):
        asked = sql(
            "SELECT id, role FROM work_item WHERE kind = 'acknowledge_escalation' AND jsonb_exists(subject->'items', :i)"
            " AND done_at IS NULL AND cancelled_at IS NULL",
            i=item,
        ).all()
        for ask, role in asked:
            with acting(people[role], NOW + after) as act:
                work_queue.do(act, ask, {"action": "accepted_delay"})
        return len(asked)

    return all_of


@pytest.mark.parametrize("in_a_stage", [True, False])
def test_an_acknowledgement_quiets_only_the_rung_it_answers(
    smallest_unit, waiting, sweep_at, rungs, sql, acknowledge, in_a_stage
):
    sql("UPDATE work_item SET due_at = :due, blocking = :b WHERE id = :id", due=NOW, b=in_a_stage, id=waiting)
    sweep_at(timedelta(hours=1))
    assert acknowledge(waiting, timedelta(hours=1)) == 1
    sweep_at(timedelta(hours=24))
    assert rungs(waiting) == [1]
    sweep_at(timedelta(hours=26))  # it was heard, and it is as late as before
    assert rungs(waiting) == [1, 2]


@pytest.mark.parametrize("in_a_stage", [True, False])
def test_what_everybody_hears_of_and_nobody_does_climbs_to_the_last_rung_each_once(
    smallest_unit, waiting, sweep_at, rungs, sql, acknowledge, in_a_stage
):
    sql("UPDATE work_item SET due_at = :due, blocking = :b WHERE id = :id", due=NOW, b=in_a_stage, id=waiting)
    heard = 0
    for hour in range(0, 24 * 10, 6):
        sweep_at(timedelta(hours=hour))
        heard += acknowledge(waiting, timedelta(hours=hour))
    assert rungs(waiting) == [1, 2, 3, 4]
    assert heard == 4


def test_danger_that_everybody_hears_of_and_nobody_answers_climbs_in_minutes(
    smallest_unit, waiting, acting, person, sweep_at, rungs, sql, acknowledge
):
    reference = sql("SELECT reference FROM work_item WHERE id = :id", id=waiting).scalar()
    with acting(person("i1", Role.INTAKE_OFFICER)) as act:
        governance.report_danger(act, reference, reason="new_threat")
    item = sql("SELECT id FROM work_item WHERE kind = 'immediate_safeguarding'").scalar()
    for minutes in range(0, 180, 5):
        sweep_at(timedelta(minutes=minutes))
        acknowledge(item, timedelta(minutes=minutes))
    assert rungs(item) == [1, 2, 3, 4]


def test_what_is_in_hand_and_not_late_is_quiet_once_it_was_heard_of(
    smallest_unit, waiting, sweep_at, rungs, sql, acknowledge
):
    sql(
        "UPDATE work_item SET due_at = :due, kind = 'review_application', blocking = false WHERE id = :id",
        due=NOW + timedelta(days=9), id=waiting,
    )  # fmt: skip
    sweep_at(timedelta(hours=25))
    assert acknowledge(waiting, timedelta(hours=25)) == 1  # nobody had taken it
    sql("UPDATE work_item SET owner = 'i1' WHERE id = :id", id=waiting)
    sweep_at(timedelta(days=8))
    assert rungs(waiting) == [1]
    sweep_at(timedelta(days=9))
    assert rungs(waiting) == [1, 2]


def test_a_rung_with_nobody_on_duty_climbs_at_once(smallest_unit, waiting, acting, sweep_at, store, sql):
    with acting() as act:
        set_duty(act, "i1", on_duty=False)
        set_duty(act, "s1", on_duty=False)
    sql("UPDATE work_item SET due_at = :due WHERE id = :id", due=NOW, id=waiting)
    told = [each for each in sweep_at().escalated if each["item"] == waiting]
    assert [(each["rung"], each["reason"]) for each in told] == [(1, "overdue"), (2, "unreachable"), (3, "unreachable")]
    with store.session() as session:
        of_item = (
            select(Notice.role)
            .join(Escalation, Escalation.id == Notice.escalation_id)
            .where(Escalation.item_id == waiting)
        )
        assert list(session.scalars(of_item)) == ["head_of_unit"]


SAFE = "SELECT subject->'limits' FROM work_item WHERE kind = 'safeguard_during_delay' ORDER BY opened_at"
PASSED = "SELECT limit_name FROM clock WHERE met_at IS NULL AND due_at <= :now ORDER BY id"
ASKED = (
    "SELECT a.id FROM work_item a JOIN work_item t ON jsonb_exists(a.subject->'items', t.id)"
    " WHERE a.kind = 'acknowledge_escalation' AND t.kind = 'safeguard_during_delay'"
    " AND a.done_at IS NULL AND a.cancelled_at IS NULL"
)


def test_whoever_keeps_the_person_safe_is_asked_once_and_told_of_every_limit_that_passes(
    smallest_unit, waiting, sweep_at, sql
):
    told = sweep_at(timedelta(days=2)).escalated
    assert "overrun:initial_checks" in {each["reason"] for each in told}
    for days in (15, 17, 24, 29):
        sweep_at(timedelta(days=days))
        sweep_at(timedelta(days=days, minutes=15))
    (limits,) = sql(SAFE).scalars()
    assert limits[0] == "initial_checks"
    assert sorted(limits) == sorted(sql(PASSED, now=NOW + timedelta(days=29, minutes=15)).scalars())
    assert len(limits) == len(set(limits)) > 3


def test_every_overrun_gets_a_reason_though_the_earlier_ones_have_theirs(
    smallest_unit, waiting, acting, person, sweep_at, sql
):
    def answer(item, kind, after):
        with acting(person("s1", Role.SUPERVISOR), NOW + after) as act:
            work_queue.do(act, item, kind)

    overrun = {"action": "accepted_delay", "overrun_reason": "staff_shortage"}
    sweep_at(timedelta(days=2))
    (first,) = sql(ASKED).scalars()
    answer(first, overrun, timedelta(days=2))
    sweep_at(timedelta(days=29))
    for later in sql(ASKED).scalars().all():  # for the further limits, and because nobody has kept her safe meanwhile
        answer(later, overrun | {"overrun_reason": "complexity"}, timedelta(days=29))
    why = sql("SELECT limit_name, overrun_reason FROM clock WHERE due_at <= :now", now=NOW + timedelta(days=29)).all()
    assert dict(map(tuple, why)).pop("initial_checks") == "staff_shortage"
    assert {reason for limit, reason in why if limit != "initial_checks"} == {"complexity"}
    with acting() as act:
        assert audit.verify(act).broken == []


def test_a_limit_that_passes_after_a_plan_was_made_asks_for_another_plan(
    smallest_unit, waiting, acting, person, sweep_at, sql
):
    sweep_at(timedelta(days=2))
    item = sql("SELECT id FROM work_item WHERE kind = 'safeguard_during_delay'").scalar()
    with acting(person("s1", Role.SUPERVISOR), NOW + timedelta(days=2)) as act:
        work_queue.do(act, item, {"plan": "a visit each day", "applicant_told": False, "risk_reviewed": True})
    sweep_at(timedelta(days=29))
    first, second = sql(SAFE).scalars()
    assert first == ["initial_checks"]
    assert "whole_process" in second
    assert "initial_checks" not in second


def test_the_ledger_speaks_of_all_that_a_sweep_changes(smallest_unit, waiting, acting, sweep_at):
    for day in (1, 29, 40):
        sweep_at(timedelta(days=day))
    with acting() as act:
        assert audit.verify(act).broken == []


def test_what_was_done_meanwhile_needs_no_acknowledgement(smallest_unit, waiting, sweep_at, sql):
    sql("UPDATE work_item SET due_at = :due WHERE id = :id", due=NOW, id=waiting)
    sweep_at()
    sql("UPDATE work_item SET done_at = :at, done_by = 'i1' WHERE id = :id", at=NOW, id=waiting)
    sweep_at(timedelta(minutes=15))
    left = "SELECT count(*) FROM work_item WHERE kind = 'acknowledge_escalation' AND cancelled_at IS NULL"
    assert sql(left).scalar() == 0


def test_a_run_that_fails_again_and_again_is_told_to_a_person(smallest_unit, waiting, sweep_at, sql):
    sql("UPDATE work_item SET cancelled_at = :at WHERE id = :id", at=NOW, id=waiting)
    reasons = []
    for number in range(4):
        sql("UPDATE outbox SET dispatched_at = written_at")  # a run was made, and came to nothing
        reasons.append([each["reason"] for each in sweep_at(timedelta(minutes=15 * number)).escalated])
    assert "engine_failed" in reasons[2]
    assert "engine_failed" not in reasons[3]


def test_a_hold_that_nobody_mends_has_its_name(smallest_unit, waiting, sweep_at, sql):
    sql("UPDATE work_item SET kind = 'mend_quality', due_at = NULL WHERE id = :id", id=waiting)
    assert [each["reason"] for each in sweep_at(timedelta(hours=25)).escalated if each["item"] == waiting] == [
        "gate_hold"
    ]


def test_a_crashed_run_is_found_in_one_sweep_and_its_application_set_going_again(smallest_unit, waiting, sweep_at, sql):
    reference = sql(
        "UPDATE work_item SET cancelled_at = :at WHERE id = :id RETURNING reference", at=NOW, id=waiting
    ).scalar()
    sql("UPDATE outbox SET dispatched_at = written_at")
    sql(
        "INSERT INTO lease (reference, holder, acquired_at, expires_at, wake) VALUES (:r, 'a dead run', :at, :at, 0)"
        " ON CONFLICT (reference) DO UPDATE SET holder = 'a dead run', expires_at = :at", r=reference, at=NOW - timedelta(days=400),
    )  # fmt: skip
    swept = sweep_at()
    assert (swept.reconciled, swept.woken) == ([reference], [reference])
    assert sql("SELECT reason FROM outbox WHERE dispatched_at IS NULL").scalars().all() == ["neglected"]


@pytest.fixture
def crowd(request, smallest_unit, waiting, sql):
    """Two thousand applications whose item falls due in the same minute; or as many as the test asks for."""
    many = getattr(request, "param", MANY)
    reference = sql("SELECT reference FROM work_item WHERE id = :id", id=waiting).scalar()
    sql(FILL, many=many, reference=reference)
    sql(ITEMS, many=many, item=waiting)
    sql("UPDATE work_item SET due_at = :due", due=NOW)
    return {f"item-{number}" for number in range(1, many + 1)}


def once_each(store, crowd):
    with store.session() as session:
        rows = session.execute(
            select(Escalation.item_id, func.count().label("count")).group_by(Escalation.item_id)
        ).all()
        asked = session.scalar(select(func.count()).select_from(WorkItem).where(WorkItem.id.in_(
            select(WorkItem.id).where(WorkItem.kind == "acknowledge_escalation")
        )))  # fmt: skip
        gathered = len({*session.execute(select(Escalation.reference, Escalation.role)).tuples()})
        notices = session.scalar(select(func.count()).select_from(Notice).where(Notice.escalation_id.is_not(None)))
    told = dict(map(tuple, rows))
    assert crowd <= set(told)
    assert set(told.values()) == {1}
    assert notices == len(told)
    assert asked == gathered  # for each application one, whatever of it is late


def test_two_thousand_that_fall_due_in_one_minute_are_all_told(crowd, sweep_at, store):
    assert len(sweep_at().escalated) >= MANY
    once_each(store, crowd)


@pytest.mark.soak
@pytest.mark.parametrize("crowd", [10_000], indirect=True)
def test_ten_thousand_that_fall_due_in_one_minute_are_all_told(crowd, sweep_at, store):
    assert len(sweep_at().escalated) >= len(crowd)
    once_each(store, crowd)


def test_a_sweep_that_loses_its_database_half_way_loses_nothing(crowd, sweep_at, store, sql, own_database, monkeypatch):
    monkeypatch.setattr(sweep, "PAGE", 50)
    failed = []

    def run():
        try:
            sweep_at()
        except DatabaseUnavailable as fault:
            failed.append(fault)

    swept = threading.Thread(target=run)
    swept.start()
    until = time.monotonic() + 60
    while not sql("SELECT count(*) FROM escalation").scalar() and time.monotonic() < until:
        time.sleep(0.01)
    # what a restart does to whoever is connected; again, since nobody notices it between two transactions
    while swept.is_alive() and time.monotonic() < until:
        own_database.superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [own_database.name]
        )
        time.sleep(0.005)
    swept.join(60)
    assert failed
    assert 0 < sql("SELECT count(*) FROM escalation").scalar() < MANY
    sweep_at()
    once_each(store, crowd)


def test_two_sweeps_at_once_tell_nobody_twice(crowd, sweep_at, store):
    told = []
    sweeps = [threading.Thread(target=lambda: told.append(len(sweep_at().escalated))) for _ in range(2)]
    for each in sweeps:
        each.start()
    for each in sweeps:
        each.join()
    once_each(store, crowd)
    with store.session() as session:
        assert sum(told) == session.scalar(select(func.count()).select_from(Escalation))  # neither tells of the other's


KILLED = """
import sys
from datetime import datetime
from contextlib import contextmanager
from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.sweep import sweep
from casebook.domain.actors import OPERATOR
from casebook.storage.session import open_store
store, now = open_store(sys.argv[1], b"a key for the tests of casebook."), datetime.fromisoformat(sys.argv[2])
sweep.PAGE = 50
@contextmanager
def acting():
    with store.session() as session:
        yield Act(session=session, actor=OPERATOR, now=now, playbook=playbook)
        session.commit()
sweep.sweep(acting)
"""


def test_a_sweep_that_is_killed_half_way_loses_nothing(crowd, sweep_at, store, database_url, sql, start_process):
    victim = start_process([sys.executable, "-c", KILLED, database_url, NOW.isoformat()])
    until = time.monotonic() + 60
    while not (half := sql("SELECT count(*) FROM escalation").scalar()) and time.monotonic() < until:
        time.sleep(0.01)
    victim.kill()
    victim.wait()
    assert 0 < half < MANY
    sweep_at()
    once_each(store, crowd)


def test_a_source_that_was_down_is_asked_again_in_every_sweep_until_it_answers(waiting, sweep_at, sql):
    reference = sql("SELECT reference FROM work_item WHERE id = :id", id=waiting).scalar()
    sql(
        "INSERT INTO search (id, reference, party, source, round, automatic, mandatory, opened_at, plan, required, covered,"
        " terms, superseded) VALUES ('s', :r, 'b', 'pnc', 1, true, true, :at, '[]', '[]', '[]', '[]', false)",
        r=reference, at=NOW,
    )  # fmt: skip
    sql("UPDATE outbox SET dispatched_at = written_at")
    assert sweep_at().retried == [reference]
    assert sweep_at().retried == []  # the wake-up is still on its way
    sql("UPDATE outbox SET dispatched_at = written_at")
    assert sweep_at(timedelta(minutes=15)).retried == [reference]
    sql("UPDATE outbox SET dispatched_at = written_at")
    sql("UPDATE search SET returned_at = :at, returned_by = 'system:record-checks', result = 'nil'", at=NOW)
    assert sweep_at(timedelta(minutes=30)).retried == []

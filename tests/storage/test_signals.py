"""The week's look at decisions that stand in the casebook, the questions it asks, and who may see of whom."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import closed_cases
import pytest

from casebook.casework import work_queue
from casebook.casework.monitor import dip_sampling, signals
from casebook.casework.staff import staff
from casebook.domain.actors import system
from casebook.domain.monitor.decision_monitor import ChartKind
from casebook.domain.vocabulary import Role, WorkKind
from casebook.errors import NotPermitted, Refused
from casebook.monitor.weekly import watch_all
from casebook.storage.tables import Application, MonitorRun, MonitorSignal, WorkItem

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
RECENT = NOW - timedelta(days=60)  # within the window from which samples are drawn
CHAIRS = ("chair-1", "chair-2", "chair-3", "chair-4", "chair-5")


@pytest.fixture
def people():
    """The chairs who are watched, and who may answer for them."""
    return {
        **dict.fromkeys((*CHAIRS, "fresh"), Role.PANEL_CHAIR), "ps": Role.PROFESSIONAL_STANDARDS,
        "reviewer": Role.REVIEW_OFFICER, "head": Role.HEAD_OF_UNIT,
    }  # fmt: skip


@pytest.fixture
def decided(sql, crew):
    """Closed applications decided by each chair, one a day; `c1` tells nobody."""

    def make(each=60, *, failing="chair-1", start=datetime(2025, 9, 1, 9, 0, tzinfo=UTC)):
        rows = closed_cases.unit(CHAIRS, each=each, failing=failing, start=start)
        closed_cases.insert(sql, rows)
        return rows

    return make


def look(acting, now=NOW):
    with acting(now=now) as act:
        inputs = signals.watch_inputs(act)
    reports = watch_all(**inputs)
    with acting(now=now) as act:
        return signals.record(act, reports), reports


def items(store, kind):
    with store.session() as session:
        return session.query(WorkItem).filter_by(kind=kind).all()


def test_an_empty_casebook_is_looked_at_without_a_question(acting, store):
    told, _ = look(acting)
    assert (told.cases, told.questions, told.opened) == (0, 0, 0)
    assert items(store, WorkKind.ANSWER_SIGNAL) == []


def test_whoever_never_tells_anybody_is_asked_about_and_nobody_else(acting, store, decided):
    decided()
    told, _ = look(acting)
    assert told.cases == 300
    assert told.opened == 1
    with store.session() as session:
        found = session.query(MonitorSignal).all()
        assert {row.staff_id for row in found} == {"chair-1"}
        assert {(row.channel, row.side) for row in found} == {(ChartKind.DECISION, "low")}
        assert session.query(MonitorRun).one().channels["decision"]["cases"] == 300


def test_the_same_week_looked_at_twice_asks_nothing_twice(acting, store, decided):
    decided()
    first, _ = look(acting)
    again, _ = look(acting, NOW + timedelta(hours=1))
    assert (first.opened, again.questions) == (1, 0)
    assert len(items(store, WorkKind.ANSWER_SIGNAL)) == 1


def test_a_question_that_comes_again_before_it_is_answered_joins_the_first(acting, store, decided):
    decided(each=40)
    look(acting)
    insert_more(store, acting, decided)
    told, _ = look(acting, NOW + timedelta(days=7))
    assert told.questions >= 1
    assert told.opened == 0
    assert len(items(store, WorkKind.ANSWER_SIGNAL)) == 1


def insert_more(store, acting, decided):
    """Forty more of the one who never tells."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with store.engine.begin() as connection:
        from sqlalchemy import text  # noqa: PLC0415

        closed_cases.insert(
            lambda statement, **values: connection.execute(text(statement), values),
            [(f"CL-2026-{n:06d}", "chair-1", "not_disclosed", at + timedelta(days=n), 2) for n in range(40)],
        )


def test_a_unit_of_sound_deciders_is_asked_nothing(acting, store, decided):
    decided(failing="nobody")
    told, _ = look(acting)
    assert told.questions == 0


def test_the_queue_does_not_say_whom_a_question_is_about(acting, store, crew, decided):
    decided()
    look(acting)
    (item,) = items(store, WorkKind.ANSWER_SIGNAL)
    assert item.due_at == NOW + timedelta(days=7)
    assert "chair-1" not in json.dumps([item.subject, item.key, item.role])
    with acting(crew["ps"]) as act:
        assert [each.id for each in work_queue.waiting(act).items] == [item.id]
    with acting(crew["head"]) as act:
        assert work_queue.waiting(act).items == []


def test_the_name_is_seen_by_professional_standards_only_and_every_view_is_in_the_ledger(
    acting, sql, crew, decided, store
):
    decided()
    look(acting)
    signal = items(store, WorkKind.ANSWER_SIGNAL)[0].subject["signal"]
    with acting(crew["ps"]) as act:
        shown = signals.show(act, signal)
        assert shown["staff"] == "chair-1"
        assert "not a finding" in shown["note"]
        assert shown["asks"].endswith("?")
        assert signals.listing(act)[0]["staff"] == "chair-1"
    with acting(crew["head"]) as act:
        assert "chair-1" not in json.dumps(signals.listing(act))
    with pytest.raises(NotPermitted), acting(crew["head"]) as act:
        signals.show(act, signal)
    seen = [tuple(row) for row in sql("SELECT actor, event FROM ledger WHERE event LIKE 'signal%viewed' ORDER BY id")]
    assert seen == [("ps", "signal_viewed"), ("ps", "signals_viewed"), ("head", "signals_viewed")]


def test_an_answer_closes_the_question_and_what_is_upheld_teaches_no_model(acting, crew, decided, store):
    decided()
    look(acting)
    (item,) = items(store, WorkKind.ANSWER_SIGNAL)
    with acting() as act:
        assert signals.in_question(act) == {"chair-1"}
    with acting(crew["ps"]) as act:
        work_queue.do(act, item.id, {"conclusion": "explained", "reasons": "they sit on appeals only"})
        assert signals.in_question(act) == frozenset()
        assert signals.show(act, item.id)["conclusion"] == "explained"


def test_nobody_answers_what_is_asked_about_them(acting, person, decided, store):
    decided()
    look(acting)
    (item,) = items(store, WorkKind.ANSWER_SIGNAL)
    with pytest.raises(Refused) as refused, acting(person("chair-1", Role.PROFESSIONAL_STANDARDS)) as act:
        work_queue.do(act, item.id, {"conclusion": "explained", "reasons": "all is well"})
    assert refused.value.code == "about_you"


def test_an_unanswered_question_escalates_like_anything_else(acting, decided, store):
    from casebook.casework.sweep import sweep  # noqa: PLC0415

    decided()
    look(acting)
    swept = sweep.sweep(lambda: acting(system("sweep"), NOW + timedelta(days=8)), now=NOW + timedelta(days=8))
    assert WorkKind.ANSWER_SIGNAL in {each["kind"] for each in swept.escalated}
    assert "chair-1" not in json.dumps(swept.escalated)


def test_a_look_back_opens_a_campaign_over_all_that_is_closed_and_makes_nobody_decide_twice(
    acting, crew, decided, store
):
    decided(each=30)
    look(acting)
    (item,) = items(store, WorkKind.ANSWER_SIGNAL)
    with acting(crew["ps"]) as act:
        told = signals.look_back(act, item.subject["signal"])
        again = signals.look_back(act, item.subject["signal"])
    assert (told["taken_in"], told["no_campaign"], again["taken_in"]) == (150, None, 0)
    assert told["campaign"] == again["campaign"]
    assert items(store, WorkKind.REDECIDE_SAMPLE) == []


def test_a_look_back_with_nothing_to_look_at_says_so(acting, crew):
    with acting() as act:
        question = staff.suspend(act, "chair-2").look_back_proposed
    with acting(crew["ps"]) as act:
        told = signals.look_back(act, question)
    assert (told["taken_in"], told["campaign"], told["no_campaign"]) == (0, None, "not_triaged")


def test_a_suspension_proposes_a_look_back(acting, crew, store):
    with acting() as act:
        account = staff.suspend(act, "chair-2")
    with acting(crew["ps"]) as act:
        assert signals.show(act, account.look_back_proposed)["staff"] == "chair-2"
    assert len(items(store, WorkKind.ANSWER_SIGNAL)) == 1


def test_a_sample_is_decided_blind_and_compared(acting, crew, decided, store, sql):
    decided(each=30, failing="chair-1", start=RECENT)
    with acting() as act:
        ids = dip_sampling.draw(act, seed=5)
        assert dip_sampling.draw(act, seed=6) == []
    drawn = items(store, WorkKind.REDECIDE_SAMPLE)
    assert len(drawn) == len(ids) > 20
    (reference,) = sql("SELECT reference FROM dip_sample WHERE item_id = :i", i=drawn[0].id).scalars()
    assert reference not in json.dumps([drawn[0].subject, drawn[0].key, drawn[0].reference])
    with acting(crew["reviewer"]) as act:
        work_queue.claim(act, drawn[0].id)
        pack = json.dumps(dip_sampling.look(act, drawn[0].id), default=str)
    for word in (reference, "not_disclosed", "disclosed_to_a", "canary rationale", "chair-1"):
        assert word not in pack
    from casebook.casework.reporting import viewing  # noqa: PLC0415

    with pytest.raises(NotPermitted) as refused, acting(crew["reviewer"]) as act:
        viewing.show(act, reference)
    assert refused.value.code == "deciding_blind"
    with acting(crew["reviewer"]) as act:
        work_queue.do(act, drawn[0].id, {"outcome": "disclosed_to_a", "reasons": "the findings qualify"})
        viewing.show(act, reference)
    with acting() as act:
        told = dip_sampling.agreement(act)
    assert told["answered"] == 1
    first = sql("SELECT first_outcome FROM dip_sample WHERE item_id = :i", i=drawn[0].id).scalar()
    assert told["agreed"] == (1 if first.startswith("disclosed") else 0)
    proposals = [each.reference for each in items(store, WorkKind.REVIEW_WATCH_PROPOSAL)]
    assert proposals == ([] if first.startswith("disclosed") else [reference])


def test_whoever_has_looked_at_an_application_does_not_decide_it_again(acting, crew, decided, store, sql):
    from casebook.casework.reporting import viewing  # noqa: PLC0415

    decided(each=10, start=RECENT)
    with acting() as act:
        dip_sampling.draw(act, seed=5)
    item = items(store, WorkKind.REDECIDE_SAMPLE)[0]
    reference = sql("SELECT reference FROM dip_sample WHERE item_id = :i", i=item.id).scalar()
    with acting(crew["reviewer"]) as act:
        viewing.show(act, reference)
    with acting(crew["reviewer"], NOW + timedelta(hours=1)) as act:
        work_queue.claim(act, item.id)
    with pytest.raises(NotPermitted) as refused, acting(crew["reviewer"], NOW + timedelta(hours=1)) as act:
        dip_sampling.look(act, item.id)
    assert refused.value.code == "not_blind"


def test_a_restricted_application_is_not_drawn(acting, crew, decided, sql):
    decided(each=4, start=RECENT)
    sql("UPDATE application SET restricted = true")
    with acting() as act:
        assert dip_sampling.draw(act, seed=5) == []
        assert act.session.query(Application).count() == 20

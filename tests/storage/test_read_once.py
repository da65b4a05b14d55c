"""A read that is remembered in an act: made once, and again after a write or a lock."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from casebook.storage.case import record_checks
from casebook.storage.case.decisions import current_score
from casebook.storage.tables import Application, Person, Search


@pytest.fixture
def statements(store):
    seen = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    yield seen
    event.remove(store.engine, "before_cursor_execute", note)


@pytest.fixture
def reference(checking):
    return checking()


def test_the_same_question_is_one_statement(acting, reference, statements):
    with acting() as act:
        first = record_checks.searches(act.session, reference)
        statements.clear()
        assert record_checks.searches(act.session, reference) == first != []
        assert statements == []
        assert record_checks.searches(act.session, reference, live=False) == first
        assert len(statements) == 1


def test_whoever_changes_the_answer_changes_no_later_one(acting, reference):
    with acting() as act:
        first = record_checks.searches(act.session, reference)
        first.clear()
        assert record_checks.searches(act.session, reference) != []


def test_a_write_in_the_same_act_is_seen(acting, reference):
    with acting() as act:
        before = record_checks.searches(act.session, reference)
        before[0].superseded = True
        assert record_checks.searches(act.session, reference) == before[1:]
        act.record(act.application(reference), "searches_made")


def test_a_lock_shows_what_somebody_else_committed(acting, reference, sql):
    with acting() as act:
        before = len(record_checks.searches(act.session, reference))
        sql("UPDATE search SET superseded = true")
        assert len(record_checks.searches(act.session, reference)) == before
        act.session.scalars(select(Application).where(Application.reference == reference).with_for_update()).one()
        assert record_checks.searches(act.session, reference) == []


def test_a_person_is_read_once_and_again_after_a_lock(acting, reference, sql):
    key = f"{reference}:b"
    with acting() as act:
        assert act.session.get(Person, key).forename == "Barry"
        sql("UPDATE person SET forename = 'Harry'")
        assert act.session.get(Person, key).forename == "Barry"
        act.session.scalars(select(Application).where(Application.reference == reference).with_for_update()).one()
        assert act.session.get(Person, key).forename == "Harry"


def test_what_is_not_written_yet_is_not_remembered_where_nothing_may_be_written(acting, reference):
    with acting() as act:
        search = act.session.scalars(select(Search)).first()
        with act.session.no_autoflush:
            search.superseded = True
            assert search in record_checks.searches(act.session, reference)
        assert search not in record_checks.searches(act.session, reference)
        assert current_score(act.session, reference) is None
        act.record(act.application(reference), "searches_made")

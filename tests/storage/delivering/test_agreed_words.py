"""The words of a disclosure: the officer reads exactly what was approved, or nobody is told anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from casebook.casework import work_queue
from casebook.casework.core import lifecycle
from casebook.casework.disclosure import disclosure
from casebook.casework.governance import governance, policy_documents
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Stage
from casebook.errors import InvalidAnswer, NotPermitted, Refused
from casebook.storage.tables import Approval, Decision, Disclosure, LedgerEntry, Notice

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
TOLD = "deliver_disclosure"
LATER = MONDAY + timedelta(hours=2)


def said(acting, crew, reference, who="d1", now=MONDAY):
    with acting(crew[who], now=now) as act:
        return disclosure.say(act, reference)["words"]


def exceptions(store, reference):
    with store.session() as session:
        query = select(LedgerEntry).where(LedgerEntry.chain == reference, LedgerEntry.event == "exception_recorded")
        return [entry.body["what"] for entry in session.scalars(query.order_by(LedgerEntry.sequence))]


def test_the_officer_is_shown_exactly_the_words_that_were_approved(decided, acting, crew, rows):
    reference = decided()
    (standing,) = rows(Decision, reference)
    assert said(acting, crew, reference) == {"a": standing.words}
    assert "makes us worry for the safety of a partner" in standing.words


def test_reading_the_words_is_recorded_and_is_enough_to_report_that_they_were_read(
    decided, acting, crew, open_items, disclosure_answer, rows
):
    reference = decided()
    (item,) = open_items(reference, TOLD)
    with pytest.raises(NotPermitted) as refused, acting(crew["d1"], now=LATER) as act:
        work_queue.do(act, item.id, disclosure_answer(reference))
    assert refused.value.code == "not_opened"
    said(acting, crew, reference)
    with acting(crew["d1"], now=LATER) as act:
        work_queue.do(act, item.id, disclosure_answer(reference))
    (row,), (approval,) = rows(Disclosure, reference), rows(Approval, reference)
    assert row.words_digest == approval.words_digest
    assert row.departures is None


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE decision SET words = words || ' Her name is Anna.'", "words_changed"),
        ("UPDATE decision SET words = NULL", "words_missing"),
        ("UPDATE approval SET words_digest = NULL", "words_missing"),
        ("UPDATE decision SET passages = '[]'", "words_changed"),
    ],
)
def test_words_that_are_missing_or_changed_after_approval_are_read_to_nobody(
    decided, do, disclosure_answer, acting, crew, sql, peek, rows, damage, code
):
    reference = decided()
    sql(damage)
    with pytest.raises(Refused) as refused:
        said(acting, crew, reference)
    assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        do("d1", reference, TOLD, disclosure_answer(reference))
    assert refused.value.code == code
    assert rows(Disclosure, reference) == []
    # as an application of a release that agreed no words, it goes back to the panel
    with acting(OPERATOR) as act:
        lifecycle.refresh(act, act.application(reference), because="looked")
    application = peek(reference)
    assert (application.stage, application.version) == (Stage.PANEL_DECISION, 2)


def test_words_told_otherwise_are_recorded_and_the_head_of_unit_hears_of_it(
    decided, do, disclosure_answer, rows, store
):
    reference = decided()
    for unclear in ({"word_for_word": False}, {"departures": "I added a sentence"}):
        with pytest.raises(InvalidAnswer) as refused:
            do("d1", reference, TOLD, disclosure_answer(reference, **unclear))
        assert refused.value.code == "departures_unclear"
    departed = {"word_for_word": False, "departures": "she asked whether he had been in prison, and I said yes"}
    do("d1", reference, TOLD, disclosure_answer(reference, **departed))
    (row,) = rows(Disclosure, reference)
    assert row.departures == departed["departures"]
    assert exceptions(store, reference) == ["words_departed_from"]
    with store.session() as session:
        assert [notice.role for notice in session.scalars(select(Notice)) if "departed" in notice.reason] == [
            "head_of_unit"
        ]


def test_words_first_opened_after_they_were_told_are_an_exception(
    decided, acting, crew, open_items, disclosure_answer, store
):
    reference = decided()
    said(acting, crew, reference, now=MONDAY + timedelta(minutes=90))
    (item,) = open_items(reference, TOLD)
    with acting(crew["d1"], now=LATER) as act:
        work_queue.do(act, item.id, disclosure_answer(reference))
    assert exceptions(store, reference) == ["words_opened_late"]


def test_a_new_wording_does_not_change_words_that_were_agreed(decided, sql, acting, crew, do, disclosure_answer, rows):
    reference = decided()
    (before,) = said(acting, crew, reference).values()
    with acting(OPERATOR) as act:
        policy_documents.take_over(act)
    sql(
        "INSERT INTO policy_document (digest, kind, title, body, origin, reason, proposed_by, proposed_at, valid_from, release)"
        " SELECT 'd', kind, 'wording@2', replace(body, 'Live Fear Free', 'A New Service'), 'shipped', 'shipped', 'x',"
        " proposed_at, '2026-03-01T00:00:00+00:00', release FROM policy_document WHERE kind = 'wording'"
    )
    with acting(OPERATOR, now=MONDAY) as act:
        assert act.documents.wording_at(MONDAY) == "2"
    assert said(acting, crew, reference) == {"a": before}
    do("d1", reference, TOLD, disclosure_answer(reference))
    assert [row.wording for row in rows(Disclosure, reference)] == ["1"]


def test_disposal_erases_the_words_and_what_they_could_be_guessed_from(delivered, rows, sql, acting, crew):
    reference = delivered(answer={"word_for_word": False, "departures": "I said more"})
    sql("UPDATE application SET stage = 'closed', closed_at = submitted_at")
    for who in ("s1", "h1"):
        with acting(crew[who]) as act:
            governance.dispose(act, reference, reason="time_over")
    (standing,), (approval,), (row,) = (rows(table, reference) for table in (Decision, Approval, Disclosure))
    assert not standing.words
    assert not approval.words_digest
    assert not row.words_digest
    assert not row.departures

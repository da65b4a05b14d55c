"""The moment of submission: no clock starts after the application was held here, and two people can put it right."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta

import pytest
from made_up_people import somebody
from sqlalchemy import select

from casebook.casework import playbook
from casebook.casework.core import clocks
from casebook.casework.intake import application_file, submission
from casebook.domain.actors import OPERATOR
from casebook.domain.case.intake import A_CLOCK
from casebook.domain.vocabulary import Limit
from casebook.errors import CasebookError
from casebook.storage import session as storage
from casebook.storage.tables import Application, Clock, LedgerEntry, WorkItem

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
RIGHT = datetime(2026, 2, 27, 16, 30, tzinfo=UTC)


@pytest.fixture
def correct(acting, crew):
    """Both people, one after the other; what the second is told."""

    def run(reference, moment, first="supervise", second="intake"):
        for who in (first, second):
            with acting(crew[who], now=NOW + timedelta(hours=1)) as act:
                said = submission.correct(act, reference, submitted_at=moment, reason="mistyped")
        return said

    return run


def refused(code):
    return pytest.raises(CasebookError, check=lambda error: error.code == code)


def test_every_clock_starts_again_from_the_right_moment(received, correct, peek, store):
    right, wrong = (
        received(submitted_at=RIGHT.isoformat(), **somebody(1), a_phone=""),
        received(external_id="X-2", submitted_at="2026-03-02T09:00:00+00:00", **somebody(2), a_phone=""),
    )
    said = correct(wrong, RIGHT.isoformat())
    assert (peek(wrong).submitted_at, said["submitted_at"]) == (RIGHT, RIGHT.isoformat())
    with store.session() as session:
        found = {
            reference: {
                clock.limit_name: (
                    clock.anchor_at,
                    clock.due_at,
                    clock.unpaused_due_at,
                    clock.running_since,
                    clock.budget,
                )
                for clock in session.scalars(select(Clock).where(Clock.reference == reference))
            }
            for reference in (right, wrong)
        }
        due = {
            reference: sorted(
                (item.kind, item.due_at)
                for item in session.scalars(select(WorkItem).where(WorkItem.reference == reference))
            )
            for reference in (right, wrong)
        }
        [entry] = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "submission_corrected"))
    assert found[wrong] == found[right]
    assert due[wrong] == due[right]
    assert (entry.body["to"], sorted(entry.body["moved"])) == (RIGHT.isoformat(), sorted(found[right]))


def test_the_policy_is_the_one_of_the_right_day(received, correct, peek):
    reference = received()
    assert peek(reference).policy.startswith("england-and-wales-2023")
    correct(reference, "2022-05-02T10:00:00+01:00")
    assert peek(reference).policy.startswith("england-and-wales-2014")


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        ("2026-03-02T12:00:00+00:00", "after_received"), ("2062-03-02T09:00:00+00:00", "after_received"),
        ("2026-03-01T09:00:00", "no_offset"), ("1 March 2026", "impossible_date"), ("2026-02-30T09:00:00+00:00", "impossible_date"),
        ("1999-01-01T00:00:00+00:00", "no_policy_in_force"),
    ],
)  # fmt: skip
def test_a_moment_that_cannot_be_is_refused(received, acting, crew, moment, code):
    reference = received()
    with refused(code), acting(crew["supervise"], now=NOW) as act:
        submission.correct(act, reference, submitted_at=moment, reason="mistyped")


def test_one_person_alone_changes_nothing(received, correct, peek):
    reference = received()
    before = peek(reference).submitted_at
    with pytest.raises(CasebookError):
        correct(reference, RIGHT.isoformat(), second="supervise")
    assert peek(reference).submitted_at == before


def test_after_a_pause_the_start_is_no_longer_moved(received, acting, crew, correct, sql):
    reference = received()
    sql("UPDATE clock SET consumed_seconds = 60 WHERE id = :id", id=clocks.clock_id(reference, Limit.WHOLE_PROCESS))
    with refused("clock_paused"):
        correct(reference, RIGHT.isoformat())


@pytest.mark.parametrize(
    "ahead", [timedelta(minutes=5), timedelta(hours=2), timedelta(days=40), timedelta(days=365 * 36)]
)
def test_no_clock_starts_after_the_application_was_held_here(store, cells, tmp_path, correct, ahead):
    with store.session() as session:
        moment = storage.now(session) + ahead
    row = cells(external_id="X-9", submitted_at=moment.isoformat())
    with (tmp_path / "a.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)
    application_file.import_file(store, OPERATOR, tmp_path / "a.csv", playbook=playbook)
    with store.session() as session:
        [application] = session.scalars(select(Application))
        starts = session.scalars(select(Clock.anchor_at)).all()
    assert all(start <= application.received_at for start in starts)
    assert application.as_written["submitted_at"] == moment.isoformat()
    assert ("submitted_in_the_future" in application.doubts) is (ahead > A_CLOCK)

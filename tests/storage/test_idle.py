"""Who waits for nobody is found without asking of everybody: no end of a wait escapes, and who waits is not asked about again."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from casebook.casework.sweep import wakes
from casebook.domain.vocabulary import Role
from casebook.storage import outbox
from casebook.storage.tables import MaybeIdle

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
# asked of everybody, with nothing remembered
ASKED_OF_ALL = """
SELECT reference FROM application a WHERE stage <> 'closed'
AND NOT EXISTS (SELECT FROM work_item w WHERE w.reference = a.reference AND blocking AND done_at IS NULL AND cancelled_at IS NULL)
AND NOT EXISTS (SELECT FROM outbox o WHERE o.reference = a.reference AND dispatched_at IS NULL)
AND NOT EXISTS (SELECT FROM lease l WHERE l.reference = a.reference AND holder IS NOT NULL) ORDER BY reference
"""
ITEM = """
INSERT INTO work_item (id, reference, kind, stage, role, key, subject, blocking, priority, reserved, opened_at, escalation_level)
SELECT :r || ':' || count(*), :r, 'complete_details', 'intake', 'intake_officer', '', '{}', :blocking, 'standard', false, now(), 0
FROM work_item
"""
LEASE = """
INSERT INTO lease (reference, holder, expires_at, wake) VALUES (:r, 'run', now() + interval '1 day', 0)
ON CONFLICT (reference) DO UPDATE SET holder = CASE WHEN lease.holder IS NULL THEN 'run' END
"""
# everything that can begin or end a wait, done to one application behind the casebook's back
CHANGES = (
    ITEM,
    ITEM,
    "UPDATE work_item SET done_at = now(), done_by = 'r1' WHERE reference = :r AND cancelled_at IS NULL",
    "UPDATE work_item SET cancelled_at = now() WHERE reference = :r AND done_at IS NULL",
    "UPDATE work_item SET cancelled_at = NULL, done_at = NULL, done_by = NULL WHERE reference = :r",
    "UPDATE work_item SET blocking = NOT blocking WHERE reference = :r",
    "DELETE FROM work_item WHERE reference = :r",
    "UPDATE application SET stage = 'closed', outcome = 'withdrawn', closed_at = now() WHERE reference = :r",
    "UPDATE application SET stage = 'record_checks', outcome = NULL, closed_at = NULL WHERE reference = :r",
    "UPDATE outbox SET dispatched_at = now() WHERE reference = :r",
    "UPDATE outbox SET dispatched_at = NULL WHERE reference = :r",
    LEASE,
)


def maybe_idle(store):
    with store.session() as session:
        return session.scalar(select(func.count(MaybeIdle.reference.distinct())))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_those_found_are_those_that_asking_everybody_finds(seed, received, store, acting, person, sql):
    dice, found = random.Random(seed), 0  # noqa: S311 - the same changes in every run
    references = [received(external_id=f"X-{number}") for number in range(4)]
    sql("DELETE FROM outbox")
    for _ in range(40):
        for _ in range(dice.randrange(1, 4)):
            sql(dice.choice(CHANGES), r=dice.choice(references), blocking=dice.random() < 0.8)
        if dice.random() < 0.5:  # a sweep looks past those that wait
            with acting(person("s1", Role.SUPERVISOR)) as act:
                outbox.look_past_waiting(act.session)
        expected = sql(ASKED_OF_ALL).scalars().all()
        with store.session() as session:
            assert outbox.neglected(session) == expected
        found += len(expected)
    assert found > 20


def test_a_sweep_looks_past_those_that_wait_until_their_wait_ends(received, store, acting, sql):
    reference = received(b_forename="", b_surname="")
    sql("UPDATE outbox SET dispatched_at = now()")
    assert maybe_idle(store) == 1
    with acting() as act:
        assert wakes.wake_neglected(act).woken == []
    assert maybe_idle(store) == 0
    sql("UPDATE work_item SET claimed_at = now(), escalation_level = 1")  # it waits as before
    assert maybe_idle(store) == 0
    sql("UPDATE work_item SET cancelled_at = now()")
    with acting() as act:
        assert wakes.wake_neglected(act).woken == [reference]
    assert maybe_idle(store) == 1  # until somebody is waited for


def test_a_wait_that_ends_while_a_sweep_looks_is_found_by_the_next(received, store, acting, sql):
    reference = received(b_forename="", b_surname="")
    sql("UPDATE outbox SET dispatched_at = now()")
    with store.engine.connect() as ending:
        ending.execute(text("UPDATE work_item SET cancelled_at = now()"))
        with acting() as act:  # neither waits for the other
            assert wakes.wake_neglected(act).woken == []
        ending.commit()
    with acting() as act:
        assert wakes.wake_neglected(act).woken == [reference]

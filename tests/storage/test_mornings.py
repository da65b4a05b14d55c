"""The morning digest by the channels: once a working day, by role, references and reasons only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from walking import ROW

from casebook.casework.allocation import mornings
from casebook.casework.core import channels
from casebook.casework.core.channels import NoticeChannel
from casebook.casework.sweep import sweep
from casebook.storage.tables import Notice

TUESDAY = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
WEDNESDAY = TUESDAY + timedelta(days=1)
NOWHERE = NoticeChannel(name="json#1", url="json://127.0.0.1:1/")


@pytest.fixture
def reference(unit):
    """An application of the Friday before, to be completed by the end of Tuesday."""
    unit.now = TUESDAY - timedelta(days=4)
    return unit.receive(
        {**ROW, "external_id": "M-1", "submitted_at": unit.now.isoformat(), "b_dob": "", "a_surname": "Canaryten"}
    )


@pytest.fixture
def queued(unit):
    """The digest's notices after it was queued at a moment: role, reference, reason."""

    def at(moment):
        unit.now = moment
        with unit.acting() as act:
            mornings.queue(act)
        with unit.store.session() as session:
            query = select(Notice).where(Notice.reason.in_([mornings.LATE, mornings.DUE_TODAY]))
            return sorted((row.role, row.reference, row.reason) for row in session.scalars(query))

    return at


def test_each_role_is_told_what_is_due_today_and_what_it_is_late_with(reference, queued):
    assert queued(TUESDAY - timedelta(days=1)) == []
    assert queued(TUESDAY) == [("intake_officer", reference, mornings.DUE_TODAY)]
    assert ("intake_officer", reference, mornings.LATE) in queued(WEDNESDAY)


def test_it_says_how_it_stood_that_morning_and_only_once(unit, reference, queued):
    first = queued(TUESDAY)
    unit.receive({**ROW, "external_id": "M-2", "submitted_at": unit.now.isoformat(), "immediate_danger": "yes"})
    assert queued(TUESDAY + timedelta(hours=9)) == first
    assert len(queued(WEDNESDAY)) > len(first)
    assert reference


@pytest.mark.parametrize(
    "moment",
    [
        WEDNESDAY.replace(hour=6, minute=59),  # before the morning
        datetime(2026, 3, 7, 9, 0, tzinfo=UTC),  # a Saturday
        datetime(2026, 4, 3, 9, 0, tzinfo=UTC),  # Good Friday
    ],
)
def test_on_days_on_which_nobody_is_in_nothing_is_sent(reference, queued, moment):
    assert reference
    assert queued(moment) == []


def test_seven_is_seven_where_the_unit_is(reference, queued):
    assert reference
    assert queued(datetime(2026, 6, 1, 6, 5, tzinfo=UTC)) != []  # five past seven in summer time


def test_the_sweep_queues_it_only_if_there_is_a_channel_and_sends_references(unit, reference, monkeypatch):
    sent = []
    monkeypatch.setattr(channels, "send", lambda _way, title, body, **_: sent.append(f"{title}\n{body}"))
    unit.now = TUESDAY
    sweep.sweep(unit.acting)
    with unit.store.session() as session:
        assert session.scalars(select(Notice).where(Notice.reason.like("digest%"))).all() == []
    sweep.sweep(unit.acting, ways=[NOWHERE])
    assert any(f"{reference}: due today" in text for text in sent)
    assert "Canaryten" not in "".join(sent)

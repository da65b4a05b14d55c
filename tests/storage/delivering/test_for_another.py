"""An application for somebody else goes the whole way, and the person who made it hears at the same moment in any case."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from staffing import ONE_SUPERVISOR
from truths import refused_truths
from walking import ROW, through_everything

from casebook.domain.vocabulary import Stage
from casebook.storage.tables import Application, Disclosure

FOR_ANOTHER = {
    "applicant": "third_party", "c_forename": "Cleo", "c_surname": "Marlingspike", "c_phone": "07700900009",
    "a_safe_channel": "phone", "a_safe_days": "mon;tue;wed;thu;fri", "a_safe_from": "09:00", "a_safe_until": "17:00",
}  # fmt: skip
NOBODY_KNOWN = {
    "b_forename": "Wilfred", "b_surname": "Unheardof", "b_dob": "1961-11-30", "b_address": "9 Elsewhere", "b_postcode": "QX9 9ZZ"
}  # fmt: skip
RELEASED = datetime.fromisoformat("2026-03-23T09:00:00+00:00")


@pytest.fixture
def people():
    return ONE_SUPERVISOR


def test_whoever_applies_for_another_hears_in_the_same_week_whatever_came_of_it(store, unit):
    began, outcomes = unit.now, set()
    for number, about in enumerate(({}, NOBODY_KNOWN)):
        unit.now = began
        reference = unit.receive({**ROW, **FOR_ANOTHER, "external_id": f"F-{number}", **about})
        assert through_everything(unit, reference) == Stage.CLOSED
        with store.session() as session:
            outcomes.add(session.get_one(Application, reference).outcome)
            told = {
                row.recipient: row
                for row in session.scalars(select(Disclosure).where(Disclosure.reference == reference))
            }
        assert told["c"].kind == "no_disclosure"
        assert (told["c"].occurred_at - RELEASED).total_seconds() < 3600
    assert outcomes == {"disclosed_to_a", "nothing_to_disclose"}
    with store.session() as session:
        assert refused_truths(session) == []

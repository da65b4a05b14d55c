"""Staff who err in one step of twenty clear nobody who is known, and no outcome rests on one of them alone.

A few applications here; `CASEBOOK_ERRING=200` for many. A conviction stands in two national systems, as it does in life: one
wrong nil is a slip that the other system, the coverage and a second person are there to catch.
"""

from __future__ import annotations

import os
from random import Random

import pytest
from erring import Erring
from sqlalchemy import select
from staffing import ONE_SUPERVISOR
from truths import refused_truths
from walking import KNOWN, ROW, Unit

from casebook.domain.vocabulary import Role, Stage
from casebook.storage.session import open_store
from casebook.storage.tables import Application

APPLICATIONS = int(os.environ.get("CASEBOOK_ERRING", "3"))
CLEARANCES = {"nothing_to_disclose", "out_of_scope"}
ALSO = {
    "second reader": Role.SECOND_READER,
    "chair2": Role.PANEL_CHAIR,
    "approve2": Role.APPROVER,
    "research2": Role.RESEARCHER,
}


def in_two_systems():
    persons = [{**row, "source": "pnd"} for row in KNOWN.persons]
    records = {person: [{**row, "source": "pnd"} for row in rows] for person, rows in KNOWN.records.items()}
    return {"pnc": KNOWN, "pnd": type(KNOWN)(persons=persons, records=records)}


@pytest.mark.parametrize("rate", [0.05, 0.5])
def test_whoever_errs_nobody_known_is_cleared_and_nobody_decides_alone(database_url, rate):
    store = open_store(database_url, b"a key for the tests of casebook.")
    try:
        unit = Unit(store=store, terminals=in_two_systems())
        for staff_id, role in {**ONE_SUPERVISOR, **ALSO}.items():
            unit.hire(staff_id.replace(" ", "-"), role)
        staff = Erring(unit=unit, rng=Random(20140308), rate=rate)  # noqa: S311 - to be repeated
        for number in range(APPLICATIONS if rate < 0.1 else 1):
            staff.work(unit.receive({**ROW, "external_id": f"E-{number}", "a_surname": f"Quill{number}"}))
            with store.session() as session:
                assert refused_truths(session) == [], (staff.erred, staff.caught)
        with store.session() as session:
            ended = session.scalars(select(Application).where(Application.outcome.is_not(None))).all()
            cleared = [row.reference for row in ended if row.outcome in CLEARANCES]
            reached = {row.stage for row in session.scalars(select(Application))}
        if rate < 0.1:
            assert cleared == [], (staff.erred, staff.caught)
            assert Stage.CLOSED in reached
        else:  # so many errors that some coincide: what is asked of them then is that none of it is one person's
            assert staff.erred + staff.caught
    finally:
        store.engine.dispose()

"""The desk of a unit, over HTTP messages in the process of the test."""

from __future__ import annotations

import pytest
from browsing import DeskUnit, Office
from staffing import STAFF

from casebook.storage import session as storage


@pytest.fixture
def office(staffed, tmp_path, monkeypatch):
    """A unit of STAFF and its desk, where it is as late as in the unit."""
    unit = staffed(STAFF, kind=DeskUnit)
    monkeypatch.setattr(storage, "now", lambda _session: unit.now)
    unit.office = Office(unit=unit, home=tmp_path)
    with unit.office.open():
        yield unit.office

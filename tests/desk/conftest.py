"""The desk of a unit, over HTTP messages in the process of the test."""

from __future__ import annotations

import pytest
from browsing import DeskUnit, Door, Office
from staffing import STAFF

from casebook.storage import session as storage


@pytest.fixture(scope="session")
def door():
    with Door.open() as door:
        yield door


@pytest.fixture
def office(staffed, tmp_path, monkeypatch, door):
    """A unit of STAFF and its desk, where it is as late as in the unit."""
    unit = staffed(STAFF, kind=DeskUnit)
    monkeypatch.setattr(storage, "now", lambda _session: unit.now)
    unit.office = Office(unit=unit, home=tmp_path)
    with unit.office.open(door):
        yield unit.office


@pytest.fixture
def received(office, fill_once):
    """`received(row)`: an application that was taken in and searched by the machine; gives its reference."""

    def receive(row):
        def fill():
            reference = office.unit.receive(row)
            office.unit.carry(reference)
            return reference

        return fill_once(("received", repr(row)), fill)

    return receive

"""The desk of a unit, over HTTP messages in the process of the test."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from browsing import DeskUnit, Door, Office
from staffing import STAFF
from walking import ROW

from casebook.storage import session as storage


@pytest.fixture(scope="session")
def door():
    with Door.open() as door:
        yield door


@pytest.fixture
def serving(tmp_path, monkeypatch, door):
    """What opens the desk of a unit, in which it is as late as in the unit."""

    @contextmanager
    def open_office(unit):
        monkeypatch.setattr(storage, "now", lambda _session: unit.now)
        unit.office = Office(unit=unit, home=tmp_path)
        with unit.office.open(door):
            yield unit.office

    return open_office


@pytest.fixture
def office(staffed, serving):
    """A unit of STAFF and its desk."""
    with serving(staffed(STAFF, kind=DeskUnit)) as office:
        yield office


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


@pytest.fixture
def reference(received):
    """An application at record checks; a module whose pages are looked through for it has another."""
    return received({**ROW, "external_id": "D-1"})

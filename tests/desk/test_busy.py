"""Somebody else holds what a page needs: the page says so after a moment, keeps what was typed, and does nothing later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from browsing import Office
from sqlalchemy import text
from walking import ROW

from casebook.demo.forms_filled import code_of
from casebook.storage import session as storage

SHORT = timedelta(milliseconds=200)


@pytest.fixture
def hurried(office, door):
    """The same unit behind a desk that waits for nobody for long."""
    address = office.unit.store.engine.url.render_as_string(hide_password=False)
    store = storage.open_store(address, office.unit.store.key, patience=SHORT)
    office.token("research")  # made before the lock
    hurried = Office(unit=replace(office.unit, store=store), home=office.home, tokens=office.tokens)
    with storage.in_use(store), hurried.open(door):
        yield hurried


@pytest.fixture
def item(office, received):
    return next(
        each for each in office.unit.open_items(received({**ROW, "external_id": "D-1"})) if each.kind == "return_search"
    )


def test_a_page_that_somebody_else_keeps_waiting_is_refused_in_words(office, hurried, item):
    browser = hurried.signed_in("research")
    page = browser.press(browser.get(f"/work/{item.id}"), f"/work/{item.id}/claim")
    typed = {"result": "unavailable", "unavailable_reason": "their line is down since noon"}
    with office.unit.store.session() as holding:
        holding.execute(text("select 1 from application where reference = :it for update"), {"it": item.reference})
        refused = browser.submit(page.form(f"/work/{item.id}"), typed)
        claimed = browser.press(browser.get(f"/applications/{item.reference}"), f"/applications/{item.reference}/open")
    assert (refused.status, code_of(refused)) == (409, "busy")
    assert "Somebody else is working on this" in refused.text
    assert "their line is down since noon" in refused.text
    assert refused.links["See how it stands now"] == f"/work/{item.id}"
    assert office.entries(item.reference, "work_done") == []
    done = browser.submit(page.form(f"/work/{item.id}"), typed)
    assert done.title.startswith("Done"), done.text
    assert claimed.status in {200, 409}

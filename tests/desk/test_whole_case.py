"""Whole cases, from what somebody tells an intake officer to the end, every act of every role done on a page of the desk.

Each is walked twice: over HTTP, which runs everywhere, and in a real browser, where each member of staff has a window of their own
and nothing but links, forms and buttons. That is skipped without Playwright and Chromium; `make browser` installs both.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from browsing import DeskUnit, Office
from extract_files import load
from staffing import STAFF
from walking import ROW, through_everything
from windows import Window, real_browser

from casebook.casework.reporting import audit
from casebook.domain.actors import ActOrigin
from casebook.domain.case.drafting import STEPS
from casebook.domain.vocabulary import Role, Stage
from casebook.storage.tables import Application, Candidate, Decision, WorkItem

CELLS = {name: value for name, value in ROW.items() if name != "submitted_at"}
SMITH = CELLS | {"b_forename": "John", "b_surname": "Smith"}
THIRD_PARTY = CELLS | {
    "applicant": "third_party", "c_forename": "Carla", "c_surname": "Quillfeather", "c_phone": "07700900003",
    "a_safe_channel": "phone", "a_safe_days": "mon;tue;wed;thu;fri", "a_safe_from": "09:00", "a_safe_until": "17:00",
}  # fmt: skip
PEOPLE = STAFF | {"research2": Role.RESEARCHER, "member2": Role.PANEL_MEMBER}
VIOLENT = ("John,Smith", "1971-10-17", "conviction,Assault occasioning actual bodily harm,2021-03-01,ex_partner")
REFUSED = "the server responded with a status of"  # what Chromium says of each refusal that a page shows


@pytest.fixture(scope="module")
def chromium():
    with real_browser() as browser:
        yield browser


@pytest.fixture(params=["http", "browser"])
def office(request, staffed, serving):
    """A unit with two researchers and two members of panels. In a browser, everybody has a window of their own."""
    with serving(staffed(PEOPLE, kind=DeskUnit)) as office:
        if request.param == "browser":
            chromium = request.getfixturevalue("chromium")
            office.windows = lambda: Window.of(chromium, office.address)
        yield office
        for window in windows_of(office):
            window.page.context.close()


def windows_of(office):
    return [each for each in office.browsers.values() if isinstance(each, Window)]


def taken_down(office: Office, cells):
    """An application that somebody tells an intake officer, who takes it down by steps. Gives its reference."""
    browser = office.signed_in("intake")
    page = browser.get("/take")
    for columns in STEPS.values():
        page = browser.submit(page.form("/take"), {name: cells[name] for name in columns if name in cells})
    (submit,) = [form for form in page.forms if form.action.endswith("/submit")]
    done = browser.submit(submit)
    assert done.title.startswith("Taken in"), done.text
    return next(address for address in done.links.values() if "CL-" in address).rpartition("/")[2]


def stands(office, reference):
    with office.unit.store.session() as session:
        application = session.get(Application, reference)
        return application.stage, application.outcome


def is_whole(office, reference, cells, *, refusals=0):
    """What people did was done at the desk, the ledger bears it, and nothing of the case was in an address or a title."""
    entries = [entry for entry in office.entries(reference) if entry.actor in PEOPLE]
    assert {entry.origin for entry in entries} == {ActOrigin.DESK}
    assert all(entry.token for entry in entries)
    with office.unit.acting() as act:
        assert audit.verify(act).broken == []
    windows = windows_of(office)
    complaints = [said for window in windows for said in window.complaints]
    assert [said for said in complaints if REFUSED not in said] == []
    assert len(complaints) == (refusals if windows else 0)
    seen = "\n".join(place for window in windows for place in window.visited).casefold()
    personal = [
        cells[name] for name in cells if name.startswith(("a_", "b_", "c_", "concern")) and len(cells[name]) > 4
    ]
    assert [value for value in personal if value.casefold() in seen] == []


def test_a_third_party_asks_and_a_panel_of_three_decides(office):
    reference = taken_down(office, THIRD_PARTY)
    assert through_everything(office.unit, reference) == Stage.CLOSED
    assert stands(office, reference) == (Stage.CLOSED, "disclosed_to_a")
    with office.unit.store.session() as session:
        decision = session.get(Decision, f"{reference}:1")
        assert [told["member"] for told in decision.dissent] == ["member2"]
    deciders = {entry.actor for entry in office.entries(reference, "work_done") if entry.body.get("kind") == "decide"}
    assert deciders == {"chair", "member", "member2"}
    is_whole(office, reference, THIRD_PARTY)


def test_there_is_nothing_to_disclose_and_two_people_read_the_list_of_the_name(office, tmp_path):
    load(office.unit, tmp_path, *(("John,Smith", born, "") for born in ("1962-07-08", "1958-09-21")), VIOLENT)
    reference = taken_down(office, SMITH)
    assert through_everything(office.unit, reference) == Stage.CLOSED
    assert stands(office, reference) == (Stage.CLOSED, "nothing_to_disclose")
    with office.unit.store.session() as session:
        assert [row.place for row in session.query(Candidate)] == ["listed"] * 3
        readers = {item.done_by for item in session.query(WorkItem) if item.done_by and "list" in item.subject}
        assert len(readers) == 2
    is_whole(office, reference, SMITH)
    if os.environ.get("CASEBOOK_TELL"):
        print(sum((each.effort for each in office.browsers.values()), Counter()))  # noqa: T201 - asked for


def test_somebody_is_suspended_while_they_type(office):
    """What they typed is kept for them to copy, and nothing of it is done; a colleague finds the work in the queue."""
    reference = taken_down(office, CELLS)
    office.unit.carry(reference)
    item = next(each for each in office.unit.open_items(reference) if each.kind == "return_search")
    suspended = office.signed_in("research")
    suspended.get(f"/work/{item.id}")
    page = suspended.press(suspended.get(f"/work/{item.id}"), f"/work/{item.id}/claim")
    head = office.signed_in("head")
    asked = head.submit(head.get("/do/staff-suspend").form("/do/staff-suspend"), {"id": "research"})
    done = head.submit(asked.form("/do/staff-suspend"), button=("_sure", "yes"))
    assert "research is suspended" in done.text, done.text
    typed = {"result": "unavailable", "unavailable_reason": "their line is down since noon"}
    refused = suspended.submit(page.form(f"/work/{item.id}"), typed)
    assert "their line is down since noon" in refused.text
    assert office.entries(reference, "work_done") == []
    colleague = office.signed_in("research2")
    assert "Nobody has claimed it" in colleague.get(f"/work/{item.id}").text
    office.do("research2", item, office.unit.answer("research2", item))
    assert {entry.actor for entry in office.entries(reference, "work_done")} == {"research2"}
    is_whole(office, reference, CELLS, refusals=1)


def test_the_person_at_risk_withdraws(office):
    reference = taken_down(office, CELLS)
    office.unit.carry(reference)
    told = {"reason": "she wants to stop", "said-by": "a", "identified": "questions", "channel": "in_person", "alone": "yes",
            "help-offered": "the helpline, and a visit of the IDVA"}  # fmt: skip
    for who, typed in (("intake", told), ("supervise", {"reason": "she said so to me too"})):
        done = office.act(who, reference, "withdraw", typed)
        assert done.status == 200, done.text
    assert stands(office, reference) == (Stage.CLOSED, "withdrawn")
    is_whole(office, reference, CELLS)


def test_two_people_merge_a_duplicate(office):
    first, second = (taken_down(office, CELLS) for _ in range(2))
    for reference in (first, second):
        office.unit.carry(reference)
    for who in ("research", "supervise"):
        office.opened(who, first)
        done = office.act(who, second, "merge", {"into": first, "reason": "the same people and day"})
        assert done.status == 200, done.text
    assert stands(office, second)[0] == Stage.CLOSED
    is_whole(office, second, CELLS)

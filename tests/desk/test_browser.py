"""The desk in a real browser: accessibility by axe, the content security policy, the keyboard, narrow screens, two browsers.

Skipped where Playwright or Chromium is not there; `make browser` installs both and runs these.
"""

from __future__ import annotations

import pytest
import staffing
from walking import ROW, through_everything
from windows import real_browser

from casebook.domain.vocabulary import Role, Stage

axe_module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed: make browser")
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(scope="module")
def chromium():
    with real_browser() as browser:
        yield browser


@pytest.fixture
def enter(office, chromium):
    """A page of somebody who signed in by the page for it. What the browser complains of is in `complaints`."""
    contexts = []

    def sign_in(who, *, script=True, width=1200, zoom=1.0):
        context = chromium.new_context(
            java_script_enabled=script, viewport={"width": int(width / zoom), "height": 900}, base_url=office.address
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on(
            "console", lambda said: page.complaints.append(said.text) if said.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto("/login")
        page.fill("#staff_id", who)
        page.fill("#token", office.token(who))
        page.click("main button:has-text('Sign in')")
        page.wait_for_selector("h1:has-text('My work')")
        return page

    yield sign_in
    for context in contexts:
        context.close()


def item_of(office, reference, kind):
    return next(item for item in office.unit.open_items(reference) if item.kind == kind)


def violations(page):
    found = axe_module.Axe().run(page, options=WCAG).response["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found]


def opened(page, reference):
    page.goto(f"/applications/{reference}")
    page.click("text=Open the case")
    page.wait_for_selector("nav[aria-label='Parts of the case']")


EMPTY = ("/login", "/accessibility", "/", "/work", "/find", "/applications", "/more", "/notices", "/take", "/no-such-page",
         "/do/staff-workload", "/do/board", "/lead")  # fmt: skip


def test_empty_pages_have_no_violation(office, enter):
    page = enter("supervise")
    for address in EMPTY:
        page.goto(address)
        assert violations(page) == [], address
    assert [each for each in page.complaints if "404" not in each] == []


def test_filled_pages_and_pages_in_error_have_no_violation(office, enter, reference):
    item = item_of(office, reference, "return_search")
    page = enter("research")
    for address in ("/", "/work", "/applications"):
        page.goto(address)
        assert violations(page) == [], address
    opened(page, reference)
    for tab in ("overview", "people", "checks", "history"):
        page.goto(f"/applications/{reference}?tab={tab}")
        assert violations(page) == [], tab
    page.goto(f"/work/{item.id}")
    page.click("button:has-text('Claim')")
    page.wait_for_selector("#answer-title")
    assert violations(page) == []
    page.click("button:text-is('Done')")
    page.wait_for_selector(".govuk-error-summary")
    assert page.title().startswith("Error: ")
    assert violations(page) == []
    assert page.evaluate("document.activeElement.className").startswith("govuk-error-summary")
    page.goto(f"/applications/{reference}/act/call")
    page.click("main form button.govuk-button")
    page.wait_for_selector(".govuk-error-summary")
    assert violations(page) == []
    assert [each for each in page.complaints if "422" not in each] == []


def test_the_pages_of_a_finished_case_have_no_violation(office, enter):
    reference = office.unit.receive({**ROW, "external_id": "D-2"})
    assert through_everything(office.unit, reference, until=Stage.DISCLOSURE) == Stage.DISCLOSURE
    page = enter("supervise")
    opened(page, reference)
    for tab in ("risk", "panel", "agreed"):
        page.goto(f"/applications/{reference}?tab={tab}")
        assert violations(page) == [], tab
    item = next(each for each in office.unit.open_items(reference) if each.kind == "deliver_disclosure")
    page = enter("disclose", width=320)
    page.goto(f"/work/{item.id}")
    page.click("button:has-text('Claim')")
    page.wait_for_selector("#answer-title")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(("width", "zoom"), [(320, 1.0), (1280, 2.0)])
def test_nothing_is_lost_on_a_narrow_screen_or_at_twice_the_size(office, enter, reference, width, zoom):
    page = enter("research", width=width, zoom=zoom)
    item = item_of(office, reference, "return_search")
    opened(page, reference)
    for address in (
        "/",
        "/work",
        "/find",
        "/applications",
        f"/applications/{reference}?tab=checks",
        f"/work/{item.id}",
        "/more",
    ):
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address


def test_the_keyboard_alone_suffices(office, enter, reference):
    page = enter("research")
    page.goto(f"/applications/{reference}")
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText") or "")
        if reached[-1] == "Open the case":
            break
    assert reached[0] == "Skip to main content"
    page.keyboard.press("Enter")
    page.wait_for_selector("nav[aria-label='Parts of the case']")


def test_a_note_is_written_without_javascript(office, enter, reference):
    page = enter("research", script=False)
    opened(page, reference)
    page.click("text=Write a note")
    page.check("#category")
    page.fill("#words", "rang the school")
    page.click("main form button.govuk-button")
    assert "Back to the case" in page.inner_text("main")
    assert [entry.origin for entry in office.entries(reference, "note_written")] == ["desk"]


def test_back_and_a_second_look_write_nothing_into_the_ledger(office, enter, reference):
    page = enter("research")
    opened(page, reference)
    page.goto(f"/applications/{reference}?tab=people")
    page.goto("/work")
    before = len(office.entries())
    page.go_back()
    page.reload()
    page.go_back()
    assert len(office.entries()) == before


def test_keys_choose_a_verdict(office, enter):
    reference = office.unit.receive({**ROW, "external_id": "D-3"})
    for _ in range(8):
        office.unit.carry(reference)
        if any(item.kind == "review_match" for item in office.unit.open_items(reference)):
            break
        for item in office.unit.open_items(reference):
            office.unit.wait_for(item)
            if able := office.unit.fitting(item):
                office.unit.do(able[0], item, office.unit.answer(able[0], item))
    item = item_of(office, reference, "review_match")
    page = enter("research")
    page.goto(f"/work/{item.id}")
    page.click("button:has-text('Claim')")
    page.wait_for_selector("text=Subject and candidate")
    assert violations(page) == []
    page.locator("h1").click()
    page.keyboard.press("2")
    assert page.is_checked("#verdict-2")
    page.focus("#reason")
    page.keyboard.press("1")
    assert page.input_value("#reason") == "1"
    assert page.is_checked("#verdict-2")


def test_two_browsers_on_one_item(office, enter, reference):
    with office.unit.acting() as act:
        staffing.give(act, "risk", Role.RESEARCHER)
    item = item_of(office, reference, "return_search")
    first, second = enter("research"), enter("risk")
    second.goto(f"/work/{item.id}")
    second.click("button:text-is('Open the file')")
    second.wait_for_selector("#answer-title")
    first.goto(f"/work/{item.id}")
    first.click("button:has-text('Claim')")
    first.wait_for_selector("#answer-title")
    second.check("#result-3")
    second.fill("#unavailable_reason", "their line is down")
    second.click("button:text-is('Done')")
    second.wait_for_selector("text=What you typed")
    assert "their line is down" in second.inner_text("main")
    assert violations(second) == []
    assert office.entries(reference, "work_done") == []

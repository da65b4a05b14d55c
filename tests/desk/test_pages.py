"""What every page of the desk keeps to: who may see it, what it writes into the ledger, and what it never shows."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import timedelta
from itertools import product

import pytest
import staffing
from sqlalchemy import text
from staffing import STAFF
from walking import ROW, through_everything

from casebook.case_page import page as case_page
from casebook.desk import act_forms, acts, security
from casebook.desk.grants import SHORT
from casebook.desk.pages import applications, commands, finding, items, leading, papers, signing, taking, work
from casebook.desk.visit import Visit
from casebook.domain.actors import ActOrigin
from casebook.domain.vocabulary import Role, Stage
from casebook.errors import Collision
from casebook.storage import session as storage

ROOMS = (work, items, applications, leading, finding, papers, taking, commands, signing)
SOMEBODY = "research"
CANARIES = ("Canaryforename", "Canarysurname", "07700900777", "Canary concern")
CANARY_ROW = {**ROW, "external_id": "D-9", "b_forename": CANARIES[0], "b_surname": CANARIES[1], "a_phone": CANARIES[2],
              "concern": CANARIES[3]}  # fmt: skip


@pytest.fixture
def reference(office):
    reference = office.unit.receive(CANARY_ROW)
    office.unit.carry(reference)
    return reference


def item_of(office, reference, kind):
    return next(item for item in office.unit.open_items(reference) if item.kind == kind)


def views(office, reference):
    return len(office.entries(reference, "personal_detail_viewed"))


def test_a_case_is_read_once_for_the_ledger_however_often_its_page_is_drawn(office, reference):
    browser = office.signed_in(SOMEBODY)
    asked = browser.get(f"/applications/{reference}")
    assert CANARIES[1] not in asked.html
    assert views(office, reference) == 0
    opened = browser.press(asked, f"/applications/{reference}/open")
    assert CANARIES[1] in browser.get(f"/applications/{reference}?tab=people").html
    assert opened.title.startswith(f"Case {reference}")
    for tab in applications.TABS:  # Back, a restored tab, a second look
        assert browser.get(f"/applications/{reference}?tab={tab}").status == 200
    assert views(office, reference) == 1


def test_nothing_is_kept_of_a_reading_that_the_ledger_does_not_have(office, reference, monkeypatch):
    """Somebody else was at the same application: what was read was not committed, and no page shows it."""
    browser = office.signed_in(SOMEBODY)
    page = browser.get(f"/applications/{reference}")
    committed = Visit.acting

    @contextmanager
    def collides(visit):
        with committed(visit) as act:
            yield act
            raise Collision

    monkeypatch.setattr(Visit, "acting", collides)
    assert browser.press(page, f"/applications/{reference}/open").status == 409
    monkeypatch.undo()
    monkeypatch.setattr(storage, "now", lambda _session: office.unit.now)
    assert "Open the case" in browser.get(f"/applications/{reference}").text
    assert views(office, reference) == 0


def test_what_was_opened_is_closed_again_after_a_while_and_for_everybody_else(office, reference):
    browser, other = office.signed_in(SOMEBODY), office.signed_in("risk")
    browser.press(browser.get(f"/applications/{reference}"), f"/applications/{reference}/open")
    assert "Open the case" in other.get(f"/applications/{reference}").text
    office.unit.now += SHORT
    assert "Open the case" in browser.get(f"/applications/{reference}").text


def test_a_page_that_a_browser_wants_before_anybody_asked_is_refused_and_writes_nothing(office, reference):
    browser = office.signed_in(SOMEBODY)
    before = len(office.entries())
    for address in ("/", "/work", f"/applications/{reference}", f"/work/{office.unit.open_items(reference)[0].id}"):
        answer = browser.client.get(address, headers={"sec-purpose": "prefetch;prerender"})
        assert (answer.status_code, "prefetch" in answer.text) == (403, True)
    assert len(office.entries()) == before


def test_no_act_is_possible_by_a_link(office, reference):
    """Every address that does something answers a POST alone."""
    browser = office.signed_in(SOMEBODY)
    before = len(office.entries())
    doing = [path for room in ROOMS for method, path, _ in room.PAGES if method == "POST"]
    reading = {path for room in ROOMS for method, path, _ in room.PAGES if method == "GET"}
    for path in doing:
        if path not in reading:
            address = path.format(
                item="x",
                reference=reference,
                act="note",
                paper="x",
                verb="give",
                name="x",
                number="0",
                draft="x",
                step="danger",
            )
            assert browser.client.get(address).status_code in {404, 405}, path
    assert len(office.entries()) == before


FOREIGN = {
    "another site": {"sec-fetch-site": "cross-site"},
    "a sister site": {"sec-fetch-site": "same-site"},
    "another origin": {"origin": "https://elsewhere.example"},
    "no origin at all": {},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_a_form_that_another_site_sends_is_refused(office, reference, headers):
    browser = office.signed_in(SOMEBODY)
    form = browser.get(f"/applications/{reference}").form(f"/applications/{reference}/open")
    answer = browser.client.post(form.action, data=dict(form.filled), headers=headers)
    assert (answer.status_code, "foreign_request" in answer.text) == (403, True)
    assert views(office, reference) == 0


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_form_without_the_token_of_its_session_is_refused(office, reference, token):
    browser = office.signed_in(SOMEBODY)
    headers = {"sec-fetch-site": "same-origin"}
    answer = browser.client.post(f"/applications/{reference}/open", data={"_csrf": token}, headers=headers)
    assert (answer.status_code, "foreign_request" in answer.text) == (403, True)


def test_the_token_of_another_session_is_refused(office, reference):
    browser, other = office.signed_in(SOMEBODY), office.signed_in("risk")
    form = other.get(f"/applications/{reference}").form(f"/applications/{reference}/open")
    assert browser.submit(form).status == 403


def test_a_session_that_somebody_fixed_is_not_taken_up(office):
    browser = office.signed_in(SOMEBODY)
    planted = "a-value-that-somebody-planted"
    fresh = office.client(**{security.COOKIE: planted})
    answer = fresh.post(
        "/login", data={"staff_id": "risk", "token": office.token("risk")}, headers={"sec-fetch-site": "same-origin"}
    )
    given = answer.headers["set-cookie"]
    assert planted not in given
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip().lower() for part in given.split(";")}
    assert browser.client.cookies[security.COOKIE] not in given


def test_every_answer_has_its_headers(office, reference):
    browser = office.signed_in(SOMEBODY)
    for address in ("/", "/login", "/no-such-page", f"/applications/{reference}", "/theme.css"):
        headers = browser.client.get(address).headers
        for name, value in security.HEADERS.items():
            if address != "/theme.css" or name != b"cache-control":
                assert headers[name.decode()] == value.decode(), (address, name)
        assert "server" not in headers


def test_nothing_personal_is_in_an_address_or_a_title(office, reference):
    browser = office.signed_in(SOMEBODY)
    page = browser.press(browser.get(f"/applications/{reference}"), f"/applications/{reference}/open")
    found = browser.submit(browser.get("/find").form("/find"), {"words": f"{CANARIES[0]} {CANARIES[1]}"})
    assert reference in found.text
    seen = [page, found, browser.get(f"/applications/{reference}?tab=people")]
    for each in seen:
        said = f"{each.address} {each.title} {' '.join(each.links.values())} {' '.join(form.action for form in each.forms)}"
        assert not [canary for canary in CANARIES if canary.lower() in said.lower()]


NASTY = ("<script>alert(1)</script>", "{{7*7}}", "\u202eevil\u202c", "'\"><img src=x onerror=alert(1)>", "{% raw %}")


@pytest.mark.parametrize("text", NASTY)
def test_what_somebody_wrote_is_shown_as_text(office, text):
    reference = office.unit.receive({**ROW, "external_id": "D-8", "concern": f"He said {text}"})
    browser = office.signed_in(SOMEBODY)
    page = browser.press(browser.get(f"/applications/{reference}"), f"/applications/{reference}/open")
    page = browser.get(f"/applications/{reference}?tab=people")
    assert "He said" in page.text
    assert "<script>alert" not in page.html
    assert "<img src=x" not in page.html
    assert "49" not in page.text.partition("He said")[2][:40]


def test_a_suspension_ends_a_session_while_its_page_is_open(office, reference):
    browser = office.signed_in(SOMEBODY)
    page = browser.get(f"/applications/{reference}")
    head = office.signed_in("head")
    asked = head.submit(head.get("/do/staff-suspend").form("/do/staff-suspend"), {"id": SOMEBODY})
    assert asked.title.startswith("Check before you go on")
    assert browser.get("/").title.startswith("My work")
    done = head.submit(asked.form("/do/staff-suspend"), button=("_sure", "yes"))
    assert done.status == 200, done.text
    refused = browser.press(page, f"/applications/{reference}/open")
    assert (refused.status, "signed_out" in refused.text) == (403, True)
    assert browser.get("/").title.startswith("Sign in")
    assert views(office, reference) == 0


def test_a_session_ends_with_time_and_by_signing_out(office):
    browser = office.signed_in(SOMEBODY)
    office.unit.now += SHORT * 2
    assert browser.get("/").title.startswith("Sign in")
    browser = office.signed_in(SOMEBODY)
    page = browser.press(browser.get("/"), "/logout")
    assert page.title.startswith("Sign in")
    assert browser.get("/work").title.startswith("Sign in")
    assert [entry.origin for entry in office.entries(event="signed_out")] == [ActOrigin.DESK]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE desk_session SET staff_id = 'head' WHERE staff_id = 'research'",
        "UPDATE desk_session SET ends_at = ends_at + interval '1 year'",
        "UPDATE desk_session SET proof = md5('known')",
        "UPDATE token SET revoked_at = now()",
    ],
)
def test_a_session_that_was_written_into_the_database_opens_nothing(office, owners, damage):
    browser = office.signed_in("research")
    with owners.engine.begin() as connection:
        connection.execute(text(damage))
    assert browser.get("/work").title.startswith("Sign in")


@pytest.mark.parametrize("given", [("research", "wrong"), ("nobody", "wrong"), ("", ""), ("research", "")])
def test_whoever_does_not_prove_who_they_are_stays_outside(office, given):
    office.token("research")
    client = office.client()
    answer = client.post(
        "/login", data=dict(zip(("staff_id", "token"), given, strict=True)), headers={"sec-fetch-site": "same-origin"}
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "Error: " in answer.text


def test_two_browsers_on_one_item(office, reference):
    """The second is told who has it, may read it, and what they typed is kept for them to copy; nothing of it is done."""
    item = item_of(office, reference, "return_search")
    with office.unit.acting() as act:
        staffing.give(act, "risk", Role.RESEARCHER)
    first, second = office.signed_in("research"), office.signed_in("risk")
    page = second.press(second.get(f"/work/{item.id}"), f"/work/{item.id}/open")
    form = page.form(f"/work/{item.id}")  # opened before anybody claimed it
    first.press(first.get(f"/work/{item.id}"), f"/work/{item.id}/claim")
    refused = second.submit(form, {"result": "unavailable", "unavailable_reason": "their line is down since noon"})
    assert refused.status in {403, 409, 422}
    assert "their line is down since noon" in refused.html
    shown = second.get(f"/work/{item.id}")
    assert "research" in shown.text
    assert not shown.has(f"/work/{item.id}/claim")
    assert [entry.actor for entry in office.entries(reference, "work_done")] == []


def test_an_answer_that_is_not_whole_is_told_field_by_field_and_kept(office, reference):
    item = item_of(office, reference, "return_search")
    browser = office.signed_in("research")
    page = browser.press(browser.get(f"/work/{item.id}"), f"/work/{item.id}/claim")
    told = browser.submit(page.form(f"/work/{item.id}"), {"summary": "half of it"})
    assert told.status == 422
    assert told.title.startswith("Error: ")
    assert 'href="#result"' in told.html
    assert 'id="result-error"' in told.html
    assert "half of it" in told.html
    told = browser.submit(page.form(f"/work/{item.id}"), {"result": "nil", "evidence_reference": "E-1"})
    assert "Search made 1, What did the source return?: is missing" in told.text


def test_a_source_that_cannot_be_searched_is_returned_as_such(office, reference):
    """The searches that the page put there are not asked about then. What somebody typed there all the same is not lost."""
    item = item_of(office, reference, "return_search")
    browser = office.signed_in("research")
    form = browser.press(browser.get(f"/work/{item.id}"), f"/work/{item.id}/claim").form(f"/work/{item.id}")
    typed = {"result": "unavailable", "unavailable_reason": "their line is down"}
    told = browser.submit(form, typed | {"searches.0.result": "nil"})
    assert told.status == 422
    assert told.title.startswith("Error: ")
    assert "Done" in browser.submit(form, typed).title


def test_a_draft_is_its_writer_s_alone_and_goes_with_the_item(office, reference):
    item = item_of(office, reference, "return_search")
    browser = office.signed_in("research")
    page = browser.press(browser.get(f"/work/{item.id}"), f"/work/{item.id}/claim")
    kept = browser.submit(page.form(f"/work/{item.id}"), {"summary": "begun by research"}, button=("_save", "yes"))
    assert "is kept" in kept.text
    assert "begun by research" in browser.get(f"/work/{item.id}").html
    with office.unit.acting() as act:
        staffing.give(act, "risk", Role.RESEARCHER)
    other = office.signed_in("risk")
    seen = other.press(other.get(f"/work/{item.id}"), f"/work/{item.id}/open")
    assert "research has begun an answer" in seen.text
    assert "begun by research" not in seen.html


@pytest.mark.parametrize("who", STAFF)
def test_no_page_offers_what_the_role_is_refused(office, reference, who):
    """Every button of every act, for every role: its form opens, and no answer to it is that the role may not."""
    browser = office.signed_in(who)
    for on_case in (True, False):
        with office.unit.store.session() as session:
            actor = office.unit.actor(session, who)
        for act in [each for group in acts.acts_for(actor, on_case=on_case).values() for each in group]:
            address = f"/applications/{reference}/act/{act.name}" if on_case else f"/do/{act.name}"
            page = browser.get(address)
            assert page.status == 200, (who, act.name, page.text[-300:])


@pytest.mark.parametrize("who", STAFF)
def test_what_a_role_is_refused_is_refused_again_by_a_direct_post(office, reference, who):
    browser = office.signed_in(who)
    csrf = dict(browser.get("/find").form("/find").filled)["_csrf"]
    with office.unit.store.session() as session:
        actor = office.unit.actor(session, who)
    may = {act.name for group in acts.acts_for(actor).values() for act in group}
    for act in [each for each in acts.ACTS if each.on_case and each.name not in may]:
        options = [option for option in office.options(act.words) if option.required and option.name != "reference"]
        data = {"_csrf": csrf} | {
            (option.flag.removeprefix("--") or option.name): (option.choices[0] if option.choices else "a_code")
            for option in options
        }
        answer = browser.client.post(
            f"/applications/{reference}/act/{act.name}", data=data, headers={"sec-fetch-site": "same-origin"}
        )
        assert answer.status_code in {403, 404, 422}, (who, act.name)
        assert not re.search(r"class=\"desk-lines\"", answer.text)
    assert {entry.actor for entry in office.entries(reference) if entry.event != "personal_detail_viewed"} & {
        who
    } == set()


@pytest.mark.parametrize(("method", "path"), [(m, p) for room in ROOMS[:-1] for m, p, _ in room.PAGES])
def test_no_page_is_for_whoever_is_not_signed_in(office, reference, method, path):
    address = path.format(
        item="x",
        reference=reference,
        act="note",
        paper="x",
        verb="give",
        name="x",
        number="0",
        draft="x",
        step="danger",
    )
    client = office.client()
    answer = client.request(method, address, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code in {303, 403}
    assert reference not in answer.text.replace(address, "")


def test_a_large_or_crooked_form_is_refused(office):
    browser = office.signed_in(SOMEBODY)
    headers = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}
    for body, code in (
        (b"a=" + b"x" * (5 << 20), "file_too_large"),
        (b"&".join([b"a=1"] * 5000), "bad_form"),
        (b"a=%ff%fe", ""),
    ):
        answer = browser.client.post("/find", content=body, headers=headers)
        assert 400 <= answer.status_code < 500
        assert code in answer.text


def test_every_section_of_a_case_has_a_tab():
    assert {part for _, parts in applications.TABS.values() for part in parts} == {
        title for title, _ in case_page.SECTIONS
    }


def test_the_pages_of_a_closed_case_can_all_be_read(office):
    reference = office.unit.receive({**ROW, "external_id": "D-7"})
    assert through_everything(office.unit, reference) == Stage.CLOSED
    for who, tab in product(("supervise", "head"), applications.TABS):
        browser = office.signed_in(who)
        page = browser.get(f"/applications/{reference}?tab={tab}")
        if page.has(f"/applications/{reference}/open"):
            browser.press(page, f"/applications/{reference}/open")
        assert browser.get(f"/applications/{reference}?tab={tab}").status == 200
    browser = office.signed_in("supervise")
    for name in ("chronology", "papers"):
        page = browser.get(f"/applications/{reference}")
        assert browser.press(page, f"/applications/{reference}/{name}").status == 200


@pytest.mark.parametrize("act", acts.ACTS, ids=lambda act: "-".join(act.words))
def test_every_act_is_a_command_that_there_is(office, act):
    assert act_forms.fields_of(act, office.options(act.words)) is not None


def test_every_act_of_the_command_on_one_application_has_its_page():
    from casebook.cli.main import parser_of  # noqa: PLC0415
    from casebook.cli.parsers import subcommands  # noqa: PLC0415

    elsewhere = {
        "list", "show", "timeline", "papers", "paper", "safe-time",  # pages of their own
        "draft-show",  # the pages of taking an application down
        "dispose-row",
    }  # fmt: skip
    known = {act.words[-1] for act in acts.ACTS if act.words[0] == "applications"}
    assert set(subcommands(parser_of("applications"))) - known == elsewhere


@pytest.mark.parametrize("who", STAFF)
def test_the_unit_at_a_glance_is_for_whoever_sees_other_cases(office, reference, who):
    browser = office.signed_in(who)
    offered = "/lead" in browser.get("/work").links.values()
    page = browser.get("/lead")
    assert (page.status == 200) == offered == (who != "member")
    if offered:
        assert "have no case officer" in page.text
        assert browser.client.get("/lead/weeks.svg").headers["content-type"].startswith("image/svg")


def test_each_number_of_the_limit_leads_to_its_list(office, reference):
    browser = office.signed_in("supervise")
    (form,) = [form for form in browser.get("/lead").forms if dict(form.filled).get("whole") == "on_course"]
    shown = browser.submit(form)
    assert reference in shown.text
    assert "Limit of the whole process on course" in shown.text
    assert "?" not in shown.address
    office.unit.now += timedelta(days=40)
    browser = office.signed_in("supervise")
    (form,) = [form for form in browser.get("/lead").forms if dict(form.filled).get("because") == "not_said"]
    assert "breached: nobody has said why" in browser.submit(form).text


def test_a_command_that_does_not_end_is_refused(office):
    answer = office.client().post(
        "/service",
        data={"as": "head", "words": '["board", "--live"]'},
        headers={"authorization": f"Bearer {office.token('head')}"},
    )
    assert answer.json()["error"]["code"] == "not_here"

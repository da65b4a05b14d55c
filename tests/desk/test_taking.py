"""Taking an application down at the desk, correcting one, finding one, and the acts on one."""

from __future__ import annotations

from walking import ROW


def opened(browser, reference):
    return browser.press(browser.get(f"/applications/{reference}"), f"/applications/{reference}/open")


def test_an_application_is_taken_down_step_by_step(office):
    browser = office.signed_in("intake")
    steps = (
        {"immediate_danger": "no"},
        {"safe_channel": "phone", "safe_days": "mon;tue", "safe_from": "09:00", "safe_until": "17:00"},
        {"route": "right_to_ask", "applicant": "a", "concern": "He reads my messages"},
        {"a_forename": "Anna", "a_surname": "Quillfeather", "a_dob": "1990-05-06"},
        {"b_forename": "Barry", "b_surname": "Ottershaw", "b_dob": "1985-02-03"},
    )
    page = browser.get("/take")
    for typed in steps:
        page = browser.submit(page.form("/take"), typed)
    (submit,) = [form for form in page.forms if form.action.endswith("/submit")]
    done = browser.submit(submit)
    assert "Taken in" in done.title
    assert "Ottershaw" in browser.get(f"{next(a for a in done.links.values() if 'CL-' in a)}?tab=people").text


def test_danger_at_the_first_answer_is_taken_in_at_once(office):
    browser = office.signed_in("intake")
    done = browser.submit(browser.get("/take").form("/take"), {"immediate_danger": "yes"})
    assert "Taken in" in done.title
    inspector = office.signed_in("inspect")
    assert "Danger: 1 case" in inspector.get("/").text


def test_a_draft_that_was_left_is_read_again_by_a_post_and_gone_on_with(office):
    browser = office.signed_in("intake")
    page = browser.submit(browser.get("/take").form("/take"), {"immediate_danger": "no"})
    draft = page.address.split("/")[2]
    page = browser.submit(page.form("/take"), {"a_code_word": "Marigold"})
    assert office.entries(event="draft_viewed") == []
    (item,) = [each for each in office.unit.open_items() if each.kind == "finish_draft"]
    again = browser.press(browser.get(f"/work/{item.id}"), f"/take/{draft}/again")
    assert "Marigold" in browser.get(f"/take/{draft}/contact").html
    assert again.status == 200
    assert len(office.entries(event="draft_viewed")) == 1


def test_what_is_known_is_corrected(office, reference):
    browser = office.signed_in("research")
    page = browser.get(f"/applications/{reference}/correct")
    done = browser.submit(
        page.form(f"/applications/{reference}/correct"), {"people.b.aliases": "Baz Otter\nB. O. Shaw"}
    )
    assert "Baz Otter" in done.text
    assert [entry.origin for entry in office.entries(reference, "information_added")] == ["desk"]


def test_an_act_that_is_refused_keeps_what_was_typed_and_says_the_code_of_the_command(office, reference):
    browser = office.signed_in("research")
    address = f"/applications/{reference}/act/call"
    form = browser.get(address).form(address)
    told = browser.submit(
        form, {"caller": "a", "identified-by": "code_word", "said": "she is afraid", "at": "2099-01-01T10:00"}
    )
    assert told.status == 422
    assert "she is afraid" in told.html
    assert "in_the_future" in told.text


CALL = {"caller": "a", "identified-by": "known", "said": "He is at the door now", "opens": ["danger"]}


def test_a_call_with_danger_opens_safeguarding(office, reference):
    browser = office.signed_in("research")
    address = f"/applications/{reference}/act/call"
    done = browser.submit(browser.get(address).form(address), CALL)
    assert done.status == 200, done.text
    assert any(item.kind == "immediate_safeguarding" for item in office.unit.open_items(reference))
    assert "Danger: 1 case" in office.signed_in("inspect").get("/work").text


def test_a_note_a_reminder_and_a_paper_stand_in_the_chronology(office, reference):
    browser = office.signed_in("research")
    note, paper = (f"/applications/{reference}/act/{name}" for name in ("note", "attach"))
    assert (
        browser.submit(browser.get(note).form(note), {"category": "contact", "words": "rang the school"}).status == 200
    )
    form = browser.get(paper).form(paper)
    typed = {"category": form.options["category"][0], "title": "A letter"}
    done = browser.submit(form, typed, files={"file": ("letter.txt", b"To whom it may concern")})
    assert done.status == 200, done.text
    page = browser.press(opened(browser, reference), f"/applications/{reference}/chronology")
    assert "rang the school" in page.text
    papers = browser.press(opened(browser, reference), f"/applications/{reference}/papers")
    (one,) = [form for form in papers.forms if "/paper/" in form.action]
    headers = {"sec-fetch-site": "same-origin"}
    kept = browser.client.post(one.action, data=dict(one.filled), headers=headers)
    assert kept.content == b"To whom it may concern"
    assert kept.headers["content-disposition"].startswith("attachment")
    assert kept.headers["content-type"] == "application/octet-stream"


def test_two_people_merge_a_duplicate_at_the_desk(office, reference):
    later = office.unit.receive({**ROW, "external_id": "D-2", "submitted_at": "2026-03-02T09:30:00+00:00"})
    for who in ("research", "supervise"):
        browser = office.signed_in(who)
        address = f"/applications/{later}/act/merge"
        opened(browser, later)
        opened(browser, reference)
        done = browser.submit(
            browser.get(address).form(address), {"into": reference, "reason": "the same people and day"}
        )
        assert done.status == 200, done.text
    assert [entry.origin for entry in office.entries(later) if "merged" in entry.event] == ["desk"]


def test_the_next_safe_time_is_asked_by_a_button_and_is_in_the_ledger_once(office, reference):
    browser = office.signed_in("research")
    page = browser.press(opened(browser, reference), f"/applications/{reference}/safe-time")
    assert "Next safe time" in page.title
    assert browser.get(page.address).status == 200
    views = [
        entry
        for entry in office.entries(reference, "personal_detail_viewed")
        if entry.body.get("part") == "safe_contact"
    ]
    assert len(views) == 1


def test_a_pack_is_printed_as_pdf(office, reference):
    browser = office.signed_in("research")
    form = opened(browser, reference).form(f"/applications/{reference}/pack")
    got = browser.client.post(form.action, data=dict(form.filled), headers={"sec-fetch-site": "same-origin"})
    assert got.content.startswith(b"%PDF"), got.text[:500]


def test_a_supervisor_gives_an_item_and_takes_it_back_and_the_loser_is_told(office, reference):
    item = next(each for each in office.unit.open_items(reference) if each.kind == "return_search")
    research, lead = office.signed_in("research"), office.signed_in("supervise")
    research.press(research.get(f"/work/{item.id}"), f"/work/{item.id}/claim")
    page = lead.press(lead.get(f"/work/{item.id}"), f"/work/{item.id}/move/take-back", {"reason": "off sick"})
    assert page.status == 200, page.text
    assert "Nobody has claimed it" in page.text
    assert "1 notice" in research.get("/").text
    assert item.id not in research.get("/").html


def test_two_people_end_a_case_early_at_the_desk(office, reference):
    """The first says who said it and how; the second reads the case, and agrees in their own words."""
    told = {"reason": "she wants to stop", "said-by": "a", "identified": "questions", "channel": "in_person", "alone": "yes",
            "help-offered": "the helpline, and a visit of the IDVA"}  # fmt: skip
    address = f"/applications/{reference}/act/withdraw"
    for who, typed in (("intake", told), ("supervise", {"reason": "she said so to me too"})):
        browser = office.signed_in(who)
        opened(browser, reference)
        done = browser.submit(browser.get(address).form(address), typed)
        assert done.status == 200, done.text
    assert [entry.origin for entry in office.entries(reference, "closed_early")] == ["desk"]
    page = browser.get(f"/applications/{reference}")  # opened again by the act itself
    assert "she wants to stop" in page.text
    assert "This case is closed." in page.text

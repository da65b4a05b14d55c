"""A panel's day by the command: the meeting is called, who came is noted, and the minutes are printed."""

from __future__ import annotations

import stat
from datetime import timedelta

import pytest

from casebook import clock

HEADER = "external_id,submitted_at,route,applicant,concern,immediate_danger,a_forename,a_surname,b_forename,b_surname\n"
ROW = "D-1,2026-03-02T09:00:00+00:00,right_to_ask,a,He frightens me,no,Anna,Quill,Barry,Otter\n"
LATER = (clock.now() + timedelta(days=2)).isoformat()


@pytest.fixture(scope="module")
def reference(desk, tmp_path_factory):
    file = tmp_path_factory.mktemp("in") / "applications.csv"
    file.write_text(HEADER + ROW)
    (accepted,) = desk.ask("applications", "import", file)["accepted"]
    return accepted["reference"]


@pytest.fixture(scope="module")
def meeting(desk):
    desk.hire("ch", "panel_chair")
    desk.hire("me", "panel_member")
    done = desk.ask("panel", "meeting", "--at", LATER, "--chair", "ch", "--member", "me:probation", who="su")
    assert done["members"] == [{"staff": "me", "agency": "probation"}]
    return done["meeting"]


def test_a_meeting_shows_its_agenda_and_says_of_each_case_why_it_is_not_on_it(desk, meeting, reference):
    assert desk.ask("panel", "agenda", meeting, who="ch")["cases"] == []
    code, said, _ = desk.say("panel", "agenda", meeting, "--add", reference, "CL-2026-999999", who="ch")
    assert code == 1
    assert "does not wait for a panel now" in said
    assert "there is no application CL-2026-999999" in said
    code, said, _ = desk.say("panel", "agenda", meeting, who="ch")
    assert (code, "chair ch" in said) == (0, True)


def test_who_came_is_noted_when_it_has_begun(desk, meeting):
    assert desk.refusal("panel", "attend", meeting, who="ch") == "nobody_named"
    assert desk.refusal("panel", "attend", meeting, "--present", "ch", who="ch") == "not_yet"
    assert desk.ask("panel", "attend", meeting, "--apologies", "me", who="ch")["presence"] == {"me": "apologies"}
    assert desk.refusal("panel", "attend", "PM-1", "--apologies", "me", who="ch") == "not_found"


def test_what_an_agency_said_stands_on_the_page_of_the_case(desk, reference):
    said = ("--agency", "probation", "--by", "the duty officer", "--words", "he moved out")
    assert desk.refusal("panel", "say", reference, *said, "--handling", "C", who="re") == "conditions_unclear"
    desk.ask("panel", "say", reference, *said, "--handling", "C", "--conditions", "ask us first", who="re")
    code, page, _ = desk.say("applications", "show", reference, who="re")
    assert code == 0
    assert "sharing with conditions): he moved out" in page
    assert "conditions: ask us first" in page
    assert desk.refusal("panel", "say", reference, *said, "--handling", "P", who="du") == "not_permitted"


def test_the_minutes_are_written_as_pdf_and_html(desk, meeting, tmp_path):
    pdf, html = tmp_path / "minutes.pdf", tmp_path / "minutes.html"
    written = desk.ask("panel", "minutes", meeting, "--pdf", pdf, "--html", html, who="ch")["written"]
    assert written == [str(html), str(pdf)]
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE(pdf.stat().st_mode) == 0o600
    assert meeting in html.read_text()
    code, said, _ = desk.say("panel", "minutes", meeting, who="ch")
    assert code == 0
    assert "apologies: me" in said
    assert (
        desk.refusal("panel", "minutes", meeting, "--pdf", tmp_path / "none" / "a.pdf", who="ch", code=2)
        == "unwritable_file"
    )


@pytest.mark.parametrize("words", [("--at", "soon"), ("--at", LATER, "--chair", "ch", "--member", ":probation")])
def test_a_meeting_that_cannot_be_read_is_a_wrong_call(desk, words):
    code, _, _ = desk.say("panel", "meeting", *words, who="su")
    assert code == 2

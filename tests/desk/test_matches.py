"""Match review and search sheet: what a confirmed person's record adds, and the list of others of the name."""

from __future__ import annotations

import re

import pytest
from extract_files import load
from walking import ROW

from casebook.domain.vocabulary import Source

ASSAULT = "conviction,Assault occasioning actual bodily harm,2021-03-01,ex_partner"


@pytest.fixture
def taken_in(office):
    """`taken_in(cells)`: an application whose sources were searched."""

    def receive(**cells):
        reference = office.unit.receive({**ROW, "external_id": "D-1", **cells})
        for _ in range(8):
            office.unit.carry(reference)
            if item_of(office, reference, "review_match"):
                return reference
            for item in office.unit.open_items(reference):
                office.unit.wait_for(item)
                if item.kind != "return_search" and (able := office.unit.fitting(item)):
                    office.unit.do(able[0], item, office.unit.answer(able[0], item))
        raise AssertionError("nobody was found")

    return receive


def item_of(office, reference, kind, **subject):
    """The open item of a kind and a subject, or None."""
    return next(
        (
            item
            for item in office.unit.open_items(reference)
            if item.kind == kind and subject.items() <= item.subject.items()
        ),
        None,
    )


def opened(browser, item):
    page = browser.get(f"/work/{item.id}")
    return browser.press(
        page, f"/work/{item.id}/claim" if page.has(f"/work/{item.id}/claim") else f"/work/{item.id}/open"
    )


def new_searches(page):
    """What the sheet of a page marks as new, and whose record has it."""
    rows = re.findall(
        r"<tr class=\"govuk-table__row\"><td class=\"govuk-table__cell desk-typed\">(.*?)</tr>", page.html
    )
    return [re.sub(r"<[^>]+>", " ", row).split() for row in rows if ">new<" in row]


def test_what_a_confirmed_record_adds_is_told_before_and_stands_on_the_search_sheet(office, taken_in, tmp_path):
    him = ("Barry,Ottershaw", "1985-02-03", ASSAULT, "Bartholomew Finchley", "QX1 1AA")
    load(office.unit, tmp_path, him, source=Source.RMS)
    reference = taken_in()
    researcher = office.signed_in("research")
    before = opened(researcher, item_of(office, reference, "return_search", source="pnc"))
    assert "What to type" in before.text
    assert "Barry Ottershaw, born 1985-02-03 As given" in before.text
    assert new_searches(before) == []
    review = item_of(office, reference, "review_match", source="rms")
    page = opened(researcher, review)
    assert "New searches, if it is the same person" in page.text
    added = ["Bartholomew", "Finchley,", "born", "1985-02-03", "As", "a", "confirmed", "record", "has", "it", "new", "from",
             "force", "records", "(RMS)", "P0"]  # fmt: skip
    assert added in new_searches(page)
    office.do("research", review, {"verdict": "same", "reason": "the same name, birth date and address"})
    office.unit.carry(reference)
    after = opened(researcher, item_of(office, reference, "return_search", source="pnc"))
    assert added in new_searches(after)
    second = item_of(office, reference, "second_look_at_rejection", source="rms")
    assert "New searches, because this is the same person" in opened(office.signed_in("read"), second).text


def test_a_person_who_is_somebody_else_adds_nothing(office, taken_in, tmp_path):
    other = ("Barry,Ottershaw", "1985-02-03", ASSAULT, "Bartholomew Finchley", "QX1 1AA")
    load(office.unit, tmp_path, other, source=Source.RMS)
    reference = taken_in()
    review = item_of(office, reference, "review_match", source="rms")
    office.do("research", review, {"verdict": "different", "reason": "he was in prison abroad at the time"})
    second = item_of(office, reference, "second_look_at_rejection", source="rms")
    assert "New searches" not in opened(office.signed_in("read"), second).text


SMITHS = (
    ("John,Smith", "1962-07-08", ""),
    ("John,Smith", "1971-10-17", ASSAULT),
    ("John,Smith", "1958-09-21", "conviction,Theft from a shop,2009-03-01,"),
)


def test_the_lines_of_the_name_are_the_gravest_first_and_set_aside_with_one_reason(office, taken_in, tmp_path):
    load(office.unit, tmp_path, *SMITHS)
    reference = taken_in(b_forename="John", b_surname="Smith")
    item = item_of(office, reference, "review_match", source="pnc")
    page = opened(office.signed_in("research"), item)
    form = page.form(f"/work/{item.id}")
    assert form.options["look_at"] == ["P1", "P0", "P2"]
    assert (
        "John Smith, born 1971-10-17, male: 2021-03-01 conviction Assault occasioning actual bodily harm" in page.text
    )
    assert (
        "verdict" not in form.names
    )  # the lines are set aside, or looked at one by one: nothing else can be said of a list
    office.do("research", item, {"reason": "far too old, and none of the records fits", "look_at": ["P1"]})
    second = item_of(office, reference, "second_look_at_rejection", source="pnc")
    seen = opened(office.signed_in("read"), second)
    assert "2 more of this name, set aside by research, no second look yet" in seen.text
    assert re.search(r"research Mon 2 Mar 2026 \S+: opened Mon 2 Mar 2026 \S+, \d+ minutes before signing", seen.text)
    single = item_of(office, reference, "review_match", source="pnc")
    assert "1971-10-17" in opened(office.signed_in("research"), single).text


def test_a_link_shows_the_other_application_and_what_agrees(office, taken_in, tmp_path):
    load(office.unit, tmp_path, *SMITHS)
    first = taken_in(b_forename="John", b_surname="Smith")
    second = taken_in(b_forename="Barry", external_id="D-2")
    links = [
        item for reference in (first, second) for item in office.unit.open_items(reference) if "pair" in item.subject
    ]
    assert links
    page = opened(office.signed_in("research"), links[0])
    other = ({first, second} - {links[0].reference}).pop()
    assert page.links[other] == f"/applications/{other}"
    assert "The other application" in page.text
    assert "Are the people of the two applications the same?" in page.text

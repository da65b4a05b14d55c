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

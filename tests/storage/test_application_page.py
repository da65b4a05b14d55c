"""The page of an application: everything that happened, readable at a hundred columns, nothing that is not for the role."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text as sql
from walking import ROW

from casebook.case_page.page import page
from casebook.casework.reporting import cards, viewing
from casebook.domain.actors import OPERATOR

CONCERN = "He said \x1b[2J he would\nhurt me; " + "and so on " * 40
PERSONAL = ("Quillfeather", "Ottershaw", "1985-02-03", "1990-05-06", "07700900001", "QX1 1AA", "he would")


@pytest.fixture
def shown(unit):
    def show(who, reference):
        with unit.acting(who) as act:
            return "\n".join(page(viewing.show(act, reference)))

    return show


CODE = re.compile(r"\b[a-z0-9]+_[a-z0-9_]+\b")


def sections(text):
    return {line for line in text.splitlines() if line.isupper() and not line.startswith((" ", "CL-"))}


def test_an_open_application_says_who_waits_for_what_and_until_when(unit, shown):
    reference = unit.receive(
        {**ROW, "external_id": "P-1", "b_surname": "", "immediate_danger": "yes", "concern": CONCERN}
    )
    text = shown("supervise", reference)
    assert text.splitlines()[0] == f"{reference}   INTAKE"
    assert "Mon 2 Mar 2026 11:00  immediate safeguarding  duty inspector  nobody yet  immediate" in text
    assert "Missing or doubtful: no name of B" in text
    assert {"WORK WAITING", "PEOPLE", "TIME LIMITS", "TIMELINE"} <= sections(text)
    assert max(map(len, text.splitlines())) <= 100
    assert "\x1b" not in text
    assert "\nhurt" not in text


def test_a_closed_application_is_told_from_its_beginning_to_its_end(unit, shown, walked):
    reference = walked(unit, {**ROW, "external_id": "P-1", "concern": CONCERN})
    text = shown("supervise", reference)
    assert text.splitlines()[0] == f"{reference}   CLOSED: DISCLOSED TO THE PERSON AT RISK"
    assert sections(text) >= {
        "PEOPLE", "TIME LIMITS", "RECORD CHECKS", "CANDIDATES", "FACTS", "MEETING AND SIGNS", "RISK", "PANEL AND DECISION",
        "DISCLOSURE", "FOLLOW-UP AND REFERRALS", "CONTACTS", "GATES", "LINKS AND WATCH", "TIMELINE",
    }  # fmt: skip
    assert "WORK WAITING" not in text
    for said in (
        "Assault occasioning actual bodily harm", "Decided: DISCLOSED TO THE PERSON AT RISK, chair chair",
        "necessary to protect from a crime: met:", "pressing need: met:",
        "proportionate: met:", "Approved by approve", "researched by research", "undertaking signed",
        "follow-up after 28 days: accepted",
        "Barry Ottershaw, born 1985-02-03", "policy england-and-wales-2023@1", "viewed by:",
    ):  # fmt: skip
        assert said in " ".join(text.split())  # wherever its line was broken
    assert [line for line in text.splitlines() if len(line) > 100] == []
    assert [line for line in text.splitlines() if CODE.search(line)] == []  # every code stands as its words


def test_the_card_of_a_closed_application_holds_words_and_no_codes(unit, walked):
    reference = walked(unit, {**ROW, "external_id": "P-1", "concern": CONCERN})
    with unit.acting("supervise") as act:
        text = cards.card(act, reference)
    assert "route Right to Ask" in text
    assert "outcome disclosed to the person at risk" in text
    assert "work done: make a follow-up contact" in text
    assert CODE.findall(text) == []
    assert "None" not in text


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("met_at = '2026-11-10 11:00+00'", "| record checks | 10 Nov 2026 12:00 | 10 Nov 2026 11:00 |"),
        ("met_at = '2026-11-10 13:00+00'", "| record checks | 10 Nov 2026 12:00 | 10 Nov 2026 13:00 **late** |"),
        (
            "ended_at = '2026-11-10 11:00+00'",
            "| record checks | 10 Nov 2026 12:00 | ended early 10 Nov 2026 11:00, not met |",
        ),
        ("met_at = NULL", "| record checks | 10 Nov 2026 12:00 **overdue** | - |"),
    ],
)
def test_the_card_says_of_each_limit_what_the_page_says(unit, owners, change, line):
    reference = unit.receive({**ROW, "external_id": "P-1"})
    with owners.session() as session:
        session.execute(
            sql(
                f"UPDATE clock SET due_at = timestamptz '2026-11-10 12:00+00', {change} WHERE limit_name = 'record_checks'"
            )
        )
        session.commit()
    unit.now = datetime(2026, 12, 1, tzinfo=UTC)
    with unit.acting("supervise") as act:
        assert line in cards.card(act, reference).splitlines()


def test_who_may_see_no_personal_detail_gets_the_page_without_it(unit, shown, walked):
    reference = walked(unit, {**ROW, "external_id": "P-1", "concern": CONCERN})
    text = shown(OPERATOR, reference)
    assert "your role may not see" in text
    assert "Decided: DISCLOSED TO THE PERSON AT RISK" in text
    assert "None" not in text
    assert [said for said in PERSONAL if said in text] == []

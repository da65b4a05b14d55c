"""The words of a disclosure: only approved phrases and coded facts, in one text that does not change after approval."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casebook.domain.case.agreed_words import (
    Passage,
    composed,
    facts_told,
    sentences,
    why_not_read,
    words_digest,
)
from casebook.domain.case.wording import Text, words
from casebook.domain.risk.offences import UNMAPPED
from casebook.policies import wording

APPROVED = wording.load("1")
RECORD = {
    "kind": "conviction", "date": "2024-05-06", "offence_text": "Assault on Anna Canary of 1 Synthetic Street",
    "victim_relationship": "ex_partner", "victim_id": "V-Canary", "flags": ["strangulation", "weapon"],
    "outcome": "guilty of hurting Anna Canary",
}  # fmt: skip
FACTS = facts_told(RECORD, "violence_with_injury")
KNOWN = {"f1": ("conviction", FACTS), "f2": ("intelligence", facts_told({"date": "2023"}, "stalking"))}


def made(*phrases, item="f1", of=APPROVED):
    return composed(of, [Passage(item=item, phrases=phrases)], KNOWN)


def test_nothing_that_anybody_typed_can_be_said():
    said = " ".join(sentences(APPROVED, "conviction", FACTS).values())
    assert "strangulation and a weapon" in said
    for typed in ("Anna", "Canary", "Synthetic", "guilty"):
        assert typed not in said


def test_what_is_told_stands_where_the_approved_text_announces_it():
    told = "In 2024 this person was convicted of violence that injured somebody."
    before, _, after = words(APPROVED, Text.DISCLOSURE).partition(APPROVED.told_after)
    assert made("convicted") == f"{before}{APPROVED.told_after}\n\n{told}{after}"


def test_a_text_of_a_force_that_does_not_announce_it_tells_it_at_its_end():
    own = replace(APPROVED, texts={**APPROVED.texts, Text.DISCLOSURE: "This is our own text."})
    assert made("worries", of=own).startswith(
        "This is our own text.\n\nWhat we hold about this person makes us worry for the safety of a partner.\n\n"
    )


def test_items_are_told_in_the_order_in_which_the_panel_gave_them():
    passages = [Passage(item="f2", phrases=("reported",)), Passage(item="f1", phrases=("against", "involved"))]
    text = composed(APPROVED, passages, KNOWN)
    assert text.index("In 2023 the police were told of stalking") < text.index(
        "The person harmed was somebody they had"
    )


@pytest.mark.parametrize(
    ("phrases", "item"),
    [
        (("nobody approved this",), "f1"),
        (("reported",), "f1"),  # a conviction is no report
        (("said_against",), "f2"),  # it is not known who was harmed
        (("worries",), "f3"),  # no such item
        ((), "f1"),
    ],
)
def test_what_is_not_approved_makes_no_words(phrases, item):
    assert made(*phrases, item=item) is None


@pytest.mark.parametrize(
    ("record", "group"),
    [({}, UNMAPPED), ({"date": "soon", "flags": ["pregnancy"]}, "other"), ({"flags": "weapon", "date": None}, "theft")],
)
def test_what_is_not_known_or_has_no_approved_words_is_not_told(record, group):
    facts = facts_told({"kind": "conviction", **record}, group)
    assert sentences(APPROVED, "conviction", facts).keys() == {"worries"}


def test_words_are_read_only_as_they_were_approved():
    text = made("worries")
    digest = words_digest(text)
    assert why_not_read(text, makes=text, approved=digest) is None
    assert why_not_read(None, makes=None, approved=None).code == "words_missing"
    assert why_not_read(text, makes=text, approved=None).code == "words_missing"
    assert why_not_read(text, makes=text, approved=words_digest("others")).code == "words_changed"
    assert why_not_read(text + " ", makes=text, approved=words_digest(text + " ")).code == "words_changed"
    assert why_not_read(text, makes=None, approved=digest).code == "words_changed"

"""What follows from an early end, and what is kept of two applications that are one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from casebook.domain.case.early_end import proposes_right_to_know
from casebook.domain.case.merging import MergeSide, merged, restored, why_not_merge
from casebook.domain.vocabulary import Band

FIRST = datetime(2026, 3, 2, tzinfo=UTC)
KEPT = MergeSide(
    reference="CL-1", submitted_at=FIRST, route="right_to_ask", applicant="a", closed=False, decided=False,
    restricted=False, plans={"a": ("phone",)},
)  # fmt: skip
DUPLICATE = replace(KEPT, reference="CL-2", submitted_at=FIRST + timedelta(days=1))


@pytest.mark.parametrize(
    ("assessed", "band", "alone", "proposed"),
    [
        (True, Band.STANDARD, True, False),  # somebody assessed it as standard, and she was alone
        (True, Band.STANDARD, False, True),  # he may have stood beside her
        (False, Band.STANDARD, True, True),  # a score that nobody has judged
        (True, Band.MEDIUM, True, True),
        (True, Band.INSUFFICIENT_INFORMATION, True, True),
        (False, None, True, True),
    ],
)
def test_only_a_risk_assessed_as_standard_ends_without_a_second_look(assessed, band, alone, proposed):
    assert proposes_right_to_know(assessed=assessed, band=band, alone=alone) is proposed


@pytest.mark.parametrize(
    ("duplicate", "into", "codes"),
    [
        ({}, {}, []),
        ({"reference": "CL-1"}, {}, ["same_application"]),
        ({"closed": True}, {}, ["closed"]),
        ({}, {"closed": True}, ["closed"]),
        ({"submitted_at": FIRST - timedelta(days=1)}, {}, ["not_the_earlier"]),
        ({"applicant": "third_party"}, {}, ["not_a_duplicate"]),  # two applicants have two answers
        ({"restricted": True}, {}, ["restricted"]),
        ({}, {"decided": True}, ["decided"]),
        ({"plans": {"a": ("text",)}}, {}, ["plans_differ"]),  # nobody guesses which of two plans is safe
        ({"plans": {}}, {}, []),
        # every fault at once
        ({"plans": {"a": ("text",)}, "closed": True}, {"restricted": True}, ["closed", "restricted", "plans_differ"]),
    ],
)
def test_only_the_later_of_two_open_applications_of_one_applicant_is_merged(duplicate, into, codes):
    reasons = why_not_merge(replace(DUPLICATE, **duplicate), replace(KEPT, **into))
    assert [reason.code for reason in reasons] == codes


def test_another_name_becomes_an_alias_and_another_birth_date_makes_the_first_approximate():
    kept = {
        "forename": "Barry",
        "surname": "Smith",
        "aliases": [],
        "dob": "1985-02-03",
        "dob_certainty": "exact",
        "phone": None,
    }
    added = {**kept, "surname": "Jones", "aliases": ["B Smith"], "dob": "1985-03-02", "phone": "0123"}
    assert merged(kept, added) == {
        "aliases": ["B Smith", "Barry Jones"], "dob_certainty": "approximate", "phone": "0123",
    }  # fmt: skip


def test_of_two_answers_the_graver_one_counts_and_of_two_concerns_both():
    kept = {"pregnant": "no", "living_together": "unknown", "concern": "He hit me", "children": ["2019"]}
    added = {"pregnant": "unknown", "living_together": "yes", "concern": "He has a gun", "children": ["2021", "2019"]}
    assert merged(kept, added) == {
        "pregnant": "unknown", "living_together": "yes", "concern": "He hit me\n\nHe has a gun", "children": ["2019", "2021"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("present", "before", "after", "then"),
    [
        ("new", "old", "new", "old"),
        ("newer", "old", "new", "newer"),  # somebody changed it since
        (["a", "b", "c"], ["a"], ["a", "b"], ["a", "c"]),
    ],
)
def test_undoing_takes_out_what_the_merging_added_and_nothing_else(present, before, after, then):
    assert restored(present, before=before, after=after) == then

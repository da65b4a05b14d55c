"""What a case's page says equals a recount from the ledger and SQL alone, in cases of every kind.

A few cases here; the soak has three hundred. The random walks ask the same at their end.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from lived_cases import BENTS, Life
from recount import Recount, differences, read, recounted
from sqlalchemy import text
from staffing import STAFF
from walking import ROW

from casebook.case_page.page import page
from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.reporting import viewing

FEW, MANY = 2, 300
HAPPENED = Counter[str]()


@pytest.fixture
def lived(staffed, walked):
    """A case that was lived from a seed, alone in its casebook; gives the unit."""

    def live(seed):
        unit = staffed(STAFF)
        HAPPENED.update(Life(unit, seed, lambda row, stage: walked(unit, row, until=stage)).live())
        return unit

    return live


@pytest.mark.parametrize("seed", range(FEW))
def test_the_page_of_a_case_says_what_the_ledger_says(lived, seed):
    different = recounted(lived(seed))
    assert not different, "\n".join(map(str, different))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(FEW, MANY))
def test_the_page_of_any_of_many_cases_says_what_the_ledger_says(lived, seed):
    different = recounted(lived(seed))
    assert not different, "\n".join(map(str, different))


@pytest.mark.soak
def test_everything_happened_in_the_many_cases():
    assert HAPPENED.keys() >= BENTS.keys(), HAPPENED.most_common()
    if os.environ.get("CASEBOOK_TELL"):
        print(HAPPENED.most_common())  # noqa: T201 - asked for


# what is untrue on the page after it -> the heading under which the two differ
DAMAGE = {
    "UPDATE clock SET met_at = met_at + interval '1 day'": "TIME LIMITS",
    "UPDATE clock SET due_at = due_at - interval '40 days'": "TIME LIMITS",
    "UPDATE disclosure SET delivered_by = 'head'": "DISCLOSURE",
    "UPDATE disclosure SET second_officer = NULL": "DISCLOSURE",
    "UPDATE decision SET chair = 'head'": "PANEL AND DECISION",
    "UPDATE decision SET outcome = 'not_disclosed'": "PANEL AND DECISION",
    "UPDATE approval SET approved_at = approved_at + interval '1 hour'": "PANEL AND DECISION",
    "UPDATE follow_up SET closed_by = 'intake'": "FOLLOW-UP AND REFERRALS",
    "UPDATE contact_attempt SET made_by = 'head'": "CONTACTS",
    "DELETE FROM gate_result WHERE stage = 'disclosure'": "GATES",
    "UPDATE application SET closed_at = closed_at + interval '1 hour'": "HEAD",
    "UPDATE application SET outcome = 'not_disclosed'": "HEAD",
    "UPDATE meeting SET occurred_at = occurred_at - interval '1 day'": "MEETING AND SIGNS",
    "UPDATE assurance SET signed_by = 'head'": "RECORD CHECKS",
    "UPDATE risk_assessment SET assessed_by = 'head'": "RISK",
    "UPDATE work_item SET read_at = read_at - interval '1 hour'": "READ AND SIGNED",
}


def test_the_recount_differs_from_a_page_that_is_wrong(unit, walked, owners):
    reference = walked(unit, {**ROW, "external_id": "P-1", "immediate_danger": "yes"})
    for statement, heading in DAMAGE.items():
        with owners.session() as session:  # rolled back
            counted = Recount(session, reference, unit.now).facts()
            session.execute(text(statement))
            act = Act(session=session, actor=unit.actor(session, "head"), now=unit.now, playbook=playbook)
            told = read(list(page(viewing.show(act, reference))))
            found = {difference.heading for difference in differences(counted, told)}
            assert found == {heading}, statement

"""The list of exceptions: nothing that was let pass is missing from it, and nobody sees there what they may not know of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from staffing import ONE_SUPERVISOR
from walking import ROW

from casebook.casework.disclosure import disclosure
from casebook.casework.governance import exceptions, governance
from casebook.casework.safeguarding import safe_contact
from casebook.casework.sweep import sweep
from casebook.domain.vocabulary import Role


@pytest.fixture
def people():
    return {**ONE_SUPERVISOR, "chief": Role.CHIEF_OFFICER}


@pytest.fixture
def listed(unit):
    def look(who="chief"):
        with unit.acting(who) as act:
            return [
                (line["what"], line["by"], line["because"]) for line in exceptions.listing(act) if line["reference"]
            ]

    return look


@pytest.fixture
def overridden(unit):
    """An application whose applicant may be contacted outside their plan."""
    reference = unit.receive({**ROW, "external_id": "X-1"})
    with unit.acting("inspect") as act:
        safe_contact.allow_override(act, reference, party="a", code="threat_to_kill", reason="he is on his way")
    return reference


OVERRIDE = ("contact_override", "inspect", "threat_to_kill")


def test_what_was_let_pass_is_listed_newest_first(unit, overridden, listed):
    assert listed() == [OVERRIDE]
    unit.now += timedelta(hours=1)
    for who in ("disclose", "supervise"):
        with unit.acting(who) as act:
            disclosure.except_from_meeting(act, overridden, reason="she_asked")
    assert listed() == [("not_told_in_person", "supervise", None), OVERRIDE]


def test_what_the_last_rung_heard_of_is_listed_until_it_is_done(unit, listed):
    reference = unit.receive({**ROW, "external_id": "X-2"})
    with unit.acting("intake") as act:
        governance.report_danger(act, reference, reason="new_threat")
    for _ in range(30):
        unit.now += timedelta(minutes=10)
        sweep.sweep(unit.acting)
    assert [what for what, _, _ in listed()].count("not_done:immediate_safeguarding") == 1
    (item,) = [each for each in unit.open_items(reference) if each.kind == "immediate_safeguarding"]
    unit.do("inspect", item, {"actions": ["attended"], "incident_number": "I-1"})
    assert "not_done:immediate_safeguarding" not in {what for what, _, _ in listed()}


def test_what_is_restricted_is_listed_for_those_named_alone(unit, overridden, listed):
    with unit.acting("inspect") as act:
        governance.restrict(act, overridden, reason="known_to_staff")
    assert listed() == []
    assert listed("inspect") == [OVERRIDE]

"""A closed application of the casebook as a register would tell it: read back, it says what the casebook says."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from casebook.domain.review import live_register, register
from casebook.domain.review.live_register import Closed
from casebook.domain.review.register import Searched
from casebook.domain.vocabulary import Answer3, Outcome, Party, Route

BOB = {
    "forename": "Bob", "surname": "Jones", "dob": "1980-05", "former_names": ["Smith"], "aliases": ["Rob Jones", "B J"],
    "sex": "m", "postcode": "QX1 1AA", "pnc_id": None, "cro": None,
}  # fmt: skip


@pytest.fixture
def read():
    """The entry that the review makes of a closed application, but for the facts given."""

    def make(outcome="nothing_to_disclose", **facts):
        closed = Closed(
            **{
                "application": {
                    "reference": "CL-2026-000001", "route": "right_to_know", "applicant": "agency", "relationship": None,
                    "relationship_ended": None, "living_together": "yes", "children": ["2019"], "immediate_danger": "no",
                    "outcome": outcome,
                },
                "submitted_at": datetime(2026, 5, 4, 9, tzinfo=UTC), "decided_at": datetime(2026, 5, 20, 9, tzinfo=UTC),
                "rationale": "Four systems read; nothing there", "people": {Party.B: BOB}, **facts,
            }
        )  # fmt: skip
        return register.read(live_register.cells(closed), register="?", today=date(2026, 7, 1))

    return make


def test_it_reads_as_what_it_is(read):
    entry = read()
    assert (entry.register, entry.reference, entry.route) == ("casebook", "CL-2026-000001", Route.RIGHT_TO_KNOW)
    assert (entry.outcome, entry.relationship, entry.living_together) == (
        Outcome.NOTHING_TO_DISCLOSE,
        None,
        Answer3.YES,
    )
    assert (entry.b.surname, entry.b.dob, entry.b.aliases, entry.b.former_names) == (
        "Jones",
        "1980-05",
        ("Rob Jones", "B J"),
        ("Smith",),
    )
    assert not entry.a.named
    assert entry.handled


def test_its_days_are_those_of_london(read):
    late = datetime(2026, 5, 20, 23, 30, tzinfo=UTC)  # half past midnight there
    entry = read(decided_at=late, disclosed_at=late, outcome="disclosed_to_a")
    assert (entry.received_on, entry.decided_on, entry.disclosed_on) == (
        date(2026, 5, 4),
        date(2026, 5, 21),
        date(2026, 5, 21),
    )


def test_everybody_who_acted_handled_it_and_who_approved_is_no_handler(read):
    entry = read(actors=["r1", "c1", "p1", "r1"], approvers=["p1"])
    assert (entry.handlers, entry.approvers) == ({"r1", "c1"}, {"p1"})


def test_what_was_typed_is_what_was_searched_and_a_number_alone_is_nobody(read):
    typed = {"forename": "Bob", "surname": "Jones", "dob": "1980-05-06", "pivot": ""}
    odd = {"forename": "Bob;Rob", "surname": "O|Jones", "dob": ""}
    entry = read(terms=[typed, typed, {"forename": "", "surname": "", "pivot": "QX1 1AA"}, odd], sources={"pnc", "rms"})
    assert entry.searched_as == (
        Searched(name="BOB JONES", dob="1980-05-06"),
        Searched(name="BOB ROB O JONES", dob=""),
    )
    assert entry.sources_searched == {"pnc", "rms"}


@pytest.mark.parametrize(
    ("planned", "overridden", "safe"),
    [
        (True, False, Answer3.YES),  # every contact is held to the plan
        (False, False, Answer3.UNKNOWN),
        (True, True, Answer3.UNKNOWN),  # allowed, and not therefore safe
    ],
)
def test_contact_is_as_safe_as_its_plan_was(read, planned, overridden, safe):
    assert read(planned=planned, overridden=overridden).contact_safe is safe

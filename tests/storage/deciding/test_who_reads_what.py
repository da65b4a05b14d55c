"""A panel's member reads the cases they sit on and no other, and nobody reads a code word but to make contact."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import sealing

from casebook.casework import work_queue
from casebook.casework.core import work_items
from casebook.casework.governance import exceptions, governance, retention
from casebook.casework.panel_decision import panel_pack
from casebook.casework.record_checks import ad_hoc_search
from casebook.casework.reporting import board, force_figures, forecasting, viewing
from casebook.casework.review import dossier
from casebook.casework.safeguarding import safe_contact
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Role, WorkKind
from casebook.errors import NotPermitted
from casebook.storage.tables import LedgerEntry

WORD = "canaryword"
LATER = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def theirs(convened):
    """A case on whose panel m1 sits."""
    return convened(members=["m1"])


@pytest.fixture
def anothers(convened):
    """A case on whose panel m1 does not sit."""
    return convened(members=["m2"], external_id="X-2", b_surname="Canarythree")


def test_a_member_lists_and_opens_the_cases_they_sit_on(theirs, anothers, acting, crew):
    with acting(crew["m1"]) as act:
        assert [row["reference"] for row in viewing.listing(act)] == [theirs]
        assert viewing.show(act, theirs)["personal_detail"] == "shown"
        assert panel_pack.printed(act, theirs)["reference"] == theirs
        assert {item.reference for item in work_queue.waiting(act).items} == {theirs}
        assert {item.reference for item in work_queue.waiting(act, role=Role.PANEL_CHAIR).items} == {theirs}
    with acting(crew["c2"]) as act:
        assert {row["reference"] for row in viewing.listing(act)} == {theirs, anothers}


@pytest.mark.parametrize(
    "look",
    [
        viewing.show,
        panel_pack.printed,
        lambda act, reference: governance.restrict(act, reference, reason="staff_related"),
        lambda act, _: board.figures(act),
        lambda act, _: force_figures.figures(act),
        lambda act, _: forecasting.forecast(act),
        lambda act, _: retention.over(act),
        dossier.dossier,
        lambda act, _: ad_hoc_search.search(act, "rms", {"surname": "Canarytwo"}, limit=5),
    ],
)  # fmt: skip
def test_a_member_reads_nothing_of_a_case_they_do_not_sit_on(theirs, anothers, acting, crew, look):
    with pytest.raises(NotPermitted) as refused, acting(crew["m1"]) as act:
        look(act, anothers)
    assert refused.value.code in {"not_your_panel", "not_permitted"}


def test_the_exceptions_of_other_cases_are_not_listed_for_a_member(theirs, anothers, acting, crew):
    for reference in (theirs, anothers):
        with acting() as act:
            act.record(act.application(reference), "exception_recorded", what="gate_override")
    with acting(crew["m1"]) as act:
        assert {line["reference"] for line in exceptions.listing(act)} == {theirs}


def test_a_pack_is_handed_to_nobody_who_does_not_sit(theirs, acting, crew):
    with pytest.raises(NotPermitted) as refused, acting(crew["c1"]) as act:
        panel_pack.printed(act, theirs, handed_to="m2")
    assert refused.value.code == "not_your_panel"


def test_a_member_may_take_a_free_seat_and_reads_the_case_only_then(theirs, acting, crew, open_items):
    with acting() as act:
        work_items.return_items(act, "m1")
        act.record(None, "returned")
    (seat,) = (item for item in open_items(theirs, WorkKind.DECIDE) if item.role == Role.PANEL_MEMBER)
    with acting(crew["m2"]) as act:
        assert [item.id for item in work_queue.waiting(act).items] == [seat.id]
        assert viewing.listing(act) == []
    with pytest.raises(NotPermitted), acting(crew["m2"]) as act:
        viewing.show(act, theirs)
    with acting(crew["m2"]) as act:
        work_queue.claim(act, seat.id)
        assert viewing.show(act, theirs)["reference"] == theirs


def test_a_seat_does_not_open_a_restricted_case(theirs, acting, crew):
    with acting(crew["c1"]) as act:
        governance.restrict(act, theirs, reason="staff_related")
    with acting(crew["m1"]) as act:
        assert viewing.listing(act) == []


def test_a_code_word_is_told_only_to_whoever_is_about_to_make_contact(convened, acting, crew, person, store):
    reference = convened(members=["m1"], code_word=WORD)
    with acting(crew["s1"]) as act:
        told = safe_contact.safe_time(act, reference, party="a")
        safe_contact.set_plan(
            act, reference, party="a", asked_by="the_person", identified_by="document", code_word=f"new {WORD}"
        )
    assert told["code_word"] == WORD
    with pytest.raises(NotPermitted), acting(crew["m1"]) as act:
        safe_contact.safe_time(act, reference, party="a")
    shown = []
    for who in ("r1", "c1", "m1", "s1", "p1"):
        with acting(crew[who], now=LATER) as act:
            shown += [viewing.show(act, reference), panel_pack.printed(act, reference)]
    with acting(person("h", Role.HEAD_OF_UNIT), now=LATER) as act:
        shown.append(sealing.export(act, reference))
    assert all(WORD not in json.dumps(each, default=str) for each in shown)
    assert all("hidden" in json.dumps(each, default=str) for each in shown)
    with store.session() as session:
        views = session.query(LedgerEntry).filter(LedgerEntry.chain == reference, LedgerEntry.actor == "s1")
        assert any(entry.body.get("part") == "safe_contact" for entry in views)


def test_the_operator_still_lists_every_case(theirs, anothers, acting):
    with acting(OPERATOR) as act:
        assert {row["reference"] for row in viewing.listing(act)} == {theirs, anothers}

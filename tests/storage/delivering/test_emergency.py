"""Telling at once, its ratification, and what a death or serious injury sets going."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from casebook.casework.disclosure import emergency
from casebook.casework.governance import freezing
from casebook.casework.record_checks import information
from casebook.casework.safeguarding import contact, safe_contact
from casebook.errors import NotPermitted, Refused
from casebook.storage.tables import Application, Disclosure, EmergencyDisclosure, Notice, Ratification, WorkItem

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
TOLD = {"recipient": "a", "channel": "in_person", "reason": "he is on his way", "told": "that he strangled another"}


@pytest.fixture
def tell(acting, crew):
    def at_once(who, reference, *, now=NIGHT, **overrides):
        with acting(crew[who], now=now) as act:
            return emergency.disclose(act, reference, **{**TOLD, **overrides})

    return at_once


def test_only_a_duty_inspector_who_did_no_research_has_somebody_told_at_once(decided, tell, rows):
    reference = decided()
    with pytest.raises(NotPermitted):
        tell("d1", reference)
    with pytest.raises(Refused) as refused:
        tell("r1", reference)  # a duty inspector, and the researcher
    assert refused.value.code == "authoriser_researched"
    assert rows(EmergencyDisclosure, reference) == []


def test_it_is_inside_the_plan_or_under_an_override_given_with_it(decided, tell, rows):
    reference = decided()
    with pytest.raises(contact.ContactRefused):
        tell("i1", reference)
    told = tell("i1", reference, override="subject_on_the_way")
    (row,) = rows(EmergencyDisclosure, reference)
    assert (row.id, row.authorised_by) == (told["emergency"], "i1")
    assert told["override"] is not None


def test_the_safest_means_to_hand_is_in_person_unless_it_is_said_why_not(decided, tell):
    reference = decided()
    with pytest.raises(contact.ContactRefused) as refused:
        tell("i1", reference, channel="phone", override="subject_on_the_way")
    assert refused.value.code == "in_person_first"
    tell("i1", reference, channel="phone", override="subject_on_the_way", not_in_person_because="40 miles away")


def test_ratification_is_due_within_72_hours_and_nothing_else_is_replaced(decided, tell, open_items, peek, rows, store):
    reference = decided()
    tell("i1", reference, override="subject_on_the_way")
    items = open_items(reference, "ratify_emergency")
    assert [item.owner for item in items] == ["c1", "c2"]
    assert {item.due_at - item.opened_at for item in items} == {timedelta(hours=72)}
    assert not any(item.blocking for item in items)
    assert {each.kind for each in open_items(reference)} >= {"deliver_disclosure", "immediate_safeguarding"}
    application = peek(reference)
    assert (application.outcome, application.stage, application.priority) == (None, "disclosure", "immediate")
    assert rows(Disclosure, reference) == []
    with store.session() as session:
        assert {row.role for row in session.scalars(select(Notice).where(Notice.reference == reference))} == {
            "panel_chair",
            "duty_inspector",
        }


@pytest.mark.parametrize("answers", [(True, True), (True, False)])
def test_each_other_member_answers_and_more_than_half_ratify_it(decided, tell, do, rows, store, answers):
    reference = decided()
    tell("i1", reference, override="subject_on_the_way")
    for who, ratified in zip(("c1", "c2"), answers, strict=True):
        assert [row.ratified for row in rows(EmergencyDisclosure, reference)] == [None]
        answer = {"ratified": ratified, "reasons": f"by the same test, says {who}"}
        do(who, reference, "ratify_emergency", answer, now=NIGHT, key=who)
    (row,) = rows(EmergencyDisclosure, reference)
    assert (row.ratified_by, row.ratified) == ("c2", all(answers))
    kept = rows(Ratification, reference)
    assert {(row.member, row.reasons) for row in kept} == {
        (who, f"by the same test, says {who}") for who in ("c1", "c2")
    }
    with store.session() as session:
        told = {row.role for row in session.scalars(select(Notice)) if row.reason == "not_ratified"}
    assert told == (set() if all(answers) else {"head_of_unit"})


def test_whoever_authorised_it_is_not_asked_and_takes_no_free_seat(decided, tell, do, open_items, sql):
    reference = decided()
    tell("c2", reference, override="subject_on_the_way")
    assert "c2" not in {item.owner for item in open_items(reference, "ratify_emergency")}
    sql("UPDATE work_item SET owner = NULL, reserved = false WHERE kind = 'ratify_emergency'")
    with pytest.raises(Refused) as refused:
        do("c2", reference, "ratify_emergency", {"ratified": True, "reasons": "mine"}, now=NIGHT)
    assert refused.value.code == "same_person"


def test_an_override_runs_out(decided, acting, crew):
    reference = decided()
    with acting(crew["i1"], now=NIGHT) as act:
        given = safe_contact.allow_override(act, reference, party="a", code="threat_to_kill", reason="he said so")
    with pytest.raises(contact.ContactRefused) as refused, acting(crew["d1"], now=NIGHT + timedelta(hours=25)) as act:
        contact.record(
            act,
            reference,
            party="a",
            purpose="other",
            channel="in_person",
            result="reached",
            override=given["override"],
        )
    assert refused.value.code == "override_not_in_force"


def test_a_death_holds_freezes_and_is_referred_by_the_end_of_the_next_day(
    decided, do, acting, crew, peek, open_items, disclosure_answer
):
    reference = decided()
    with acting(crew["n1"], now=MONDAY) as act:
        freezing.report_harm(act, reference, what="death")
    application = peek(reference)
    assert application.legal_hold
    assert application.frozen_at == MONDAY
    (item,) = open_items(reference, "refer_safeguarding")
    assert (item.role, item.due_at) == ("head_of_unit", datetime(2026, 3, 3, 23, 59, 59, tzinfo=UTC))
    with pytest.raises(Refused) as refused:
        do("d1", reference, "deliver_disclosure", disclosure_answer(reference))
    assert refused.value.code == "frozen"
    with pytest.raises(Refused) as refused, acting(crew["n1"]) as act:
        information.add(act, reference, {"relationship": "partner"})
    assert refused.value.code == "frozen"
    with pytest.raises(Refused) as refused, acting(crew["d1"]) as act:
        safe_contact.set_plan(act, reference, party="a", asked_by="the_person", identified_by="document", stop="yes")
    assert refused.value.code == "frozen"
    do("h1", reference, "refer_safeguarding", {"agency": "regulator", "agency_reference": "DSI-1"})


def test_two_people_unfreeze_and_work_goes_on(decided, do, acting, crew, rows, disclosure_answer):
    reference = decided()
    with acting(crew["n1"]) as act:
        freezing.report_harm(act, reference, what="serious_injury")
    for who in ("s1", "h1"):
        with acting(crew[who]) as act:
            freezing.unfreeze(act, reference, reason="the regulator has its copy")
    do("d1", reference, "deliver_disclosure", disclosure_answer(reference))
    assert len(rows(Disclosure, reference)) == 1


def test_harm_after_closing_is_referred_as_well(decided, acting, crew, sql, store):
    reference = decided()
    sql("UPDATE application SET stage = 'closed', outcome = 'not_disclosed', closed_at = now()")
    with acting(crew["n1"]) as act:
        freezing.report_harm(act, reference, what="death")
    with store.session() as session:
        assert session.get(Application, reference).legal_hold
        kinds = session.scalars(
            select(WorkItem.kind).where(WorkItem.cancelled_at.is_(None), WorkItem.done_at.is_(None))
        )
        assert "refer_safeguarding" in set(kinds)

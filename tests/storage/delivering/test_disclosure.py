"""Delivering an approved outcome on a real database: the right people, safely, by two, and what follows from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from casebook.casework.core import lifecycle
from casebook.casework.disclosure import disclosure
from casebook.casework.safeguarding import contact, safe_contact
from casebook.casework.staff import staff
from casebook.domain.case.disclosure import others_told_from
from casebook.domain.vocabulary import Stage
from casebook.errors import AlreadyDone, InvalidAnswer, NotPermitted, Refused
from casebook.policies import wording
from casebook.storage.tables import (
    Clock,
    ContactAttempt,
    Decision,
    DisclosedItem,
    Disclosure,
    FollowUp,
    LedgerEntry,
    Referral,
    WorkItem,
)

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
THEIRS = datetime(2026, 3, 23, 11, 30, tzinfo=UTC)  # 21 days after the submission, at a safe time
TOLD = "deliver_disclosure"
WORDS = "deliver_no_disclosure"
THIRD = {
    "applicant": "third_party", "c_forename": "Cara", "c_surname": "Canarythree", "c_phone": "07700900003",
    "a_safe_channel": "phone", "a_safe_days": "mon;tue;wed;thu;fri", "a_safe_from": "09:00", "a_safe_until": "17:00",
    "safe_channel": "text",
}  # fmt: skip


def to_c(**overrides):
    return {
        "recipient": "c",
        "wording": "1",
        "channel": "text",
        "verbal": False,
        "support_offered": True,
        "occurred_at": THEIRS.isoformat(),
        **overrides,
    }


def events(store, reference):
    with store.session() as session:
        query = select(LedgerEntry).where(LedgerEntry.chain == reference).order_by(LedgerEntry.sequence)
        return [(entry.event, entry.body) for entry in session.scalars(query)]


def test_a_disclosure_sets_the_outcome_meets_the_clock_and_starts_follow_up(delivered, peek, store, rows):
    reference = delivered()
    assert peek(reference).outcome == "disclosed_to_a"
    (row,) = rows(Disclosure, reference)
    assert (row.kind, row.recipient, row.delivered_by, row.second_officer) == ("disclosure", "a", "d1", None)
    with store.session() as session:
        assert session.get(Clock, f"{reference}:whole_process").met_at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
        assert session.get(Clock, f"{reference}:follow_up_24h").due_at == datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
        assert len(session.scalars(select(DisclosedItem)).all()) == 2
    assert sorted(each.limit_name for each in rows(FollowUp, reference)) == [
        "follow_up_24h", "follow_up_28d", "follow_up_7d",
    ]  # fmt: skip
    assert [(each.purpose, each.channel) for each in rows(ContactAttempt, reference)] == [
        ("arrange", "phone"), ("deliver", "in_person"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"recipient": "protector:0"}, "recipient_not_permitted"),
        ({"second_officer": "d2"}, "invalid_answer"),  # whoever was there says so themselves
        ({"identity_checked": False}, "identity_unchecked"),
        ({"verbal": False}, "in_writing"),
        ({"channel": "phone"}, "not_in_person"),
        ({"channel": "phone", "exception_reason": "she is abroad"}, "exception_unapproved"),
        ({"wording": "0"}, "wording_not_approved"),
        ({"undertaking": "refused_weighed"}, "refusal_unweighed"),
        ({"items": ["of another application"]}, "item_not_decided"),
        ({"support_offered": False}, "support_not_offered"),
        ({"safety_plan": None}, "safety_plan_missing"),
        ({"follow_up": {}}, "follow_up_not_offered"),
        ({"occurred_at": "2026-03-02T09:59:00+00:00", "arranged_at": "2026-03-02T09:30:00+00:00"}, "before_approval"),
        ({"occurred_at": "2026-03-02T10:20:00+00:00"}, "arranged_after"),
        ({"arranged_at": None}, "unsafe_channel"),  # nobody agreed over the phone to meet
        ({"override": "made up"}, "no_such_override"),
        ({"override": "made up", "channel": "phone", "exception_reason": "quicker"}, "no_such_override"),
    ],
)
def test_each_thing_a_delivery_must_be_is_checked(decided, do, disclosure_answer, rows, change, code):
    reference = decided()
    answer = disclosure_answer(reference, **change)
    with pytest.raises(Refused) as refused:
        do("d1", reference, TOLD, answer)
    assert refused.value.code == code
    assert rows(Disclosure, reference) == []


def test_one_item_may_be_left_out_only_with_a_reason(decided, do, disclosure_answer, rows):
    reference = decided()
    first = disclosure_answer(reference, items=[f"{reference}:rms:R0"])
    with pytest.raises(InvalidAnswer) as refused:
        do("d1", reference, TOLD, first)
    assert refused.value.code == "item_left_out"
    short = first | {"left_out_because": "she asked to hear no more"}
    with pytest.raises(InvalidAnswer) as refused:
        do("d1", reference, TOLD, short)
    assert refused.value.code == "not_word_for_word"
    do("d1", reference, TOLD, short | {"word_for_word": False, "departures": "the second item was not read"})
    assert len(rows(Disclosure, reference)) == 1


ATTESTED = {"present": True, "told_as_recorded": True}


def test_the_second_officer_attests_it_and_no_follow_up_waits_for_that(delivered, do, rows, open_items, acting, peek):
    reference = delivered()
    (item,) = open_items(reference, "attest_delivery")
    assert (item.blocking, item.subject["delivered_by"]) == (False, "d1")
    with acting() as act:
        lifecycle.move(act, act.application(reference), Stage.FOLLOW_UP, because="gate_passed")
    (later,) = open_items(reference, "attest_delivery")
    assert later.blocking
    do("d2", reference, "attest_delivery", ATTESTED)
    (row,) = rows(Disclosure, reference)
    assert (row.delivered_by, row.second_officer, row.attested_at) == ("d1", "d2", MONDAY + timedelta(hours=2))
    assert open_items(reference, "attest_delivery") == []


@pytest.mark.parametrize(
    ("who", "change", "damage", "code"),
    [
        ("d1", {}, None, "same_person"),
        ("d2", {"present": False}, None, "was_not_there"),
        ("d2", {"told_as_recorded": False}, None, "remarks_missing"),
        ("s1", {}, None, "second_untrained"),
        ("d2", {}, "UPDATE competence SET granted_on = '2024-01-01', expires_on = '2026-03-01'", "second_untrained"),
        ("d2", {}, "UPDATE staff SET added_at = '2026-03-02T11:30:00+00:00'", "second_off_duty"),
        ("d2", {"nobody_can_because": "he has left"}, None, "supervisor_needed"),
    ],
)
def test_only_whoever_was_there_trained_and_on_duty_attests_a_delivery(
    delivered, do, rows, sql, who, change, damage, code
):
    reference = delivered()
    if damage:
        sql(damage)
    with pytest.raises(Refused) as refused:
        do(who, reference, "attest_delivery", ATTESTED | change)
    assert refused.value.code == code
    assert rows(Disclosure, reference)[0].second_officer is None


def test_whoever_went_off_duty_before_the_delivery_does_not_attest_it(decided, do, disclosure_answer, acting):
    reference = decided()
    with acting() as act:
        staff.set_duty(act, "d2", on_duty=False)
    do("d1", reference, TOLD, disclosure_answer(reference))
    with acting(now=MONDAY + timedelta(hours=2)) as act:
        staff.set_duty(act, "d2", on_duty=True)
    with pytest.raises(Refused) as refused:
        do("d2", reference, "attest_delivery", ATTESTED)
    assert refused.value.code == "second_off_duty"


def test_a_supervisor_may_say_that_nobody_can_attest_it_and_that_is_an_exception(
    delivered, do, rows, open_items, store
):
    reference = delivered()
    do("s1", reference, "attest_delivery", ATTESTED | {"present": False, "nobody_can_because": "he has left"})
    (row,) = rows(Disclosure, reference)
    assert (row.second_officer, open_items(reference, "attest_delivery")) == (None, [])
    said = [body["what"] for event, body in events(store, reference) if event == "exception_recorded"]
    assert said == ["delivery_not_attested"]


def test_a_second_officer_who_says_it_was_otherwise_tells_the_head_of_unit(delivered, do, store):
    reference = delivered()
    do("d2", reference, "attest_delivery", {"present": True, "told_as_recorded": False, "remarks": "he was at home"})
    said = [body["what"] for event, body in events(store, reference) if event == "exception_recorded"]
    assert said == ["delivery_told_otherwise"]


def test_in_a_grave_case_idva_and_marac_are_answered_and_children_are_thought_of(decided, do, disclosure_answer, rows):
    reference = decided(band="critical", children="2020-01-01")
    with pytest.raises(InvalidAnswer, match=r"idva .*marac .*childrens_services"):
        do("d1", reference, TOLD, disclosure_answer(reference))
    made = [
        {"agency": "idva", "agency_reference": "I-1"},
        {"agency": "marac", "agency_reference": "M-1"},
        {"agency": "childrens_services", "not_referred_because": "they are involved already"},
    ]
    do("d1", reference, TOLD, disclosure_answer(reference, referrals=made))
    assert sorted(each.kind for each in rows(Referral, reference)) == ["idva", "marac"]


def test_outside_the_window_nothing_is_delivered_and_the_refusal_stays_in_the_ledger(
    decided, do, disclosure_answer, rows, store
):
    reference = decided()
    late = disclosure_answer(reference, occurred_at="2026-03-02T17:00:00+00:00")
    with pytest.raises(contact.ContactRefused) as refused:
        do("d1", reference, TOLD, late, now=MONDAY + timedelta(hours=9))
    assert refused.value.code == "outside_window"
    assert rows(Disclosure, reference) == []
    assert rows(ContactAttempt, reference) == []  # the agreement to meet went with it
    event, body = events(store, reference)[-1]
    assert (event, body["reason"], body["occurred_at"]) == (
        "contact_refused", "outside_window", "2026-03-02T17:00:00+00:00",
    )  # fmt: skip


def test_an_override_opens_the_way_in_person_first_and_once(decided, do, disclosure_answer, acting, crew, rows, store):
    reference = decided()
    evening = MONDAY + timedelta(hours=9)
    with pytest.raises(NotPermitted), acting(crew["d1"], now=evening) as act:
        safe_contact.allow_override(act, reference, party="a", code="threat_to_kill", reason="he said so")
    with acting(crew["i1"], now=evening) as act:
        given = safe_contact.allow_override(act, reference, party="a", code="threat_to_kill", reason="he said so")
    late = disclosure_answer(
        reference, occurred_at="2026-03-02T19:30:00+00:00", arranged_at=None, override=given["override"]
    )
    with pytest.raises(contact.ContactRefused) as refused, acting(crew["d1"], now=evening) as act:
        contact.record(
            act, reference, party="a", purpose="other", channel="email", result="reached", override=given["override"]
        )
    assert refused.value.code == "in_person_first"
    do("d1", reference, TOLD, late, now=evening + timedelta(hours=1))
    assert rows(Disclosure, reference)[0].override_id == given["override"]
    with pytest.raises(contact.ContactRefused) as refused, acting(crew["d1"], now=evening + timedelta(hours=2)) as act:
        contact.record(
            act, reference, party="a", purpose="other", channel="in_person", result="reached",
            override=given["override"],
        )  # fmt: skip
    assert refused.value.code == "override_spent"
    said = [body["what"] for event, body in events(store, reference) if event == "exception_recorded"]
    assert said == ["contact_override"]


def test_an_old_plan_allows_only_a_contact_that_asks_for_it_again(decided, do, disclosure_answer, sql, rows):
    reference = decided()
    sql("UPDATE safe_contact SET confirmed_at = '2026-01-01T09:00:00+00:00'")
    with pytest.raises(contact.ContactRefused) as refused:
        do("d1", reference, TOLD, disclosure_answer(reference))
    assert refused.value.code == "stale_plan"
    do("d1", reference, TOLD, disclosure_answer(reference, asked_plan_again=True))
    assert len(rows(Disclosure, reference)) == 1


def test_a_plan_set_after_the_contact_does_not_make_it_safe(decided, do, disclosure_answer, acting, crew):
    reference = decided()
    with acting(crew["d1"], now=MONDAY + timedelta(hours=9)) as act:
        given = {"channel": "in_person", "days": "mon", "start": "08:00", "until": "20:00"}
        safe_contact.set_plan(act, reference, party="a", asked_by="the_person", identified_by="document", **given)
    do("d2", reference, "look_at_plan_change", {"agreed": True, "reason": "asked her"}, now=MONDAY + timedelta(hours=9))
    late = disclosure_answer(reference, occurred_at="2026-03-02T18:00:00+00:00", arranged_at=None)
    with pytest.raises(contact.ContactRefused) as refused:
        do("d1", reference, TOLD, late, now=MONDAY + timedelta(hours=10))
    assert refused.value.code == "plan_is_later"


def test_two_people_may_agree_that_it_is_told_by_phone(decided, do, disclosure_answer, acting, crew, rows):
    reference = decided()
    with acting(crew["d1"]) as act:
        disclosure.except_from_meeting(act, reference, reason="she is abroad")
    by_phone = disclosure_answer(reference, channel="phone", exception_reason="she is abroad", arranged_at=None)
    with pytest.raises(InvalidAnswer):
        do("d1", reference, TOLD, by_phone)
    with acting(crew["s1"]) as act:
        disclosure.except_from_meeting(act, reference, reason="agreed")
    do("d1", reference, TOLD, by_phone)
    assert rows(Disclosure, reference)[0].channel == "phone"


@pytest.mark.parametrize("outcome", ["nothing_to_disclose", "not_disclosed", "out_of_scope"])
def test_a_negative_outcome_is_delivered_as_carefully(delivered, peek, rows, outcome):
    reference = delivered(outcome)
    assert peek(reference).outcome == outcome
    (row,) = rows(Disclosure, reference)
    assert (row.kind, row.support_offered, row.undertaking) == ("no_disclosure", True, "not_needed")
    assert len(rows(FollowUp, reference)) == 3


NOBODY = ("nothing_to_disclose", "not_disclosed", "out_of_scope")


def tell_c(do, reference, *, now=THEIRS + timedelta(hours=1), **overrides):
    do("d1", reference, WORDS, to_c(**overrides), now=now)


def test_whoever_applied_for_another_is_told_the_same_bytes_whatever_came_of_it(
    decided, acting, crew, do, disclosure_answer
):
    said = set()
    for number, outcome in enumerate((*NOBODY, "disclosed_to_a")):
        reference = decided(outcome, external_id=f"X-{number}", b_surname=f"Other{number}", **THIRD)
        if outcome == "disclosed_to_a":
            do("d1", reference, TOLD, disclosure_answer(reference))
        with acting(crew["d1"], now=MONDAY + timedelta(hours=3)) as act:
            said.add(disclosure.say(act, reference)["words"]["c"].encode())
        tell_c(do, reference)
    assert len(said) == 1
    assert wording.load("1").texts["to_others"].strip().encode() in said.pop()


@pytest.mark.parametrize("ground", ["another_scheme", "subject_not_identified"])
def test_the_person_at_risk_hears_the_words_for_the_ground_and_another_applicant_does_not(
    decided, acting, crew, sql, ground
):
    for number, applicant in enumerate(({}, THIRD)):
        reference = decided("out_of_scope", external_id=f"X-{number}", b_surname=f"Other{number}", **applicant)
        sql("UPDATE decision SET refusal_reason = :ground WHERE reference = :of", ground=ground, of=reference)
        with acting(crew["d1"], now=MONDAY + timedelta(hours=3)) as act:
            said = disclosure.say(act, reference)["words"]
        text = "to_others" if applicant else ground
        assert [wording.load("1").texts[text].strip() in heard for heard in said.values()] == [True]


@pytest.mark.parametrize("a_is_told", ["in time", "late", "nothing"])
def test_when_another_applicant_is_told_says_nothing_of_the_outcome(
    decided, do, disclosure_answer, open_items, a_is_told
):
    reference = decided("not_disclosed" if a_is_told == "nothing" else "disclosed_to_a", **THIRD)
    if a_is_told == "in time":
        do("d1", reference, TOLD, disclosure_answer(reference))
    (item,) = (item for item in open_items(reference) if item.subject.get("recipient") == "c")
    assert item.subject["not_before"] == "2026-03-23T09:00:00+00:00"
    assert item.due_at == datetime(2026, 3, 26, 9, 0, tzinfo=UTC)
    with pytest.raises(InvalidAnswer) as caught:
        tell_c(do, reference, now=THEIRS, occurred_at="2026-03-20T11:30:00+00:00")
    assert caught.value.code == "too_early"
    tell_c(do, reference)


def test_the_words_for_another_applicant_tell_no_outcome_and_keep_nobody_waiting(
    decided, do, disclosure_answer, acting, open_items, peek
):
    reference = decided("disclosed_to_a", **THIRD)
    assert {item.subject["recipient"]: item.blocking for item in open_items(reference) if item.stage} == {
        "a": True,
        "c": False,
    }
    do("d1", reference, TOLD, disclosure_answer(reference))
    with acting() as act:
        lifecycle.move(act, act.application(reference), Stage.FOLLOW_UP, because="gate_passed")
    (item,) = open_items(reference, WORDS)
    assert (item.subject["recipient"], item.blocking) == ("c", True)
    tell_c(do, reference)
    assert peek(reference).outcome == "disclosed_to_a"
    assert open_items(reference, WORDS) == []


def test_another_applicant_who_was_told_first_does_not_fix_the_decision(decided, do, sql, acting, peek, rows):
    reference = decided("disclosed_to_a", **THIRD)
    tell_c(do, reference)
    assert peek(reference).outcome is None
    sql("UPDATE decision SET facts = 'other facts'")
    with acting(now=THEIRS + timedelta(hours=2)) as act:
        lifecycle.carry_on(act, act.application(reference), because="information_added")
    assert peek(reference).stage != "disclosure"
    assert [row.superseded for row in rows(Decision, reference)] == [True]


def test_who_was_told_in_an_earlier_round_is_not_told_again(decided, do, sql, acting, peek, open_items):
    reference = decided("disclosed_to_a", **THIRD)
    tell_c(do, reference)
    sql("UPDATE decision SET outcome = 'not_disclosed', items = '[]', recipients = '[]'")
    with acting(now=THEIRS + timedelta(hours=2)) as act:
        lifecycle.carry_on(act, act.application(reference), because="decided")
    assert peek(reference).outcome == "not_disclosed"
    assert open_items(reference, WORDS) == []


@pytest.mark.parametrize(
    ("decided_after", "told_from"),
    [(0, 21), (20.9, 21), (21, 21), (21.1, 24), (24, 24), (26, 27), (60, 60), (60.1, 63)],
)
def test_another_applicant_is_told_at_one_of_few_moments_after_the_submission(decided_after, told_from):
    moment = others_told_from(
        MONDAY, MONDAY + timedelta(days=decided_after), first=timedelta(days=21), then=timedelta(days=3)
    )
    assert moment == MONDAY + timedelta(days=told_from)


def test_a_protector_is_told_in_place_of_the_person_at_risk(decided, do, disclosure_answer, rows):
    reference = decided("disclosed_to_protector", recipients=[{"protector": "her mother", "why": "she lives there"}])
    do("d1", reference, TOLD, disclosure_answer(reference, recipient="protector:0", arranged_at=None))
    assert rows(Disclosure, reference)[0].recipient == "protector:0"


def test_nobody_is_told_twice(delivered, do, disclosure_answer, store, acting, crew):
    reference = delivered()
    with store.session() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.kind == TOLD)).one()
    from casebook.casework import work_queue  # noqa: PLC0415

    with pytest.raises(AlreadyDone), acting(crew["d2"]) as act:
        work_queue.do(act, item.id, disclosure_answer(reference))


def test_a_decision_made_on_other_facts_goes_back_to_the_panel_before_anybody_is_told(decided, acting, peek, sql):
    from casebook.casework.core import lifecycle  # noqa: PLC0415

    reference = decided()
    sql("UPDATE finding SET qualifies = 'not' WHERE record_id = 'R1'")
    with acting() as act:
        lifecycle.refresh(act, act.application(reference), because="run")
    assert peek(reference).stage == "panel_decision"
    assert peek(reference).version == 2


def test_danger_heard_at_the_delivery_opens_safeguarding(delivered, open_items, peek):
    reference = delivered(answer={"immediate_danger": True})
    assert [item.kind for item in open_items(reference, "immediate_safeguarding")] == ["immediate_safeguarding"]
    assert peek(reference).priority == "immediate"


def test_the_subject_is_never_contacted(decided, acting, crew):
    reference = decided()
    with pytest.raises(contact.ContactRefused) as refused, acting(crew["d1"]) as act:
        contact.record(act, reference, party="b", purpose="other", channel="phone", result="reached")
    assert refused.value.code == "subject"


def test_asking_for_the_next_safe_time_is_a_look_that_is_kept(decided, acting, crew, store):
    reference = decided()
    with acting(crew["d1"], now=datetime(2026, 3, 6, 18, 0, tzinfo=UTC)) as act:
        told = safe_contact.safe_time(act, reference, party="a")
    assert told["now"] == "outside_window"
    assert told["next_safe"] == "2026-03-09T09:00:00+00:00"
    assert events(store, reference)[-1][0] == "personal_detail_viewed"

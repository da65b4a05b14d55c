"""Contacts after a delivery, closing, and the watch that stays: no reply ends nothing by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from early_ends import SAID, UNSAID
from sqlalchemy import select

from casebook.case_page import page as application_page
from casebook.case_page.blocks import as_lines
from casebook.casework.core import lifecycle
from casebook.casework.follow_up import watch
from casebook.casework.governance import early_ending
from casebook.casework.reporting import viewing
from casebook.casework.safeguarding import contact
from casebook.domain.actors import system
from casebook.domain.gates import GateOutcome, Verdict
from casebook.domain.vocabulary import Stage
from casebook.errors import InvalidAnswer, Refused
from casebook.storage.tables import (
    Application,
    Clock,
    ClosingSummary,
    ContactAttempt,
    FollowUp,
    RiskAssessment,
    RiskScore,
    SourceExtract,
    SourceRecord,
    Watch,
)

DAY = timedelta(days=1)
DELIVERED = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
KIND = "contact_follow_up"
PASSED = Verdict(gate="follow_up", outcome=GateOutcome.PASSES, results=())


def at(days, hour=12):
    return DELIVERED.replace(hour=hour) + days * DAY


def reached(when, **overrides):
    return {
        "result": "reached",
        "channel": "phone",
        "support_offered": True,
        "occurred_at": when.isoformat(),
        **overrides,
    }


@pytest.fixture
def following(delivered, acting, do):
    """An application in follow-up; `answer` says what was chosen at delivery."""

    def make(outcome="disclosed_to_a", **overrides):
        reference = delivered(outcome, **overrides)
        do("d2", reference, "attest_delivery", {"present": True, "told_as_recorded": True})
        with acting(now=DELIVERED + timedelta(hours=2)) as act:
            application = act.application(reference)
            lifecycle.move(act, application, Stage.FOLLOW_UP, because="gate_passed")
        return reference

    return make


@pytest.fixture
def closed(following, do, acting):
    """An application that went the whole way: three contacts, then closed."""

    def make(**overrides):
        reference = following(**overrides)
        for limit, day in (("24h", 1), ("7d", 8), ("28d", 29)):
            do("d1", reference, KIND, reached(at(day), asked_plan_again=True), key=limit, now=at(day, 16))
        with acting(now=at(29, 17)) as act:
            lifecycle.move(act, act.application(reference), Stage.CLOSED, because="gate_passed")
        return reference

    return make


def test_each_agreed_contact_is_asked_for_at_its_time_until_it_was_made(following, do, open_items, rows):
    reference = following()
    assert [item.key for item in open_items(reference, KIND)] == [
        "follow_up_24h:0", "follow_up_28d:0", "follow_up_7d:0",
    ]  # fmt: skip
    do("d1", reference, KIND, reached(at(1)), key="24h", now=at(1, 13))
    assert [item.key for item in open_items(reference, KIND)] == ["follow_up_28d:0", "follow_up_7d:0"]
    (made,) = [row for row in rows(FollowUp, reference) if row.limit_name == "follow_up_24h"]
    assert (made.result, made.closed_by) == ("reached", "d1")


def test_a_contact_belongs_to_its_own_time(following, do):
    reference = following()
    with pytest.raises(Refused) as refused:
        do("d1", reference, KIND, reached(at(0, 14)), key="28d", now=at(0, 15))
    assert refused.value.code == "too_early"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"support_offered": False}, "support_not_offered"),
        ({"channel": None}, "channel_missing"),
        ({"channel": "text"}, "unsafe_channel"),
        ({"channel": "in_person"}, "unsafe_channel"),  # the meeting of the delivery is no agreement to another
        ({"result": "not_reached", "left_message": True}, "no_messages"),
        ({"result": "not_reached", "they_called": True}, "they_called"),
        ({"result": "exhausted"}, "too_few_attempts"),
        ({"result": "try_again"}, "nothing_proposed"),
        ({"occurred_at": at(1, 8).isoformat()}, "outside_window"),
    ],
)
def test_a_contact_that_is_none_is_refused(following, do, rows, change, code):
    reference = following()
    with pytest.raises(Refused) as refused:
        do("d1", reference, KIND, reached(at(1)) | change, key="24h", now=at(1, 18))
    assert refused.value.code == code
    assert all(row.result is None for row in rows(FollowUp, reference))


def test_they_may_come_to_us_at_any_hour(following, do, rows):
    reference = following()
    called = {"result": "declined", "they_called": True, "occurred_at": at(1, 3).isoformat()}
    do("d1", reference, KIND, called, key="24h", now=at(1, 4))
    assert [row.result for row in rows(FollowUp, reference) if row.limit_name == "follow_up_24h"] == ["declined"]


def test_a_call_of_theirs_a_minute_after_the_disclosure_is_no_later_contact(following, do, rows, store):
    reference = following()
    minute = (DELIVERED + timedelta(minutes=1)).isoformat()
    called = {"result": "reached", "they_called": True, "support_offered": True, "occurred_at": minute}
    for key in ("7d", "28d"):
        with pytest.raises(Refused) as refused:
            do("d1", reference, KIND, called, key=key, now=at(0, 15))
        assert refused.value.code == "too_early"
    with pytest.raises(Refused) as refused:
        do("d1", reference, KIND, {**called, "occurred_at": "2026-03-02T10:59:00+00:00"}, key="24h", now=at(0, 15))
    assert refused.value.code == "too_early"
    assert all(row.result is None for row in rows(FollowUp, reference))
    with store.session() as session:
        assert session.get(Clock, f"{reference}:follow_up_7d").met_at is None
    do(
        "d1", reference, KIND, {**called, "result": "declined"}, key="28d", now=at(0, 15)
    )  # they need not be asked again
    assert [row.result for row in rows(FollowUp, reference) if row.limit_name == "follow_up_28d"] == ["declined"]


SUMMARY = {
    "told": "two convictions, to A", "safety_plan": "alarm at the door", "open_referrals": "MARAC, followed by the IDVA",
    "said": "he has not been near her",
}  # fmt: skip
GRAVE = {"referrals": [{"agency": agency, "agency_reference": "R-1"} for agency in ("idva", "marac")]}


def end_contacts(do, reference):
    for limit, day in (("24h", 1), ("7d", 8), ("28d", 29)):
        do("d1", reference, KIND, reached(at(day), asked_plan_again=True), key=limit, now=at(day, 16))


def test_a_high_risk_application_is_closed_by_a_supervisor_with_a_summary(following, do, open_items, acting, rows):
    reference = following(band="high", answer=GRAVE)
    assert open_items(reference, "close_grave_case") == []
    end_contacts(do, reference)
    (item,) = open_items(reference, "close_grave_case")
    assert (item.role, item.blocking) == ("supervisor", True)
    with pytest.raises(Refused) as refused:
        do("d1", reference, "close_grave_case", SUMMARY, now=at(29, 16))
    assert refused.value.code == "not_permitted"
    for name in SUMMARY:
        with pytest.raises(InvalidAnswer):
            do("s1", reference, "close_grave_case", {**SUMMARY, name: " "}, now=at(29, 16))
    with acting(now=at(29, 16)) as act, pytest.raises(Refused) as refused:
        lifecycle.leave(act, act.application(reference), PASSED)
    assert refused.value.code == "work_open"
    do("s1", reference, "close_grave_case", SUMMARY, now=at(29, 17))
    # the agencies that the case was referred to are still asked for their answers
    assert {item.kind for item in open_items(reference)} <= {"refer_safeguarding"}
    assert all("referral" in item.subject for item in open_items(reference))
    (row,) = rows(ClosingSummary, reference)
    assert (row.written_by, row.said) == ("s1", SUMMARY["said"])


def test_another_application_closes_without_a_summary(following, do, open_items):
    reference = following()
    end_contacts(do, reference)
    assert open_items(reference) == []


@pytest.fixture
def scored(following, acting):
    """An application in follow-up whose risk was scored and judged before the disclosure."""

    def make(outcome="disclosed_to_a", **overrides):
        reference = following(outcome, **overrides)
        with acting(now=DELIVERED + timedelta(hours=2)) as act:
            act.session.add(
                RiskScore(
                    id=f"{reference}:s", reference=reference, model="1", inputs={}, inputs_digest="d", band="medium",
                    priority="standard", score=20.0, contributions=[], uncertainty=[], computed_at=act.now - DAY,
                    superseded=False,
                )
            )  # fmt: skip
            act.session.flush()
            act.session.add(
                RiskAssessment(
                    id=f"{reference}:j", reference=reference, score_id=f"{reference}:s", band="medium", lowers=False,
                    reason="read", assessed_by="s2", assessed_at=act.now - DAY, second_agrees=None, second_by=None,
                    second_at=None, superseded=False,
                )
            )  # fmt: skip
            act.record(act.application(reference), "risk_scored")
            lifecycle.refresh(act, act.application(reference), because="risk_scored")
        return reference

    return make


def test_after_a_disclosure_the_risk_is_assessed_again(scored, do, open_items, peek):
    reference = scored()
    (item,) = open_items(reference, "reassess_risk")
    assert item.due_at is not None
    do("s1", reference, "reassess_risk", {"judgement": "raise", "band": "critical", "reason": "he knows"}, now=at(1))
    assert open_items(reference, "reassess_risk") == []
    assert peek(reference).band == "critical"
    end_contacts(do, reference)
    # a critical risk is referred, and a supervisor closes
    assert {item.kind for item in open_items(reference)} == {"close_grave_case", "refer_safeguarding"}


def test_nobody_was_told_anything_so_nothing_is_assessed_again(scored, open_items):
    reference = scored("nothing_to_disclose")
    assert open_items(reference, "reassess_risk") == []


def test_no_reply_needs_attempts_apart_an_agency_and_a_supervisor(following, do, open_items, rows):
    reference = following()
    silence = {"result": "not_reached", "channel": "phone"}
    for when in (at(1), at(1, 14), at(2)):
        do("d1", reference, KIND, silence | {"occurred_at": when.isoformat()}, key="24h", now=when)
    give_up = {"result": "exhausted", "agency_route": "the IDVA service could not reach her either"}
    with pytest.raises(Refused, match="2 of 3 attempts count"):
        do("d1", reference, KIND, give_up, key="24h", now=at(3))
    do("d1", reference, KIND, silence | {"occurred_at": at(3).isoformat()}, key="24h", now=at(3, 13))
    with pytest.raises(Refused) as refused:
        do("d1", reference, KIND, {"result": "exhausted"}, key="24h", now=at(3, 14))
    assert refused.value.code == "route_untried"
    do("s1", reference, KIND, give_up, key="24h", now=at(3, 14))
    (item,) = [item for item in open_items(reference, KIND) if "24h" in item.key]
    assert item.role == "supervisor"
    for who, code in (("s1", "same_person"), ("d1", "supervisor_needed")):
        with pytest.raises(Refused) as refused:
            do(who, reference, KIND, {"result": "exhausted"}, key="24h", now=at(3, 15))
        assert refused.value.code == code
    do("s2", reference, KIND, {"result": "try_again"}, key="24h", now=at(3, 15))
    do("s1", reference, KIND, give_up, key="24h", now=at(3, 16))
    do("s2", reference, KIND, {"result": "exhausted"}, key="24h", now=at(3, 16))
    (row,) = [row for row in rows(FollowUp, reference) if row.limit_name == "follow_up_24h"]
    assert (row.result, row.closed_by, row.closure_approved_by) == ("exhausted", "s1", "s2")


def test_what_was_declined_or_put_off_at_the_delivery_is_kept_to(delivered, rows, store):
    chosen = {
        "follow_up_24h": {"chosen": "declined"},
        "follow_up_7d": {"chosen": "another_time", "at": "2026-03-20T10:00:00+00:00"},
        "follow_up_28d": {"chosen": "accepted"},
    }
    reference = delivered(answer={"follow_up": chosen})
    by_limit = {row.limit_name: row for row in rows(FollowUp, reference)}
    assert by_limit["follow_up_24h"].result == "declined"
    assert by_limit["follow_up_7d"].due_at == datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
    with store.session() as session:
        assert session.get(Clock, f"{reference}:follow_up_24h").met_at is not None
        put_off = session.get(Clock, f"{reference}:follow_up_7d")
        assert put_off.pause_reason == "person_at_risk_asks_to_wait"
        assert put_off.unpaused_due_at < put_off.due_at == datetime(2026, 3, 20, 10, 0, tzinfo=UTC)  # and late after it


def test_a_contact_that_was_put_off_is_late_once_the_agreed_time_has_passed(delivered, acting, crew):
    chosen = {limit: {"chosen": "declined"} for limit in ("follow_up_24h", "follow_up_28d")}
    chosen["follow_up_7d"] = {"chosen": "another_time", "at": "2026-03-20T10:00:00+00:00"}
    reference = delivered(answer={"follow_up": chosen})
    for hour, state in ((9, "put off: "), (11, "OVERDUE")):
        with acting(crew["s1"], now=datetime(2026, 3, 20, hour, 0, tzinfo=UTC)) as act:
            shown = as_lines(application_page._limits(viewing.show(act, reference)))
        lines = [line for line in shown if "follow-up after 7 days" in line]
        assert any(state in line for line in lines), lines


def test_closing_opens_a_watch_for_a_year(closed, peek, rows):
    reference = closed()
    application = peek(reference)
    assert (application.stage, application.outcome) == ("closed", "disclosed_to_a")
    (row,) = rows(Watch, reference)
    assert row.since == at(29, 17)
    assert row.until == datetime(2027, 3, 31, 17, 0, tzinfo=UTC)


def test_nothing_is_overdue_about_an_application_that_is_closed(closed, received, acting, crew):
    ended, other = closed(), received(external_id="X-2", b_surname="Other")
    with acting(crew["s1"], now=at(400)) as act:
        found = {row["reference"]: (row["due_at"] is None, row["overdue"]) for row in viewing.listing(act)}
        late = [row["reference"] for row in viewing.listing(act, overdue=True)]
    assert found == {ended: (True, False), other: (False, True)}
    assert late == [other]


def test_a_grave_application_that_ends_early_is_put_before_a_supervisor(decided, acting, crew, open_items, peek):
    reference = decided(band="high")
    with acting(crew["n1"]) as act:
        early_ending.withdraw(act, reference, reason="she asked", **SAID)
    with acting(crew["s1"]) as act:
        early_ending.withdraw(act, reference, reason="agreed", **SAID)
    assert peek(reference).closed_at is not None
    (item,) = open_items(reference)
    assert (item.kind, item.subject["because"]) == ("review_watch_proposal", "closed_early")


@pytest.fixture
def load(acting):
    """A later extract of our own records with one record about a person."""

    def bring(person_id, *, record_id="N1", number=1, offence="grievous bodily harm", now=None):
        with acting(system("sources"), now=now or at(40)) as act:
            act.session.add(
                SourceExtract(
                    id=number, source="rms", loaded_at=act.now, loaded_by="operator", persons=0, records=1, changed=1,
                    digest="d",
                )
            )  # fmt: skip
            act.session.add(
                SourceRecord(
                    source="rms", record_id=record_id, since=number, until=None, person_id=person_id, kind="conviction",
                    offence_code=None, offence_text=offence, date="2026-04-01", outcome="guilty", victim_id=None,
                    victim_relationship="ex_partner", flags=[], owner=None, source_evaluation=None,
                    intelligence_assessment=None, handling=None, digest=number,
                )
            )  # fmt: skip
            act.record(None, "extract_loaded")

    return bring


def look(acting, now=None):
    with acting(system("watch"), now=now or at(41)) as act:
        return watch.look_again(act)


def test_a_new_record_about_a_watched_subject_is_proposed_once(closed, load, acting, open_items):
    reference = closed()
    assert look(acting).proposed == []
    load("P1")
    assert look(acting).proposed == [reference]
    assert look(acting).proposed == []
    (item,) = [each for each in open_items(reference) if each.kind == "review_watch_proposal"]
    assert item.subject["records"] == ["rms:N1"]


@pytest.mark.parametrize(("who", "offence"), [("P9", "grievous bodily harm"), ("P1", "speeding")])
def test_a_record_about_another_or_that_does_not_qualify_is_none(closed, load, acting, who, offence):
    closed()
    load(who, offence=offence)
    assert look(acting).proposed == []


def test_a_watch_ends(closed, load, acting):
    closed()
    load("P1", now=at(500))
    assert look(acting, now=at(501)).watched == 0


def test_dismissing_takes_two_people(closed, load, acting, do, open_items):
    reference = closed()
    load("P1")
    look(acting)
    no = {"decision": "dismiss", "reason": "another man"}
    do("s1", reference, "review_watch_proposal", no, now=at(42))
    with pytest.raises(Refused) as refused:
        do("s1", reference, "review_watch_proposal", no, now=at(42))
    assert refused.value.code == "same_person"
    do("s2", reference, "review_watch_proposal", no, now=at(42))
    assert [item for item in open_items(reference) if item.kind == "review_watch_proposal"] == []


def test_accepting_opens_a_right_to_know_application_about_the_same_two(closed, load, acting, do, store):
    reference = closed()
    load("P1")
    look(acting)
    do("s1", reference, "review_watch_proposal", {"decision": "accept", "reason": "tell her"}, now=at(42))
    with store.session() as session:
        (opened,) = session.scalars(select(Application).where(Application.reference != reference)).all()
        assert (opened.route, opened.stage, opened.priority) == ("right_to_know", "intake", "high")


def test_an_application_cannot_be_given_up_before_the_attempts_policy_asks_for(decided, acting, crew):
    reference = decided()
    for day in (0, 1, 2):
        with acting(crew["d1"], now=at(day)) as act:
            assert contact.why_not_give_up(act, act.application(reference), route_tried=True).code == "too_few_attempts"
            contact.record(act, reference, party="a", purpose="arrange", channel="phone", result="not_reached")
    with acting(crew["d1"], now=at(2, 13)) as act:
        assert contact.why_not_give_up(act, act.application(reference), route_tried=False).code == "route_untried"
        assert contact.why_not_give_up(act, act.application(reference), route_tried=True) is None
    with pytest.raises(Refused) as caught, acting(crew["d1"], now=at(2, 13)) as act:
        early_ending.no_engagement(act, reference, reason="silent", **UNSAID)
    assert caught.value.code == "route_untried"
    for who in ("d1", "s1"):
        with acting(crew[who], now=at(2, 13)) as act:
            done = early_ending.no_engagement(act, reference, reason="silent", agency_route="idva_no_reply", **UNSAID)
    assert done["outcome"] == "no_engagement"


def test_nothing_of_an_attempt_is_left_when_its_answer_is_refused(following, do, rows):
    reference = following()
    before = len(rows(ContactAttempt, reference))
    with pytest.raises(InvalidAnswer):
        do("d1", reference, KIND, reached(at(1), referrals=[{"agency": "idva"}]), key="24h", now=at(1, 13))
    assert len(rows(ContactAttempt, reference)) == before

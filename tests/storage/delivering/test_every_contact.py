"""Whatever work speaks to somebody outside goes through the one log, and is refused outside their plan with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from early_ends import UNSAID
from sqlalchemy import select

from casebook.casework import playbook, work_queue
from casebook.casework.core import lifecycle
from casebook.casework.core.work_items import open_item
from casebook.casework.governance import early_ending
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import Need
from casebook.errors import Refused
from casebook.storage.tables import ContactAttempt, ContactOverride, LedgerEntry, WorkItem

MONDAY = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)  # the plan is mon..fri 09:00-17:00, by phone
NIGHT = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
THIRD = {"applicant": "third_party", "c_forename": "C", "c_surname": "Three", "c_phone": "07700900003"}

# kind -> who is spoken to, and what an answer then says beside what it says in any case
MEETS = {"held": True, "channel": "in_person", "identity_evidence": ["passport"], "identity_confirmed": True}
DELAYED = {"plan": "a visit each day", "applicant_told": True, "risk_reviewed": True, "channel": "phone"}
LOOKED = {"incident_number": "I-1", "channel": "in_person", "result": "seen_alone"}
ON_THE_WAY_TO_HER = {"threat": "subject_on_the_way", "threat_reason": "he left for her flat with a knife"}
ON_THE_WAY = {
    WorkKind.MEET_APPLICANT: ("n1", MEETS | {"arranged_at": "%s"}),
    WorkKind.LOCATE_PERSON_AT_RISK: ("n1", {"located": True, "channel": "phone"}),
    WorkKind.SAFEGUARD_DURING_DELAY: ("s1", DELAYED),
    WorkKind.ASK_ABOUT_DANGER: (
        "n1",
        {"asked": "applicant", "result": "no_danger", "said": "nobody", "channel": "phone"},
    ),
    WorkKind.COMPLETE_INSTRUMENT: ("n1", {"no_more_because": "it was all that there was time for", "channel": "phone"}),
}
AT_THE_END = {
    WorkKind.DELIVER_DISCLOSURE, WorkKind.DELIVER_NO_DISCLOSURE, WorkKind.CONTACT_FOLLOW_UP, WorkKind.TELL_OF_TRANSFER
}  # fmt: skip
UNDER_AN_OVERRIDE = {WorkKind.IMMEDIATE_SAFEGUARDING}  # a duty inspector's own, given in the same breath
# every other kind, and to whom it speaks instead
SPEAKS_TO_NOBODY_OUTSIDE = {
    WorkKind.RECORD_CRIME: "the force's own records", WorkKind.REFER_SAFEGUARDING: "an agency",
    WorkKind.RATIFY_EMERGENCY: "the panel", WorkKind.ATTEST_DELIVERY: "nobody",
    WorkKind.CONFIRM_URGENT: "nobody",
    WorkKind.ACKNOWLEDGE_ESCALATION: "the unit", WorkKind.MEND_QUALITY: "the unit",
    WorkKind.COMPLETE_DETAILS: "whoever sent the application; a call to the applicant is `applications contact`",
    WorkKind.RETURN_SEARCH: "a source", WorkKind.REVIEW_MATCH: "nobody", WorkKind.SECOND_LOOK_AT_REJECTION: "nobody",
    WorkKind.VERIFY_APPLICANT: "nobody", WorkKind.SIGN_OFF_IDENTITY: "nobody", WorkKind.STATE_ADEQUACY: "nobody",
    WorkKind.ASSESS_RISK: "nobody", WorkKind.VALIDATE_WITH_OWNER: "an owner", WorkKind.CONVENE_PANEL: "the panel",
    WorkKind.DECIDE: "the panel", WorkKind.APPROVE_DECISION: "nobody", WorkKind.REVIEW_WATCH_PROPOSAL: "nobody",
    WorkKind.ANSWER_SIGNAL: "the unit", WorkKind.REDECIDE_SAMPLE: "nobody",
    WorkKind.REVIEW_APPLICATION: "nobody", WorkKind.SECOND_REVIEW: "nobody",
    WorkKind.READ_REJECTED_ROW: "nobody: what is done about it goes through an application, or is another's",
    WorkKind.LOOK_AGAIN_AT_CONTACT: "nobody: it says that contact is not safe, or how it will be",
    WorkKind.CHECK_BEFORE_TELLING: "nobody", WorkKind.REVIEW_RESTRICTED: "nobody",
    WorkKind.ACCEPT_LESS: "nobody",
    WorkKind.LINK_ACROSS_RESTRICTION: "nobody: it says who may know of a link",
    WorkKind.REASSESS_RISK: "nobody", WorkKind.CLOSE_GRAVE_CASE: "nobody",
    WorkKind.LOOK_AT_PLAN_CHANGE: "nobody: a call to the person is `applications contact`",
    WorkKind.FINISH_DRAFT: "nobody: whoever asks is there, or rang",
    WorkKind.ACT_ON_CALL: "nobody: ringing back is `applications contact`, which must come first",
}  # fmt: skip
# fields that say somebody was reached; a schema that has one belongs to a kind that is tried here
SAYS_SO = {
    "channel",
    "arranged_at",
    "they_came",
    "they_called",
    "left_message",
    "asked_plan_again",
    "override",
    "contacted",
}


def test_every_kind_of_work_either_goes_through_the_log_or_speaks_to_nobody_outside():
    contacting = {*ON_THE_WAY, *AT_THE_END, *UNDER_AN_OVERRIDE}
    kinds = [*contacting, *SPEAKS_TO_NOBODY_OUTSIDE]
    assert len(kinds) == len(set(kinds))
    own = {kind for kind in WorkKind if playbook.answer(kind).handler}
    assert own <= set(kinds)
    says = {kind for kind in own if SAYS_SO & set(playbook.answer(kind).schema.model_fields)}
    assert says == contacting & own


@pytest.fixture
def crew(crew, person):
    """The same people; whoever meets an applicant is trained for it."""
    return {**crew, "n1": person("n1", Role.INTAKE_OFFICER)}


@pytest.fixture
def asked(received, acting):
    """An item of a kind on a fresh application."""

    def make(kind, **overrides):
        reference = received(**overrides)
        with acting() as act:
            application = act.application(reference)
            item = open_item(act, application, Need(kind=kind, key="asked"))
            act.record(application, "work_opened")
            return reference, item.id

    return make


@pytest.fixture
def logged(store):
    def find(reference):
        with store.session() as session:
            rows = session.scalars(select(ContactAttempt).where(ContactAttempt.reference == reference)).all()
            refusals = session.scalars(
                select(LedgerEntry).where(LedgerEntry.chain == reference, LedgerEntry.event == "contact_refused")
            ).all()
            return [(row.party, row.purpose, row.channel) for row in rows], [each.body["reason"] for each in refusals]

    return find


@pytest.fixture
def refused(acting, crew):
    """The reason code for which an answer is refused."""

    def why(who, item, answer, *, now):
        with pytest.raises(Refused) as caught, acting(crew[who], now=now) as act:
            work_queue.do(act, item, answer)
        return caught.value.code

    return why


@pytest.mark.parametrize("kind", ON_THE_WAY)
@pytest.mark.parametrize("applicant", [{}, THIRD])
def test_on_the_way_nobody_is_spoken_to_outside_their_plan(asked, refused, store, logged, kind, applicant):
    overrides = applicant if kind is not WorkKind.LOCATE_PERSON_AT_RISK else {}
    reference, item = asked(kind, **overrides)
    who, answer = ON_THE_WAY[kind]
    answer = {name: NIGHT.isoformat() if value == "%s" else value for name, value in answer.items()}
    assert refused(who, item, answer, now=NIGHT) == "outside_window"
    assert logged(reference) == ([], ["outside_window"])
    with store.session() as session:
        assert session.get_one(WorkItem, item).done_at is None


@pytest.mark.parametrize("kind", ON_THE_WAY)
def test_inside_their_plan_it_stands_in_the_log(asked, crew, acting, logged, kind):
    party = "a" if kind is WorkKind.LOCATE_PERSON_AT_RISK else "c"
    reference, item = asked(kind, **(THIRD if party == "c" else {}))
    who, answer = ON_THE_WAY[kind]
    answer = {name: MONDAY.isoformat() if value == "%s" else value for name, value in answer.items()}
    with acting(crew[who], now=MONDAY) as act:
        work_queue.do(act, item, answer)
    made, refusals = logged(reference)
    assert {each[0] for each in made} == {party}
    assert made
    assert refusals == []


def test_a_meeting_is_agreed_over_the_safe_channel_first_or_they_came_by_themselves(
    asked, crew, acting, refused, logged
):
    reference, item = asked(WorkKind.MEET_APPLICANT)
    assert refused("n1", item, MEETS, now=MONDAY) == "unsafe_channel"
    with acting(crew["n1"], now=MONDAY) as act:
        work_queue.do(act, item, MEETS | {"they_came": True})
    assert logged(reference) == ([], ["unsafe_channel"])


def test_an_attempt_to_meet_that_failed_counts_as_one(asked, crew, acting, refused, logged):
    reference, item = asked(WorkKind.MEET_APPLICANT)
    tried = {"held": False, "exception_reason": "no answer; a colleague will go on trying", "channel": "phone"}
    assert refused("n1", item, tried, now=NIGHT) == "outside_window"
    with acting(crew["n1"], now=MONDAY) as act:
        work_queue.do(act, item, tried)
    assert logged(reference)[0] == [("a", "meet", "phone")]


@pytest.mark.parametrize("actions", [["welfare_check"], ["attended", "person_at_risk_safe"]])
def test_seeing_the_person_at_risk_in_danger_is_a_contact_under_the_inspectors_override(
    asked, crew, acting, logged, store, actions
):
    reference, item = asked(WorkKind.IMMEDIATE_SAFEGUARDING, a_safe_channel="", **THIRD)
    with acting(crew["i1"], now=NIGHT) as act:
        work_queue.do(act, item, {"actions": actions, **LOOKED, **ON_THE_WAY_TO_HER})
    assert logged(reference)[0] == [("a", "emergency", "in_person")]
    with store.session() as session:
        (given,) = session.scalars(select(ContactOverride).where(ContactOverride.reference == reference))
        assert (given.authorised_by, given.reason_code) == ("i1", "subject_on_the_way")
        assert given.reason == ON_THE_WAY_TO_HER["threat_reason"]
        exceptions = select(LedgerEntry).where(
            LedgerEntry.chain == reference, LedgerEntry.event == "exception_recorded"
        )
        assert [each.body["what"] for each in session.scalars(exceptions)] == ["contact_override"]


def test_whoever_is_no_duty_inspector_gives_no_override_by_writing_up_what_was_done(asked, crew, refused, sql, logged):
    reference, item = asked(WorkKind.IMMEDIATE_SAFEGUARDING)
    sql("UPDATE work_item SET role = 'supervisor' WHERE id = :id", id=item)
    assert Role.DUTY_INSPECTOR not in crew["s1"].roles
    checked = {"actions": ["welfare_check"], **LOOKED, **ON_THE_WAY_TO_HER}
    assert refused("s1", item, checked, now=NIGHT) == "unsafe_channel"
    assert logged(reference) == ([], ["unsafe_channel"])


def test_danger_that_is_met_without_the_person_at_risk_is_no_contact(asked, crew, acting, logged):
    reference, item = asked(WorkKind.IMMEDIATE_SAFEGUARDING)
    with acting(crew["i1"], now=NIGHT) as act:
        work_queue.do(act, item, {"actions": ["arrest"], "incident_number": "I-1"})
    assert logged(reference) == ([], [])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"actions": ["welfare_check"]}, "result_missing"),
        ({"actions": ["attended", "person_at_risk_safe"]}, "result_missing"),
        ({"channel": "in_person"}, "channel_and_result"),
        ({"result": "safe"}, "channel_and_result"),
        ({"actions": ["person_at_risk_safe"], "channel": "in_person", "result": "not_found"}, "result_differs"),
        ({"threat": "threat_to_kill"}, "threat_reason_missing"),
        ({"threat_reason": "he has a knife"}, "threat_reason_missing"),
        # outside the plan, and nobody typed a ground
        ({"channel": "in_person", "result": "safe"}, "unsafe_channel"),
    ],
)
def test_nothing_is_said_about_danger_that_nobody_typed(asked, refused, rows, change, code):
    reference, item = asked(WorkKind.IMMEDIATE_SAFEGUARDING)
    assert refused("i1", item, {"actions": ["attended"], "incident_number": "I-1", **change}, now=NIGHT) == code
    assert rows(ContactAttempt, reference) == rows(ContactOverride, reference) == []


def test_somebody_who_was_not_found_was_not_reached_and_is_looked_for_on(asked, crew, acting, rows, store):
    reference, item = asked(WorkKind.IMMEDIATE_SAFEGUARDING)
    looked = {"actions": ["welfare_check"], **LOOKED, **ON_THE_WAY_TO_HER, "result": "not_found"}
    with acting(crew["i1"], now=NIGHT) as act:
        work_queue.do(act, item, looked)
    assert [row.reached for row in rows(ContactAttempt, reference)] == [False]
    with store.session() as session:
        query = select(WorkItem).where(WorkItem.kind == WorkKind.IMMEDIATE_SAFEGUARDING, WorkItem.done_at.is_(None))
        assert [each.subject["cause"] for each in session.scalars(query)] == ["person_at_risk_not_found"]


@pytest.mark.parametrize(
    ("kind", "who", "answer"),
    [
        (WorkKind.MEET_APPLICANT, "n1", {**MEETS, "channel": None}),
        (WorkKind.SAFEGUARD_DURING_DELAY, "s1", {**DELAYED, "channel": None}),
    ],
)
def test_no_channel_is_assumed(asked, refused, logged, kind, who, answer):
    reference, item = asked(kind)
    assert refused(who, item, answer, now=MONDAY) == "channel_missing"
    assert logged(reference) == ([], [])


@pytest.mark.parametrize("kind", sorted(AT_THE_END))
def test_at_the_end_nobody_is_spoken_to_outside_their_plan(
    crew, received, decided, delivered, do, acting, logged, disclosure_answer, no_disclosure_answer, kind
):
    if kind == WorkKind.CONTACT_FOLLOW_UP:
        reference = delivered()
        with acting() as act:
            application = act.application(reference)
            application.stage = "follow_up"
            act.record(application, "moved")
            lifecycle.refresh(act, application, because="moved")
        who, answer = "d1", {"result": "not_reached", "channel": "phone"}
    elif kind == WorkKind.TELL_OF_TRANSFER:
        reference = received()
        for each in ("n1", "s1"):
            with acting(crew[each]) as act:
                early_ending.transfer(act, reference, force="next_door", accepted_by="protection_desk", **UNSAID)
        who, answer = "n1", {"result": "not_reached", "channel": "phone"}
    elif kind == WorkKind.DELIVER_DISCLOSURE:
        reference = decided()
        who, answer = "d1", disclosure_answer(reference, arranged_at=NIGHT.isoformat())
    else:
        reference = decided("nothing_to_disclose")
        who, answer = "d1", no_disclosure_answer(reference, arranged_at=NIGHT.isoformat())
    answer["occurred_at"] = NIGHT.isoformat()
    with pytest.raises(Refused) as caught:
        do(who, reference, kind, answer, now=NIGHT + timedelta(hours=1))
    assert caught.value.code == "outside_window"
    assert logged(reference)[1] == ["outside_window"]

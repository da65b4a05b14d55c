"""A crime told, a child, a high risk: each opens its question when it becomes known, and referrals are tracked to an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casebook.casework import work_queue
from casebook.casework.core.work_items import open_item
from casebook.casework.safeguarding import contact, referring
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.tables import Referral

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
QUIET = "I would like to know about his past"
MET = {"held": True, "they_came": True, "identity_evidence": ["passport"], "identity_confirmed": True}


@pytest.fixture
def people():
    return {"i1": [Role.INTAKE_OFFICER], "s1": [Role.SUPERVISOR], "w1": [Role.REVIEW_OFFICER]}


@pytest.fixture
def do(acting, crew):
    def run(item, who="i1", **answer):
        with acting(crew[who], now=NOW + timedelta(hours=1)) as act:
            return work_queue.do(act, item.id, answer)

    return run


def test_a_crime_told_in_the_concern_is_to_be_recorded_within_a_day(received, open_items):
    (item,) = open_items(received(concern="He strangled me in January"), "record_crime")
    assert (item.subject, item.due_at) == ({"told": "concern"}, NOW + timedelta(hours=24))
    assert open_items(received(external_id="X-2", concern=QUIET), "record_crime") == []


def test_a_child_opens_the_question_of_a_referral_at_import(received, open_items):
    (item,) = open_items(received(concern=QUIET, children="2019"), "refer_safeguarding")
    assert item.subject == {"who": "children"}


def test_a_crime_told_at_a_logged_contact_opens_its_recording(received, acting, crew, open_items):
    reference = received(concern=QUIET)
    with acting(crew["i1"]) as act:
        contact.record(
            act, reference, party="a", purpose="other", channel="phone", result="reached", crime_alleged="yes",
            refer="children",
        )  # fmt: skip
    (crime,) = open_items(reference, "record_crime")
    assert (crime.subject, crime.due_at) == ({"told": "contact"}, NOW + timedelta(hours=24))
    assert [item.subject["who"] for item in open_items(reference, "refer_safeguarding")] == ["children"]


@pytest.mark.parametrize("kind", [WorkKind.MEET_APPLICANT, WorkKind.SAFEGUARD_DURING_DELAY, WorkKind.CONTACT_FOLLOW_UP])
def test_every_answer_that_reports_a_contact_can_say_that_a_crime_was_told(kind):
    from casebook.casework import playbook  # noqa: PLC0415

    assert {"crime_alleged", "people_to_refer"} <= set(playbook.answer(kind).schema.model_fields)


def test_a_crime_told_at_the_meeting_opens_its_recording(received, acting, do, open_items):
    reference = received(concern=QUIET)
    with acting() as act:
        application = act.application(reference)
        item = open_item(act, application, Need(kind=WorkKind.MEET_APPLICANT, key="now"))
        act.record(application, "work_opened")
    do(item, **MET, crime_alleged=True, people_to_refer=["adult_at_risk"])
    assert [each.subject["told"] for each in open_items(reference, "record_crime")] == ["meet_applicant"]
    assert [each.subject["who"] for each in open_items(reference, "refer_safeguarding")] == ["adult_at_risk"]


def test_whoever_reads_of_a_crime_reports_it(received, acting, crew, open_items):
    reference = received(concern=QUIET)
    with acting(crew["w1"]) as act:
        referring.report_crime(act, reference, told_in="letter")
    assert len(open_items(reference, "record_crime")) == 1


def test_what_is_no_crime_needs_its_reason_and_what_is_one_its_number(received, do, open_items):
    (item,) = open_items(received(concern="He hit me"), "record_crime")
    for wrong in ({}, {"crime_number": "C-1", "not_recorded_because": "a joke"}):
        with pytest.raises(InvalidAnswer) as caught:
            do(item, **wrong)
        assert caught.value.code == "crime_or_reason"
    do(item, not_recorded_because="recorded by another force in January, seen there")
    assert open_items(item.reference, "record_crime") == []


@pytest.fixture
def graver(acting):
    def make(reference):
        with acting() as act:
            application = act.application(reference)
            referring.ask_for_grave_risk(act, application)
            referring.ask_for_grave_risk(act, application)  # once
        return reference

    return make


def test_a_high_risk_opens_marac_and_idva_once_and_each_is_tracked_to_an_answer(
    received, graver, do, open_items, store
):
    reference = graver(received(concern=QUIET))
    asked = {item.subject["agency"]: item for item in open_items(reference, "refer_safeguarding")}
    assert set(asked) == {"marac", "idva"}
    with pytest.raises(InvalidAnswer) as caught:
        do(asked["marac"], agency="idva", agency_reference="I-1")
    assert caught.value.code == "agency_differs"
    do(asked["marac"], agency="marac", agency_reference="M-1")
    do(asked["idva"], agency="idva", not_referred_because="she has one already")
    (chase,) = open_items(reference, "refer_safeguarding")
    assert chase.due_at == NOW + timedelta(days=3, hours=1)
    with pytest.raises(InvalidAnswer) as caught:
        do(chase, agency="marac", agency_reference="M-2")
    assert caught.value.code == "answer_missing"
    do(chase, agency="marac", answered="none_yet")
    (again,) = open_items(reference, "refer_safeguarding")
    do(again, agency="marac", answered="accepted")
    assert open_items(reference, "refer_safeguarding") == []
    with store.session() as session:
        (row,) = session.query(Referral).filter_by(reference=reference).all()
        assert (row.kind, row.answer, row.answered_by) == ("marac", "accepted", "i1")

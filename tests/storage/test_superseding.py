"""An answer that does not hold is superseded, never edited; what followed from it is reopened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from signing import read_and_do
from sqlalchemy import select

from casebook.casework import work_queue
from casebook.casework.core import work_items
from casebook.casework.governance import exceptions, superseding
from casebook.casework.record_checks import extracts
from casebook.casework.reporting import viewing
from casebook.casework.safeguarding import danger, referring
from casebook.domain.vocabulary import Role, Source, WorkKind
from casebook.domain.work import Need
from casebook.errors import AlreadyDone, InvalidAnswer, NotPermitted
from casebook.storage.case import record_checks as stored
from casebook.storage.tables import Candidate, LedgerEntry, Referral, Search, WorkItem

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
NIL = {"result": "nil", "evidence_reference": "E1"}


@pytest.fixture
def people():
    return {
        "r1": Role.RESEARCHER, "r2": (Role.RESEARCHER, Role.SECOND_READER), "r3": Role.SECOND_READER, "s1": Role.SUPERVISOR,
        "i1": Role.INTAKE_OFFICER, "d1": Role.DUTY_INSPECTOR,
    }  # fmt: skip


@pytest.fixture
def checked(acting, checking, tmp_path):
    """An application in record checks whose subject has an assault in our own records."""
    persons, records = tmp_path / "persons.csv", tmp_path / "records.csv"
    persons.write_text(
        "source,person_id,forename,surname,dob,postcode\nrms,p1,Barry,Canarytwo,1985-02-03,QX1 1AA\n", "utf-8"
    )
    records.write_text(
        "source,record_id,person_id,kind,offence_text,date,victim_relationship\n"
        "rms,r1,p1,conviction,Assault occasioning actual bodily harm,2021-03-01,ex_partner\n",
        "utf-8",
    )
    with acting(now=NOW) as act:
        extracts.load(act, Source.RMS, persons=persons, records=records)
    return checking()


@pytest.fixture
def one(store):
    """The open item of a kind, or about a source."""

    def find(reference, kind, source=None):
        query = select(WorkItem).where(
            WorkItem.reference == reference, WorkItem.kind == kind, WorkItem.done_at.is_(None), WorkItem.cancelled_at.is_(None)
        )  # fmt: skip
        with store.session() as session:
            every = [item for item in session.scalars(query) if source in {None, item.subject.get("source")}]
            return every[0] if every else None

    return find


@pytest.fixture
def do(acting, crew, one):
    def answer(who, reference, kind, source=None, **said):
        item = one(reference, kind, source)
        with acting(crew[who], now=LATER) as act:
            return read_and_do(act, item, said)

    return answer


@pytest.fixture
def supersede(acting, crew):
    def run(who, item, reason="it was about somebody else"):
        with acting(crew[who], now=LATER + timedelta(hours=1)) as act:
            return superseding.supersede(act, item.id, reason=reason)

    return run


def findings(store, reference):
    with store.session() as session:
        return [finding.record_id for finding in stored.findings(session, reference)]


def test_a_wrong_same_person_is_set_aside_with_its_findings_and_reviewed_anew(checked, do, one, supersede, store):
    review = do("r1", checked, WorkKind.REVIEW_MATCH, verdict="same", reason="all agrees")
    look = do("r3", checked, WorkKind.SECOND_LOOK_AT_REJECTION, agrees=True, reason="all agrees")
    assert findings(store, checked) == ["r1"]
    result = supersede("r1", review)
    assert (result.reopened, result.told_since) == (None, [])
    assert findings(store, checked) == []
    again = one(checked, WorkKind.REVIEW_MATCH)
    assert again.id not in {review.id, look.id}
    do("r2", checked, WorkKind.REVIEW_MATCH, verdict="different", reason="another address")
    assert one(checked, WorkKind.SECOND_LOOK_AT_REJECTION).subject["verdict"] == "different"
    with store.session() as session:
        kept = session.get_one(WorkItem, review.id)
        assert (kept.answer["verdict"], kept.superseded_by) == ("same", "r1")  # the answer is not edited


def test_a_second_look_that_does_not_agree_withdraws_the_findings(checked, do, one, store):
    do("r1", checked, WorkKind.REVIEW_MATCH, verdict="same", reason="all agrees")
    do("r3", checked, WorkKind.SECOND_LOOK_AT_REJECTION, agrees=False, reason="the address is another")
    assert findings(store, checked) == []
    assert one(checked, WorkKind.REVIEW_MATCH) is not None


def test_a_return_that_does_not_hold_is_searched_again(checked, do, one, supersede, store):
    with store.session() as session:
        plan = session.get_one(Search, one(checked, WorkKind.RETURN_SEARCH, "pnc").subject["search"]).plan
    made = [{name: step[name] for name in ("forename", "surname", "dob", "pivot")} | {"result": "hit"} for step in plan]
    item = do(
        "r1", checked, WorkKind.RETURN_SEARCH, "pnc", result="hit", evidence_reference="E1", searches=made,
        persons=[{"person_id": "x1", "forename": "Barry", "surname": "Canarytwo"}],
    )  # fmt: skip
    supersede("s1", item)
    with store.session() as session:
        rounds = [s for s in stored.searches(session, checked, live=False) if s.source == "pnc"]
        assert [(s.round, s.result, s.superseded) for s in rounds] == [(1, "hit", True), (2, None, False)]
        assert session.scalars(select(Candidate).where(Candidate.source == "pnc")).one().superseded


def test_a_meeting_that_did_not_happen_is_asked_for_again(checked, do, one, supersede):
    held = {"held": True, "they_came": True, "identity_evidence": ["passport"], "identity_confirmed": True}
    item = do("i1", checked, WorkKind.MEET_APPLICANT, **held)
    assert one(checked, WorkKind.MEET_APPLICANT) is None
    supersede("i1", item, reason="the meeting was with her sister")
    again = one(checked, WorkKind.MEET_APPLICANT)
    assert again.id != item.id
    do("i1", checked, WorkKind.MEET_APPLICANT, **held)
    assert one(checked, WorkKind.MEET_APPLICANT) is None


@pytest.mark.parametrize(
    ("reported", "who", "kind", "said"),
    [
        ("danger", "d1", WorkKind.IMMEDIATE_SAFEGUARDING, {"actions": ["no_danger_found"], "incident_number": "I-1"}),
        ("crime", "i1", WorkKind.RECORD_CRIME, {"crime_number": "C-1"}),
    ],
)
def test_danger_and_a_crime_are_asked_about_anew(
    checked, acting, crew, do, one, supersede, store, reported, who, kind, said
):
    with acting(crew["i1"], now=LATER) as act:
        if reported == "danger":
            danger.report(act, checked, "she_rang")
        else:
            referring.report_crime(act, checked, told_in="a_call")
    first = do(who, checked, kind, **said)
    assert one(checked, kind) is None
    supersede("s1", first, reason="it was about another address")
    again = one(checked, kind)
    assert again.id != first.id
    for name in ("key", "subject", "role", "priority", "blocking"):
        assert getattr(again, name) == getattr(first, name)
    with store.session() as session:
        assert session.get_one(WorkItem, first.id).answer.items() >= said.items()  # what was said is not edited
    second = do(who, checked, kind, **said)
    supersede("s1", second)
    assert one(checked, kind).id not in {first.id, second.id}


def test_what_an_agency_answered_is_asked_anew_and_its_referral_stays(checked, acting, crew, do, one, supersede, store):
    with acting(crew["i1"], now=LATER) as act:
        need = Need(kind=WorkKind.REFER_SAFEGUARDING, key="idva", subject={"who": "idva", "agency": "idva"})
        work_items.open_items(act, act.application(checked), [need], because="grave_risk_known")
    made = do("i1", checked, WorkKind.REFER_SAFEGUARDING, agency="idva", agency_reference="IDVA-7")
    told = do("i1", checked, WorkKind.REFER_SAFEGUARDING, agency="idva", answered="declined")
    supersede("s1", told, reason="they spoke of another person")
    with store.session() as session:
        [referral] = session.scalars(select(Referral).where(Referral.reference == checked))
        assert (referral.agency_reference, referral.answer, referral.answered_by) == ("IDVA-7", None, None)
    again = do("i1", checked, WorkKind.REFER_SAFEGUARDING, agency="idva", answered="accepted")
    assert again.subject == told.subject
    assert again.subject["referral"] != made.subject.get("referral")
    with store.session() as session:
        assert session.scalars(select(Referral.answer).where(Referral.reference == checked)).all() == ["accepted"]


def test_who_may_not_do_such_work_and_what_is_not_done_are_refused(checked, do, one, supersede, acting, crew):
    review = do("r1", checked, WorkKind.REVIEW_MATCH, verdict="same", reason="all agrees")
    with pytest.raises(NotPermitted):
        supersede("i1", review)
    with pytest.raises(InvalidAnswer, match="nobody has answered"):
        supersede("r1", one(checked, WorkKind.SECOND_LOOK_AT_REJECTION))
    with pytest.raises(InvalidAnswer, match="why this answer"):
        supersede("r1", review, reason=" ")
    supersede("r1", review)
    with pytest.raises(AlreadyDone):
        supersede("r1", review)


def test_nobody_signs_what_they_have_not_opened_as_it_is_now(checked, do, one, acting, crew, store):
    do("r1", checked, WorkKind.REVIEW_MATCH, verdict="same", reason="all agrees")
    look = one(checked, WorkKind.SECOND_LOOK_AT_REJECTION)
    with pytest.raises(NotPermitted, match="open the application first"), acting(crew["r3"], now=LATER) as act:
        work_queue.do(act, look.id, {"agrees": True, "reason": "unread"})
    do("r3", checked, WorkKind.SECOND_LOOK_AT_REJECTION, agrees=True, reason="read")
    with store.session() as session:
        assert session.get_one(WorkItem, look.id).read_at == LATER - timedelta(minutes=20)
        events = select(LedgerEntry).where(LedgerEntry.event == "exception_recorded", LedgerEntry.chain == checked)
        assert session.scalars(events).all() == []


def test_whoever_opens_and_signs_in_the_same_second_is_on_the_list_of_exceptions(checked, do, one, acting, crew, store):
    do("r1", checked, WorkKind.REVIEW_MATCH, verdict="same", reason="all agrees")
    look = one(checked, WorkKind.SECOND_LOOK_AT_REJECTION)
    with acting(crew["r3"], now=LATER) as act:
        viewing.show(act, checked)
        work_queue.do(act, look.id, {"agrees": True, "reason": "a script"})
        [line] = (line for line in exceptions.listing(act) if line["reference"])
    assert (line["what"], line["by"], line["because"]) == ("signed_at_once", "r3", "second_look_at_rejection")

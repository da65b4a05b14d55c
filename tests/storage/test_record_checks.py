"""The record-checks stage for real: a nil return is not a clearance, and people settle every candidate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from damaging import not_caught
from signing import read_and_do
from sqlalchemy import select

from casebook.casework.core import lifecycle
from casebook.casework.core.acting import refuse
from casebook.casework.record_checks import enquiries, record_checks, reopening, searches
from casebook.casework.record_checks import extracts as loading
from casebook.casework.safeguarding import contact, details
from casebook.casework.sweep import sweep
from casebook.cli.case import work as work_page
from casebook.domain.vocabulary import Party, Role, Source, Stage
from casebook.errors import Refused
from casebook.storage.case import decisions
from casebook.storage.case import record_checks as stored
from casebook.storage.frames.record_checks import frames
from casebook.storage.tables import (
    ApplicantSign,
    Application,
    Assurance,
    Candidate,
    Clock,
    Decision,
    Finding,
    LedgerEntry,
    Search,
    WorkItem,
)
from expectations.gate import ask
from expectations.record_checks import GATE

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
PERSONS = "source,person_id,forename,surname,aliases,dob,postcode\n"
RECORDS = "source,record_id,person_id,kind,offence_text,date,victim_id,victim_relationship,flags\n"
MANDATORY = (Source.PNC, Source.PND, Source.VISOR, Source.RMS)
# the subject of the fixtures is Barry Canarytwo, born 1985-02-03, of QX1 1AA
B_UNDER_ANOTHER_DATE = "{s},b1,Barry,Canarytwo,,1985-03-02,QX1 1AA\n"
NOBODY = "{s},n1,Fenwick,Quillthorpe,,1950-01-01,ZZ9 9ZZ\n"
ASSAULT = "{s},{s}-r1,b1,conviction,Assault occasioning actual bodily harm,2019-05-06,v1,ex_partner,\n"
STRANGLED = "{s},{s}-r1,b1,conviction,Intentional strangulation,2025-11-06,v1,ex_partner,strangulation\n"


@pytest.fixture
def load(acting, tmp_path):
    def run(persons, records="", source=Source.RMS, now=NOW, **options):
        paths = {}
        for name, header, lines in (("persons", PERSONS, persons), ("records", RECORDS, records)):
            paths[name] = (tmp_path / f"{name}.csv") if lines else None
            if lines:
                paths[name].write_text(header + lines.replace("{s}", source))
        with acting(now=now) as act:
            return loading.load(act, source, **paths, **options)

    return run


@pytest.fixture
def people():
    return {
        "r1": Role.RESEARCHER, "r2": (Role.RESEARCHER, Role.SECOND_READER), "s1": Role.SUPERVISOR, "i1": Role.INTAKE_OFFICER,
    }  # fmt: skip


@pytest.fixture
def items(store):
    def find(reference, kind=None):
        with store.session() as session:
            query = select(WorkItem).where(
                WorkItem.reference == reference, WorkItem.done_at.is_(None), WorkItem.cancelled_at.is_(None)
            )
            found = session.scalars(query.order_by(WorkItem.kind, WorkItem.id)).all()
            return [item for item in found if kind is None or item.kind == kind]

    return find


@pytest.fixture
def do(acting):
    def answer(item, actor, now=LATER, **said):
        with acting(actor, now=now) as act:
            read_and_do(act, item, said)

    return answer


@pytest.fixture
def verdict(store):
    def judge(reference):
        with store.session() as session:
            rows = frames(session, [reference])
        tables = {
            frame.name: pd.DataFrame(
                rows[frame.name], columns=None if rows[frame.name] else ["reference", *frame.columns]
            )
            for frame in GATE.frames
        }
        return ask(GATE, tables)

    return judge


@pytest.fixture(autouse=True)
def _frozen(monkeypatch):
    """The gate asks for the present; here it is soon after the work was done."""
    monkeypatch.setattr("casebook.clock.now", lambda: LATER + timedelta(hours=1))


NIL = {"result": "nil", "evidence_reference": "E1"}


def as_planned(store, item):
    """A nil for every search of the item's plan."""
    with store.session() as session:
        plan = session.get_one(Search, item.subject["search"]).plan
    fields = ("forename", "surname", "dob", "pivot")
    return [{**{name: step[name] for name in fields}, "result": "nil"} for step in plan]


@pytest.fixture
def settle(store, items, do, crew):  # noqa: C901 - one case per kind of work
    """Do everything that is asked, as a careful crew would, except the kinds in `but`; who is B is said by `same`."""

    def run(reference, *, same=lambda _: False, but=()):
        for _ in range(30):
            todo = [item for item in items(reference) if item.kind in ANSWERED and item.kind not in but]
            if not todo:
                return
            item = todo[0]
            match item.kind:
                case "return_search":
                    do(item, crew["r1"], **NIL, searches=as_planned(store, item))
                case "review_match":
                    with store.session() as session:
                        found = same(session.get_one(Candidate, item.subject["candidate"]))
                    do(item, crew["r1"], verdict="same" if found else "different", reason="compared")
                case "second_look_at_rejection":
                    do(item, crew["r2"], agrees=True, reason="agreed")
                case "sign_off_identity":
                    do(item, crew["r1"], confidence="high", statement="everything agrees")
                case "state_adequacy":
                    do(item, crew["r2"], adequate=True, uncovered=item.subject["uncovered"], statement="enough")
                case "verify_applicant":
                    do(item, crew["s1"], cleared=True, explanation="explained")
                case "meet_applicant":
                    do(
                        item,
                        crew["i1"],
                        held=True,
                        they_came=True,
                        identity_evidence=["passport"],
                        identity_confirmed=True,
                    )

    return run


ANSWERED = frozenset({
    "return_search", "review_match", "second_look_at_rejection", "sign_off_identity", "state_adequacy",
    "verify_applicant", "meet_applicant",
})  # fmt: skip


@pytest.fixture
def all_loaded(load):
    """Every mandatory source holds B, under another date of birth, and his record."""

    def run(person=B_UNDER_ANOTHER_DATE, record=ASSAULT):
        for source in MANDATORY:
            load(NOBODY + person, record, source=source)

    return run


def codes(verdict):
    return {result.code for result in verdict.results if not result.success}


def test_the_wiltshire_case_a_subject_under_a_wrong_date_is_found_and_no_nil_clears_him(
    all_loaded, checking, items, settle, verdict, store
):
    all_loaded()
    reference = checking()
    reviews = items(reference, "review_match")
    assert len(reviews) == len(MANDATORY)
    assert codes(verdict(reference)) >= {"candidate_reviewed", "signed_on_these_facts", "meeting_recorded"}
    settle(reference, same=lambda candidate: candidate.person_id == "b1")
    assert verdict(reference).outcome == "passes", codes(verdict(reference))
    with store.session() as session:
        findings = session.scalars(select(Finding)).all()
        assert {(f.source, f.qualifies) for f in findings} == {(source.value, "qualifying") for source in MANDATORY}
        assert (
            session.scalars(select(Search).where(Search.result == "nil", Search.party == "b", Search.mandatory)).all()
            == []
        )


def test_a_nil_everywhere_passes_only_after_coverage_and_a_second_person(
    load, checking, items, settle, verdict, do, crew
):
    load(NOBODY)  # our own records; the three others are searched by hand
    reference = checking(b_phone="07700 900456")  # that no plan asks for
    assert {item.subject["source"] for item in items(reference, "return_search")} == {"pnc", "pnd", "visor"}
    assert codes(verdict(reference)) >= {"source_returned", "variants_covered", "signed_on_these_facts"}
    settle(reference, but={"state_adequacy"})
    assert codes(verdict(reference)) & {"source_returned"} == set()
    assert codes(verdict(reference)) >= {"variants_covered", "signed_on_these_facts", "adequacy_by_another"}
    (adequacy,) = items(reference, "state_adequacy")
    assert adequacy.subject["uncovered"]
    with pytest.raises(Refused) as first:
        do(
            adequacy,
            crew["r1"].__class__(id="r1", roles=frozenset({Role.SECOND_READER})),
            adequate=True,
            statement="fine",
        )
    assert first.value.code == "same_person"
    with pytest.raises(Refused) as silent:
        do(adequacy, crew["r2"], adequate=True, statement="fine")
    assert silent.value.code == "uncovered_not_listed"
    do(adequacy, crew["r2"], adequate=True, statement="enough", uncovered=adequacy.subject["uncovered"])
    assert verdict(reference).outcome == "passes", codes(verdict(reference))


@pytest.mark.parametrize(
    ("aliases", "surely"),
    [
        ("", ("as_given", "date_unknown", "swapped_names", "address")),
        ("Bazza Other", ("as_given", "alias", "address")),  # the alias is not swapped, nor searched without a date
        (";".join(f"Alias{i} Canarytwo" for i in range(9)), ("as_given",)),
        # only the last name is written in two ways, and the bound on identities cuts that off
        (";".join([*(f"Alias{i} Canarytwo" for i in range(9)), "Pat O'Hara"]), ("as_given",)),
    ],
)
def test_a_whole_plan_typed_exactly_leaves_nothing_uncovered_but_what_the_item_says_is_left_out(
    aliases, surely, load, checking, items, settle
):
    load(NOBODY)
    reference = checking(b_aliases=aliases, b_address="12 Mill Lane, Swindon", b_postcode="SN1 1AA")
    asked = [item for item in items(reference, "return_search") if item.subject["party"] == "b"]
    settle(reference, but={"state_adequacy"})
    (adequacy,) = items(reference, "state_adequacy")
    left_out = {f"{item.subject['source']}:{family}" for item in asked for family in item.subject["left_out"]}
    assert {each for each in adequacy.subject["uncovered"] if not each.startswith("rms:")} == left_out
    assert left_out.isdisjoint(f"{source}:{family}" for source in ("pnd", "visor") for family in surely)


def test_why_each_entry_is_uncovered_stands_in_the_item_and_in_what_the_second_person_signs(
    load, checking, items, settle, do, crew, store
):
    load(NOBODY)
    many = ";".join(f"Alias{number} Canarytwo" for number in range(9))
    reference = checking(b_aliases=many, b_phone="07700 900456")
    visor = next(item for item in items(reference, "return_search") if item.subject["source"] == "visor")
    do(visor, crew["r1"], result="unavailable", unavailable_reason="down for a week")
    (accept,) = [item for item in items(reference, "return_search") if item.subject.get("accept")]
    do(accept, crew["s1"], result="unavailable", accept_unavailable=True)
    pnd = next(item for item in items(reference, "return_search") if item.subject["source"] == "pnd")
    made = as_planned(store, pnd)
    # the first is read by nobody, and the one without a date is not made
    do(pnd, crew["r1"], **NIL, searches=[{**made[0], "result": "too_many"}, *made[2:]])
    settle(reference, but={"state_adequacy"})
    (adequacy,) = items(reference, "state_adequacy")
    why = adequacy.subject["why_uncovered"]
    assert sorted(why) == adequacy.subject["uncovered"]
    assert {reason for entry, said in why.items() if entry.startswith("visor:") for reason in said} == {
        "source_unavailable"
    }
    assert why["pnd:as_given"] == {"too_many": 1}
    assert why["pnd:date_unknown"]["planned_not_searched"] == 1
    assert why["pnc:alias"] == {"beyond_plan_limit": 5}  # of ten names as given the plan had room for four aliases
    assert why["pnc:phone"] == {"no_search_planned": 1}
    assert why["pnd:swapped_names"]["beyond_bound"] > 0  # ten names have more variants than policy wants covered
    assert not [
        said for entry, said in why.items() if entry.startswith("rms:") and "beyond_bound" in said
    ]  # by its tolerance
    assert why["rms:phone"] == {"source_does_not_cover": 1}
    assert "Canarytwo" not in repr(adequacy.subject)
    printed = "\n".join(work_page._lines(work_page._item(adequacy, LATER)))  # as `work list` prints it
    assert (
        "Police National Computer (PNC), alias, 5 not covered: the policy's limit of searches by hand left it"
        in printed
    )
    do(adequacy, crew["r2"], adequate=True, uncovered=adequacy.subject["uncovered"], statement="enough")
    with store.session() as session:
        (signed,) = session.scalars(select(Assurance).where(Assurance.kind == "adequacy"))
        assert (signed.why_uncovered, signed.signed_by) == (why, "r2")


def test_a_manual_plan_is_short_and_says_nothing_personal_in_the_item(checking, items, store):
    reference = checking(b_aliases=";".join(f"Alias{i} Canarytwo" for i in range(9)))
    for item in items(reference, "return_search"):
        with store.session() as session:
            search = session.get_one(Search, item.subject["search"])
        if search.party == "a":
            continue
        assert 1 <= len(search.plan) <= 6
        assert search.plan[0]["forename"] == "Barry"
        assert "Canarytwo" not in repr(item.subject)
        assert "Barry" not in repr((item.subject, search.required))


def test_a_lethality_sign_in_what_is_found_opens_safeguarding_at_once(all_loaded, received, acting, items):
    all_loaded(record=STRANGLED)
    reference = received()
    with acting() as act:
        assert record_checks.search_automatic(act, act.application(reference))
        assert record_checks.search_automatic(act, act.application(reference)) == []  # once
    (item,) = items(reference, "immediate_safeguarding")
    assert item.subject["cause"].startswith("lethality_sign:")
    assert item.role == Role.DUTY_INSPECTOR


def test_a_rejection_needs_another_person_and_an_overturned_one_is_reviewed_anew(
    load, checking, items, do, crew, store
):
    load(B_UNDER_ANOTHER_DATE, ASSAULT)
    reference = checking()
    (review,) = items(reference, "review_match")
    do(review, crew["r2"], verdict="different", reason="another birth date")
    (look,) = items(reference, "second_look_at_rejection")
    with pytest.raises(Refused) as same:
        do(look, crew["r2"], agrees=True, reason="I was right")
    assert same.value.code == "same_person"
    third = crew["r2"].__class__(id="r3", roles=frozenset({Role.SECOND_READER}))
    do(look, third, agrees=False, reason="day and month are swapped")
    (anew,) = items(reference, "review_match")
    assert anew.id != review.id
    do(anew, crew["r1"], verdict="same", reason="day and month are swapped")
    (look,) = items(reference, "second_look_at_rejection")
    assert look.subject["verdict"] == "same"
    with store.session() as session:
        assert [finding.source for finding in stored.findings(session, reference)] == ["rms"]


def test_an_unavailable_source_needs_its_reason_and_a_supervisor_other_than_who_said_so(
    load, checking, items, do, crew, settle, verdict
):
    load(NOBODY)
    reference = checking()
    item = next(item for item in items(reference, "return_search") if item.subject["source"] == "visor")
    with pytest.raises(Refused):
        do(item, crew["r1"], result="unavailable")
    do(item, crew["r1"], result="unavailable", unavailable_reason="down for a week")
    (accept,) = [item for item in items(reference, "return_search") if item.subject.get("accept")]
    assert accept.role == Role.SUPERVISOR
    with pytest.raises(Refused):
        do(accept, crew["r2"], result="unavailable", accept_unavailable=True)
    assert "unavailable_accepted" in codes(verdict(reference))
    do(accept, crew["s1"], result="unavailable", accept_unavailable=True)
    settle(reference)
    assert verdict(reference).outcome == "passes", codes(verdict(reference))


@pytest.mark.parametrize(
    "said",
    [
        {"result": "nil"},
        {"result": "nil", "evidence_reference": "E"},
        {"result": "nil", "evidence_reference": "E", "searches": [{"forename": "B", "result": "hit"}]},
        {"result": "nil", "evidence_reference": "E", "searches": [{"forename": "B", "result": "too_many"}]},
        {"result": "hit", "evidence_reference": "E", "searches": [{"forename": "B", "result": "hit"}]},
        {"result": "nil", "evidence_reference": "E", "searches": [{"result": "nil"}]},
        {"result": "nil", "evidence_reference": "E", "searches": [{"forename": "B", "result": "maybe"}]},
    ],
)
def test_a_return_that_says_too_little_or_contradicts_itself_is_refused(checking, items, do, crew, said):
    item = items(checking(), "return_search")[0]
    with pytest.raises(Refused) as refused:
        do(item, crew["r1"], **said)
    assert refused.value.code in {
        "no_searches",
        "nil_with_hits",
        "nil_with_too_many",
        "hit_without_persons",
        "empty_search",
        "invalid_answer",
    }


def test_an_agency_that_was_asked_is_chased_and_nothing_counts_until_it_answers(checking, items, do, crew, verdict):
    reference = checking()
    item = next(item for item in items(reference, "return_search") if item.subject["source"] == "pnd")
    do(item, crew["r1"], result="asked")
    again = next(item for item in items(reference, "return_search") if item.subject["source"] == "pnd")
    assert again.id != item.id
    assert again.due_at == LATER + timedelta(days=3)
    assert "source_returned" in codes(verdict(reference))


def test_an_agency_that_never_answers_is_chased_escalated_and_in_the_end_named_unavailable_by_two(
    checking, items, do, crew, verdict, acting, store
):
    reference, now = checking(), LATER

    def open_item():
        (found,) = [item for item in items(reference, "return_search") if item.subject["source"] == "pnd"]
        return found

    def escalated(at):
        told = sweep.sweep(acting, now=at).escalated
        return {(each["item"], each["reason"]) for each in told if each["item"] == open_item().id}

    for _ in range(2):  # asked, and chased: each time it comes back
        item = open_item()
        do(item, crew["r1"], now=now, result="asked")
        chased = open_item()
        assert chased.id != item.id
        assert chased.due_at == now + timedelta(days=3)
        now = chased.due_at + timedelta(minutes=1)
        assert (chased.id, "overdue") in escalated(now)
    assert "source_returned" in codes(verdict(reference))
    do(open_item(), crew["r1"], now=now, result="unavailable", unavailable_reason="asked twice, never answered")
    assert "unavailable_accepted" in codes(verdict(reference))
    do(open_item(), crew["s1"], now=now, result="unavailable", accept_unavailable=True)
    with store.session() as session:
        search = session.get_one(Search, item.subject["search"])
        assert (search.result, search.returned_by, search.accepted_by) == ("unavailable", "r1", "s1")
        assert stored.attempts(session, reference)[search.id, "asked"] == 2
    assert "unavailable_accepted" not in codes(verdict(reference))


def test_somebody_found_by_hand_is_a_candidate_and_what_was_written_down_of_him_a_finding(
    checking, items, do, crew, store
):
    reference = checking()
    item = next(item for item in items(reference, "return_search") if item.subject["source"] == "pnc")
    record = {
        "record_id": "pnc-9",
        "kind": "conviction",
        "offence_text": "Common assault",
        "date": "2020",
        "owner": "Kent",
    }
    found = {"person_id": "2002/0073319Z", "forename": "Barry", "surname": "Canarytwo", "records": [record]}
    searches = [{"forename": "Barry", "surname": "Canarytwo", "result": "hit"}]
    do(item, crew["r1"], result="hit", evidence_reference="E", searches=searches, persons=[found])
    (review,) = items(reference, "review_match")
    do(review, crew["r1"], verdict="same", reason="same address")
    with store.session() as session:
        (finding,) = stored.findings(session, reference)
        assert (finding.record_id, finding.owner) == ("pnc-9", "Kent")


def test_new_information_reopens_only_what_it_uncovers(load, checking, settle, acting, items, store, verdict):
    load(NOBODY)
    reference = checking()
    settle(reference)
    assert verdict(reference).outcome == "passes"
    with acting(now=LATER) as act:
        application = act.application(reference)
        lifecycle.move(act, application, Stage.RISK_SCORING, because="gate_passed")
    with acting(now=LATER) as act:
        application = act.application(reference)
        assert not record_checks.reopen(act, application, because="nothing_new")
        details.correct_person(act, application, Party.B, {"aliases": ["Bazza Other"]})
        act.record(application, "person_corrected")
        assert record_checks.reopen(act, application, because="new_alias")
        assert application.stage == Stage.RECORD_CHECKS
    again = items(reference, "return_search")
    assert {(item.subject["source"], item.subject["round"]) for item in again} == {
        (s, 2) for s in ("pnc", "pnd", "visor")
    }
    for item in again:
        with store.session() as session:
            plan = session.get_one(Search, item.subject["search"]).plan
        assert {step["forename"] for step in plan} <= {"Bazza", "Other"}
    assert items(reference, "meet_applicant") == []
    settle(reference)
    assert verdict(reference).outcome == "passes", codes(verdict(reference))


def test_a_newer_extract_that_changes_the_candidates_reopens_them(
    load, checking, settle, acting, items, verdict, store
):
    load(NOBODY)
    reference = checking()
    settle(reference)
    load(B_UNDER_ANOTHER_DATE, ASSAULT, now=LATER)
    with acting(now=LATER) as act:
        lifecycle.refresh(act, act.application(reference), because="extract_loaded")
    assert len(items(reference, "review_match")) == 1
    assert codes(verdict(reference)) >= {"candidate_reviewed", "signed_on_these_facts"}
    settle(reference, same=lambda _: True)
    assert verdict(reference).outcome == "passes", codes(verdict(reference))


def test_a_stale_return_is_made_again(load, checking, settle, acting, items):
    load(NOBODY)
    reference = checking()
    settle(reference)
    with acting(now=NOW + timedelta(days=15)) as act:
        lifecycle.refresh(act, act.application(reference), because="sweep")
    assert {item.subject["source"] for item in items(reference, "return_search")} == {"pnc", "pnd", "visor"}


def test_an_applicant_who_is_suspected_of_hurting_b_is_verified_by_a_supervisor(load, checking, items, do, crew, store):
    load(
        "rms,a9,Anna,Canaryone,,1990-05-06,\nrms,b1,Barry,Canarytwo,,1985-02-03,QX1 1AA\n",
        "rms,r1,a9,arrest,Assault,2024-01-02,b1,intimate_partner,\n",
    )
    reference = checking()
    (item,) = items(reference, "verify_applicant")
    assert item.subject["code"] == "suspect_against_subject"
    do(item, crew["s1"], cleared=False, explanation="to be discussed")
    with store.session() as session:
        assert session.scalars(select(ApplicantSign.cleared)).all() == [False]
    assert items(reference, "verify_applicant") == []


def test_a_right_to_know_has_a_person_to_locate_instead_of_an_applicant_to_meet(checking, items, do, crew):
    reference = checking(route="right_to_know", applicant="agency")
    assert items(reference, "meet_applicant") == []
    (item,) = items(reference, "locate_person_at_risk")
    with pytest.raises(Refused):
        do(item, crew["i1"], located=False)
    do(item, crew["i1"], located=True)
    assert items(reference, "locate_person_at_risk") == []


MEETS = {"held": True, "they_came": True, "identity_evidence": ["passport"], "identity_confirmed": True}


def test_a_meeting_that_was_not_held_is_still_to_be_held_on_its_new_date(checking, items, do, crew, settle, verdict):
    reference = checking()
    settle(reference, but={"meet_applicant"})
    (item,) = items(reference, "meet_applicant")
    with pytest.raises(Refused) as caught:
        do(item, crew["i1"], held=False, exception_reason="she did not come", new_date=NOW.isoformat())
    assert caught.value.code == "date_passed"
    new_date = LATER + timedelta(days=2)
    do(item, crew["i1"], held=False, exception_reason="she did not come", new_date=new_date.isoformat())
    (again,) = items(reference, "meet_applicant")
    assert (again.due_at, again.blocking) == (new_date, True)
    assert "meeting_held" in codes(verdict(reference))
    do(again, crew["i1"], **MEETS)
    assert items(reference, "meet_applicant") == []
    assert verdict(reference).outcome == "passes"


@pytest.mark.parametrize(
    ("route", "kind", "failed"),
    [
        ({}, "meet_applicant", {"held": False}),
        ({"route": "right_to_know", "applicant": "agency"}, "locate_person_at_risk", {"located": False}),
    ],
)
def test_only_a_supervisor_who_is_another_accepts_that_it_cannot_be_held(
    checking, items, do, crew, verdict, route, kind, failed
):
    reference = checking(**route)
    do(items(reference, kind)[0], crew["i1"], **failed, exception_reason="nobody can reach them")
    (asked,) = items(reference, kind)
    assert asked.role == "supervisor"
    for who, code in (("i1", "same_person"), ("r1", "supervisor_needed")):
        with pytest.raises(Refused) as caught:
            do(asked, crew[who], **failed, accept_exception=True)
        assert caught.value.code == code
    with pytest.raises(Refused) as caught:
        do(asked, crew["s1"], **failed)
    assert caught.value.code == "accept_or_new_date"
    assert "meeting_held" in codes(verdict(reference))
    do(asked, crew["s1"], **failed, accept_exception=True)
    assert items(reference, kind) == []
    assert "meeting_held" not in codes(verdict(reference))


def test_a_supervisor_who_does_not_accept_gives_it_a_new_date(checking, items, do, crew):
    reference = checking()
    do(items(reference, "meet_applicant")[0], crew["i1"], held=False, exception_reason="too far")
    new_date = (LATER + timedelta(days=1)).isoformat()
    do(items(reference, "meet_applicant")[0], crew["s1"], held=False, accept_exception=False, new_date=new_date)
    (again,) = items(reference, "meet_applicant")
    assert (again.role, again.subject["not_before"]) == ("intake_officer", new_date)


def test_a_contact_before_the_import_stands_under_the_plan_that_came_with_the_application(received, acting, crew):
    reference = received(submitted_at="2026-03-01T20:00:00+00:00")
    with acting(crew["i1"]) as act:
        done = contact.record(
            act, reference, party="a", purpose="other", channel="phone", result="reached", at="2026-03-02T09:30+00:00"
        )
    assert done["reached"]
    with pytest.raises(Refused) as caught, acting(crew["i1"]) as act:
        contact.record(
            act, reference, party="a", purpose="other", channel="phone", result="reached", at="2026-02-27T09:30+00:00"
        )
    assert caught.value.code == "before_submission"


def test_initial_checks_are_met_when_the_machine_is_done_and_a_person_has_looked(
    all_loaded, checking, items, do, crew, store
):
    all_loaded()
    reference = checking()

    def met():
        with store.session() as session:
            return session.get_one(Clock, f"{reference}:initial_checks").met_at

    assert met() is None
    do(items(reference, "review_match")[0], crew["r1"], verdict="same", reason="compared")
    assert met() == LATER


def test_danger_heard_at_the_meeting_opens_safeguarding(checking, items, do, crew):
    reference = checking()
    answers = {"name": "DASH", "answers": {"q1": "yes", "q18": "unknown"}}
    (item,) = items(reference, "meet_applicant")
    said = {
        "held": True,
        "they_came": True,
        "identity_evidence": ["passport"],
        "instrument": answers,
        "immediate_danger": True,
    }
    do(item, crew["i1"], **said)
    assert len(items(reference, "immediate_safeguarding")) == 1


MAY_BE = (
    "INSERT INTO application_link (reference, other, why, found_at, pair, weight, verdict, reviewed_by)"
    " SELECT reference, reference, 'may_be_same_subject', now(), 'a pair', 3, {verdict}, {reviewed_by} FROM application"
)
DAMAGES = {
    "source_returned": "UPDATE search SET result = NULL, returned_at = NULL WHERE source = 'pnc'",
    "return_has_author": "UPDATE search SET returned_by = NULL WHERE source = 'pnd'",
    "return_fresh": "UPDATE search SET searched_at = searched_at - interval '90 days' WHERE source = 'visor'",
    "unavailable_accepted": "UPDATE search SET result = 'unavailable', unavailable_reason = 'x' WHERE source = 'pnc'",
    "sources_required": None,
    "identity_to_search": "UPDATE search SET required = '[]', covered = '[]'",
    "variants_covered": "UPDATE assurance SET uncovered = '[]'",
    "candidate_reviewed": "UPDATE candidate SET verdict = NULL",
    "review_has_author": "UPDATE candidate SET reviewed_by = NULL",
    "review_has_reason": "UPDATE candidate SET reason = '  '",
    "link_reviewed": MAY_BE.format(verdict="NULL", reviewed_by="NULL"),
    "link_rejection_seen_by_second": MAY_BE.format(verdict="'different'", reviewed_by="'r1'"),
    "rejection_seen_by_second": "UPDATE candidate SET second_agrees = NULL, second_by = NULL",
    "signed_on_these_facts": "UPDATE assurance SET facts = 'other' WHERE kind = 'identity'",
    "two_signatures": None,
    "signature_says_why": "UPDATE assurance SET statement = ' '",
    "identity_has_confidence": "UPDATE assurance SET confidence = NULL",
    "adequacy_by_another": "UPDATE assurance SET signed_by = 'r1'",
    "sign_answered": "UPDATE applicant_sign SET cleared = NULL",
    "sign_has_answerer": "UPDATE applicant_sign SET answered_by = NULL",
    "meeting_once": None,
    "meeting_recorded": "DELETE FROM meeting",
    "meeting_held": "UPDATE meeting SET held = false, exception_reason = 'she is abroad'",
}  # None: a guard on the number of rows that no damage to rows can break; an application that is not there breaks it


def test_every_expectation_holds_the_application_whose_rows_are_damaged(load, checking, settle, owners):
    load("rms,b1,Barry,Canarytwo,,1985-03-02,QX1 1AA\n")
    reference = checking(a_phone="07700 900002", b_phone="07700900002")
    settle(reference)
    assert {rule.code for frame in GATE.frames for rule in frame.rules} == set(DAMAGES)
    assert not_caught(owners, Stage.RECORD_CHECKS, reference, DAMAGES) == {}


def test_the_ledger_speaks_of_everything(all_loaded, checking, settle, store):
    all_loaded()
    reference = checking()
    settle(reference)
    with store.session() as session:
        assert session.get_one(Application, reference).stage == Stage.RECORD_CHECKS


@pytest.fixture
def past_checks(checking, settle, acting):
    """An application whose record checks are done, and which has moved on."""

    def make(*, same=lambda _: False, to=Stage.RISK_SCORING, **overrides):
        reference = checking(**overrides)
        settle(reference, same=same)
        with acting(now=LATER) as act:
            application = act.application(reference)
            for stage in (Stage.RISK_SCORING, Stage.PANEL_DECISION):
                lifecycle.move(act, application, stage, because="gate_passed")
                if stage is to:
                    break
        return reference

    return make


@pytest.fixture
def look_again(acting):
    return lambda loaded, now=LATER: reopening.look_again(lambda: acting(now=now), loaded.touched)


def said(store, reference, event):
    with store.session() as session:
        query = select(LedgerEntry.body).where(LedgerEntry.chain == reference, LedgerEntry.event == event)
        return list(session.scalars(query.order_by(LedgerEntry.sequence)))


def test_a_newer_extract_that_holds_the_subject_takes_an_application_back_and_says_what_changed(
    load, past_checks, look_again, items, store, peek, settle, verdict
):
    load(NOBODY)
    reference = past_checks(to=Stage.PANEL_DECISION)
    assert items(reference, "review_match") == []
    loaded = load(NOBODY + B_UNDER_ANOTHER_DATE, ASSAULT, now=LATER)
    assert loaded.touched == (reference,)
    assert look_again(loaded).reopened == [reference]
    assert peek(reference).stage == Stage.RECORD_CHECKS
    (body,) = said(store, reference, "record_checks_reopened")
    assert (body["because"], body["origin"]) == ("extract_loaded", "panel_decision")
    assert body["changed"] == {"rms": {"candidate_new": 1}}
    assert [item.subject["source"] for item in items(reference, "review_match")] == ["rms"]
    settle(reference, same=lambda _: True)
    assert verdict(reference).outcome == "passes", codes(verdict(reference))


def test_somebody_who_is_gone_from_a_newer_extract_takes_an_application_back(
    load, past_checks, look_again, store, peek
):
    load(NOBODY + B_UNDER_ANOTHER_DATE, ASSAULT)
    reference = past_checks(same=lambda _: True)
    loaded = load(NOBODY, whole=True, now=LATER)
    assert look_again(loaded).reopened == [reference]
    (body,) = said(store, reference, "record_checks_reopened")
    assert body["changed"] == {"rms": {"candidate_gone": 1, "finding_gone": 1}}
    with store.session() as session:
        assert stored.findings(session, reference) == []


def test_a_record_that_is_new_about_the_confirmed_takes_an_application_back(load, past_checks, look_again, peek):
    load(B_UNDER_ANOTHER_DATE, ASSAULT)
    reference = past_checks(same=lambda _: True)
    loaded = load("", "{s},{s}-r2,b1,arrest,Common assault,2026-02-01,v2,ex_partner,\n", now=LATER)
    assert look_again(loaded).reopened == [reference]


def test_a_newer_extract_that_says_the_same_of_the_subject_leaves_everything_standing(
    load, past_checks, look_again, store, peek, sql
):
    load(B_UNDER_ANOTHER_DATE, ASSAULT)
    reference = past_checks(same=lambda _: True)
    untouched = load("{s},x1,Fenwick,Quillthorpe,,1950-01-01,ZZ9 9ZZ\n", now=LATER)
    assert untouched.touched == ()
    # another Canarytwo, who is nobody's candidate
    newer = load("{s},x2,Zebedee,Canarytwo,,1931-11-30,ZZ9 9ZZ\n", now=LATER)
    assert newer.touched == (reference,)
    looked = look_again(newer)
    assert (looked.reopened, looked.unchanged) == ([], [reference])
    assert peek(reference).stage == Stage.RISK_SCORING
    with store.session() as session:
        rms = [s for s in stored.searches(session, reference) if (s.source, s.party) == ("rms", "b")]
        # the second round looked for the birth date on the confirmed record
        assert [(search.round, search.extract_id) for search in rms] == [(2, newer.extract)]
        facts = stored.facts(session, reference)
        assert stored.assurance(session, reference, "adequacy", facts) is not None
    # what was looked at is not waited for by the engine, and looking again does nothing
    before = said(store, reference, "searches_made")
    assert look_again(newer).unchanged == [reference]
    assert said(store, reference, "searches_made") == before


def test_an_extract_of_a_source_that_was_searched_by_hand_takes_back_only_whom_it_changes(
    load, past_checks, look_again, peek
):
    load(NOBODY)
    reference = past_checks()
    nothing = load(NOBODY, source=Source.PND, now=LATER)
    assert look_again(nothing).unchanged == [reference]
    found = load(B_UNDER_ANOTHER_DATE, source=Source.PND, now=LATER)
    assert look_again(found).reopened == [reference]


def test_whom_a_person_found_by_hand_no_extract_takes_off_the_list(load, checking, items, do, crew, store, acting):
    reference = checking()
    item = next(item for item in items(reference, "return_search") if item.subject["source"] == "pnc")
    found = {"person_id": "2002/0073319Z", "forename": "Barry", "surname": "Canarytwo"}
    searches = [{"forename": "Barry", "surname": "Canarytwo", "result": "hit"}]
    do(item, crew["r1"], result="hit", evidence_reference="E", searches=searches, persons=[found])
    load(NOBODY, source=Source.PNC, now=LATER)
    with acting(now=LATER) as act:
        lifecycle.refresh(act, act.application(reference), because="extract_loaded")
    with store.session() as session:
        assert [row.person_id for row in stored.candidates(session, reference)] == ["2002/0073319Z"]


def test_a_return_that_is_too_old_at_the_decision_is_made_again_before_it(load, past_checks, acting, items, peek):
    load(NOBODY)
    reference = past_checks(to=Stage.PANEL_DECISION)
    late = NOW + timedelta(days=15)
    with acting(now=NOW + timedelta(days=13)) as act:
        # our own records are older than the day that policy gives them: they are searched again at once
        assert searches.why_too_old(act, act.application(reference)).code == "returns_too_old"
        assert record_checks.why_not_decide_on(act, act.application(reference)) is None
    assert reopening.reopen_outdated(lambda: acting(now=NOW + timedelta(days=13))) == []
    with pytest.raises(Refused), acting(now=late) as act:
        refuse(record_checks.why_not_decide_on(act, act.application(reference)))
    assert peek(reference).stage == Stage.PANEL_DECISION
    assert reopening.reopen_outdated(lambda: acting(now=late)) == [reference]
    assert peek(reference).stage == Stage.RECORD_CHECKS
    again = items(reference, "return_search")
    assert {(item.subject["source"], item.subject["round"]) for item in again} == {
        (source, 2) for source in ("pnc", "pnd", "visor")
    }
    assert reopening.reopen_outdated(lambda: acting(now=late)) == []


def test_a_decision_that_was_made_on_fresh_returns_is_not_undone_by_their_age(load, past_checks, acting, peek, sql):
    load(NOBODY)
    reference = past_checks(to=Stage.PANEL_DECISION)
    with acting(now=LATER) as act:
        application = act.application(reference)
        act.session.add(
            Decision(
                id=f"{reference}:{application.version}", reference=reference, version=application.version, chair="c1",
                outcome="nothing_to_disclose", limbs={}, representations={}, recipients=[], items=[], wording=None,
                refusal_reason=None, rationale="x", dissent=[], supervisor_reason=None, supervisor=None,
                facts=decisions.facts(act.session, application), policy=application.policy, occurred_at=LATER,
                recorded_at=LATER, superseded=False,
            )
        )  # fmt: skip
        act.record(application, "decided")
    late = NOW + timedelta(days=15)
    assert reopening.reopen_outdated(lambda: acting(now=late)) == []
    with acting(now=late) as act:
        lifecycle.refresh(act, act.application(reference), because="sweep")
    assert peek(reference).stage == Stage.PANEL_DECISION


def test_a_researcher_asks_an_agency_that_is_not_asked_by_itself_and_the_checks_wait_for_its_answer(
    load, checking, acting, items, do, crew, settle, verdict, store
):
    load(NOBODY)
    reference = checking()
    with acting(crew["r1"]) as act:
        search = enquiries.enquire(act, reference, Source.PROBATION)
        assert search.mandatory
    (item,) = [item for item in items(reference, "return_search") if item.subject["source"] == "probation"]
    assert item.blocking
    do(item, crew["r1"], result="asked")
    (chased,) = [item for item in items(reference, "return_search") if item.subject["source"] == "probation"]
    assert chased.due_at > LATER
    settle(reference)
    assert verdict(reference).outcome == "passes", codes(verdict(reference))
    with store.session() as session:
        (search,) = [search for search in stored.searches(session, reference) if search.source == "probation"]
        assert (search.result, search.covered != []) == ("nil", True)


def test_an_enquiry_that_nobody_waits_for_does_not_hold_the_checks(checking, acting, items, crew):
    reference = checking()
    with acting(crew["r1"]) as act:
        enquiries.enquire(act, reference, Source.HOUSING, wait=False)
    (item,) = [item for item in items(reference, "return_search") if item.subject["source"] == "housing"]
    assert not item.blocking


def test_an_enquiry_is_refused_where_it_makes_no_sense(load, checking, past_checks, acting, crew):
    load(NOBODY, source=Source.PRISON)
    load(NOBODY)
    reference = checking()
    with acting(crew["r1"]) as act:
        enquiries.enquire(act, reference, Source.ACRO)
    past = past_checks(external_id="X-2", b_surname="Other")
    for actor, ref, source, code in (
        (crew["r1"], reference, Source.PNC, "mandatory"),
        (crew["r1"], reference, Source.PRISON, "automatic"),
        (crew["r1"], reference, Source.DVDS_REGISTER, "automatic"),
        (crew["r1"], reference, Source.ACRO, "enquiry_open"),
        (crew["r1"], past, Source.ACRO, "not_in_record_checks"),
        (crew["i1"], reference, Source.HEALTH, "not_permitted"),
    ):
        with pytest.raises(Refused) as refused, acting(actor) as act:
            enquiries.enquire(act, ref, source)
        assert refused.value.code == code

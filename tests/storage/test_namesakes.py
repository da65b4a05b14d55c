"""Right name, wrong birth date: whoever bears the name comes before people, is a line of a list, or is counted."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from casebook import policies
from casebook.case_page import page as application_page
from casebook.casework import work_queue
from casebook.casework.panel_decision import panel_pack
from casebook.casework.record_checks import ad_hoc_search, extracts
from casebook.casework.record_checks.gathering import bounds_of
from casebook.casework.reporting import viewing
from casebook.casework.safeguarding import danger
from casebook.casework.sweep import sweep
from casebook.domain.case.namesakes import Found, place
from casebook.domain.case.wording import words
from casebook.domain.vocabulary import Role, Source, WorkKind
from casebook.errors import NotPermitted
from casebook.policies import wording
from casebook.storage.case import deliveries
from casebook.storage.case import record_checks as stored
from casebook.storage.reporting import board
from casebook.storage.tables import Candidate, Decision, Notice, Search, WorkItem

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
PERSONS = "source,person_id,forename,surname,aliases,dob,sex,postcode\n"
RECORDS = "source,record_id,person_id,kind,offence_text,date,victim_relationship,flags\n"
ASSAULT = "conviction,Assault occasioning actual bodily harm,2021-03-01,ex_partner,threats_to_kill"
STRANGLED = "conviction,Intentional strangulation,2025-11-06,ex_partner,strangulation"
BOUNDS = bounds_of(policies.load("england-and-wales-2023"))
THEFT = "conviction,Theft from a shop,2009-03-01,,"


def found(person_id="p", **facts):
    return Found(
        **{
            "person_id": person_id, "weight": -12.0, "read": False, "bears_name": True, "years_apart": 6, "grave": 1, **facts,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({}, "one_by_one"),
        ({"years_apart": None}, "one_by_one"),
        ({"years_apart": 11}, "listed"),
        ({"grave": 0}, "listed"),
        ({"grave": 0, "read": True}, "one_by_one"),
        ({"bears_name": False}, "listed"),  # a near miss with a grave record
        ({"bears_name": False, "weight": -17.0}, "folded"),
        ({"bears_name": False, "grave": 0}, "folded"),
        ({"bears_name": False, "grave": 0, "read": True}, "one_by_one"),
    ],
)
def test_where_a_person_stands(facts, where):
    placed = place([found(**facts)], BOUNDS)
    assert getattr(placed, where) == ("p",)


def test_nobody_is_dropped_beyond_the_bounds():
    many = [found(f"p{number:03}", grave=1 + number % 2) for number in range(200)]
    placed = place(many, BOUNDS, not_returned=7)
    assert (len(placed.one_by_one), len(placed.listed)) == (BOUNDS.one_by_one, BOUNDS.listed)
    assert placed.beyond == 200 - BOUNDS.one_by_one - BOUNDS.listed + 7
    assert {person.grave for person in many if person.person_id in placed.one_by_one} == {2}


@pytest.fixture
def people():
    return {"r1": Role.RESEARCHER, "r2": (Role.RESEARCHER, Role.SECOND_READER), "s1": Role.SUPERVISOR}


@pytest.fixture
def load(acting, tmp_path):
    """Load persons and records of one source; each person is its cells, and the record they have, if any."""

    def run(*persons, source=Source.PNC):
        files = {}
        lines = {
            "persons": [PERSONS, *(f"{source},p{at},{cells}\n" for at, (cells, _) in enumerate(persons))],
            "records": [
                RECORDS,
                *(f"{source},r{at},p{at},{record}\n" for at, (_, record) in enumerate(persons) if record),
            ],
        }
        for name, rows in lines.items():
            files[name] = tmp_path / f"{name}.csv"
            files[name].write_text("".join(rows), "utf-8")
        with acting(now=NOW) as act:
            extracts.load(act, source, **files)

    return run


@pytest.fixture
def checked(checking):
    """The automatic record checks of an application about this B."""
    numbers = itertools.count()

    def make(**subject):
        cells = {f"b_{name}": value for name, value in subject.items()}
        return checking(external_id=f"X-{next(numbers)}", **cells)

    return make


@pytest.fixture
def pnc(store):
    """The search of the PNC, and its candidates by person."""

    def look(reference):
        with store.session() as session:
            search = session.scalars(select(Search).where(Search.reference == reference, Search.source == "pnc")).one()
            rows = session.scalars(select(Candidate).where(Candidate.reference == reference, Candidate.source == "pnc"))
            return search, {row.person_id: row for row in rows if not row.superseded}

    return look


@pytest.mark.parametrize(
    ("subject", "on_record"),
    [
        (
            {"forename": "Karl", "surname": "Denby", "dob": "1985", "dob_certainty": "approximate"},
            "Karl,Denby,,1979-06-12",
        ),
        ({"forename": "Karl", "surname": "Denby", "dob": "1985-01-01"}, "Karl,Denby,,1979-06-12"),
        ({"forename": "Mark", "surname": "Allerton", "dob": "1985"}, "Mark,Ollerton,Marco Allerton,1983-04-05"),
        ({"forename": "Daniel", "surname": "Prosser", "dob": "1992"}, "Daniel,Prosser,,1986-09-09"),
        ({"forename": "Dan", "surname": "Prosser", "dob": "1992"}, "Daniel,Prosser,,"),
        ({"forename": "Prosser", "surname": "Daniel", "dob": "1992"}, "Daniel,Prosser,,1986-09-09"),
        ({"forename": "Jürgen", "surname": "O\u00b4Brien", "dob": "1990"}, "Jurgen,OBrien,,1983-09-09"),
    ],
)
def test_a_right_name_with_a_wrong_birth_date_comes_before_people(load, checked, pnc, subject, on_record):
    load((f"{on_record},m,QX9 9ZZ", ASSAULT), ("Daniel,Prosser,,1988-01-01,m,QX8 8ZZ", ""))
    search, found = pnc(checked(address="", postcode="", **subject))
    assert search.result == "hit"
    assert found["p0"].place == "one_by_one"


CROWD = [(f"Karl,Denby,,19{50 + at % 40}-01-{1 + at % 28:02},m,QX9 9ZZ", THEFT if at % 2 else "") for at in range(100)]


@pytest.fixture
def crowded(load, checked):
    """An application about one of a hundred people of one name, none of them born near the date that was told."""
    load(*CROWD)
    return checked(forename="Karl", surname="Denby", dob="1999-05-05", address="", postcode="")


@pytest.fixture
def listed_item(store):
    """The open item of a kind about the list of a source."""

    def find(reference, kind):
        with store.session() as session:
            query = select(WorkItem).where(
                WorkItem.reference == reference, WorkItem.kind == kind, WorkItem.done_at.is_(None)
            )
            return next((item for item in session.scalars(query) if "list" in item.subject), None)

    return find


def test_the_rest_of_the_name_is_a_list_and_what_is_beyond_it_is_counted(crowded, pnc):
    search, found = pnc(crowded)
    assert len([row for row in found.values() if row.place == "listed"]) == BOUNDS.listed
    assert search.beyond == len(CROWD) - len(found) > 0
    assert f"same_name:{search.beyond}" in search.required
    assert f"same_name:{search.beyond}" not in search.covered


def test_a_list_is_set_aside_by_two_people_who_opened_it(crowded, listed_item, crew, acting, pnc):
    answer = {"verdict": "different", "reason": "none is of his age", "look_at": ["p1"]}
    item = listed_item(crowded, WorkKind.REVIEW_MATCH)
    with pytest.raises(NotPermitted, match="open the application first"), acting(crew["r1"], now=LATER) as act:
        work_queue.do(act, item.id, answer)
    with acting(crew["r1"], now=LATER) as act:
        viewing.show(act, crowded)
    with acting(crew["r1"], now=LATER) as act:
        work_queue.do(act, item.id, answer)
    assert pnc(crowded)[1]["p1"].place == "one_by_one"
    second = listed_item(crowded, WorkKind.SECOND_LOOK_AT_REJECTION)
    with pytest.raises(NotPermitted, match="open the application first"), acting(crew["r2"], now=LATER) as act:
        work_queue.do(act, second.id, {"agrees": True, "reason": "the same"})
    with acting(crew["r2"], now=LATER) as act:
        viewing.show(act, crowded)
    with acting(crew["r2"], now=LATER) as act:
        work_queue.do(act, second.id, {"agrees": True, "reason": "the same"})
    assert listed_item(crowded, WorkKind.SECOND_LOOK_AT_REJECTION) is None
    lines = [row for row in pnc(crowded)[1].values() if row.place == "listed"]
    assert {(row.verdict, row.reviewed_by, row.second_by) for row in lines} == {("different", "r1", "r2")}


def test_the_page_has_a_line_for_each_and_says_who_is_not_told_apart(crowded, crew, acting, pnc):
    with acting(crew["r1"], now=LATER) as act:
        page = "\n".join(application_page.page(viewing.show(act, crowded)))
    beyond = pnc(crowded)[0].beyond
    assert f"not told apart from {beyond} people of this name" in " ".join(page.split())
    assert page.count("Theft from a shop") >= BOUNDS.listed // 3
    assert "nil return" not in page.partition("CANDIDATES")[0].partition("PNC")[2].partition("\n")[0]


def test_whoever_is_not_told_apart_is_named_on_page_and_pack_and_in_what_the_applicant_hears(
    crowded, crew, acting, pnc, peek
):
    number = pnc(crowded)[0].beyond
    with acting(crew["s1"], now=LATER) as act:
        pack = panel_pack.printed(act, crowded)
        head = "\n".join(application_page.page(viewing.show(act, crowded))).partition("WORK WAITING")[0]
        decided = Decision(outcome="nothing_to_disclose", recipients=[], refusal_reason=None)
        [told] = deliveries.addressees(act.session, act.application(crowded), decided)
    said = f"not told apart from {number} people of this name"
    assert said in head.lower()
    assert pack["application"]["not_a_clearance"] == said
    assert [entry["not_told_apart"] for entry in pack["coverage"] if entry["source"] == "pnc"] == [number]
    assert told.text == "not_told_apart"
    assert "we could not tell which of them" in words(wording.load("1"), told.text)


def test_a_possible_match_with_a_high_risk_indicator_is_urgent_and_due_within_the_hour(load, checked, store, peek):
    load(("Karl,Denby,,1985-01-03,m,QX9 9ZZ", STRANGLED))
    reference = checked(forename="Carl", surname="Denby", dob="1986", address="", postcode="")
    with store.session() as session:
        query = select(WorkItem).where(WorkItem.reference == reference, WorkItem.kind == WorkKind.REVIEW_MATCH)
        [item] = session.scalars(query)
    assert item.due_at == NOW + timedelta(minutes=60)
    assert (peek(reference).priority, peek(reference).priority_reason) == ("urgent", "possible_match_not_reviewed")


def test_a_possible_match_that_nobody_reviews_within_the_hour_is_immediate(load, checked, acting, peek, store):
    load(("Karl,Denby,,1985-01-03,m,QX9 9ZZ", STRANGLED))
    reference = checked(forename="Carl", surname="Denby", dob="1986", address="", postcode="")

    def at(minutes):
        sweep.sweep(acting, now=NOW + timedelta(minutes=minutes))
        return peek(reference).priority

    assert at(59) == "urgent"
    assert at(61) == "immediate"
    with store.session() as session:
        query = select(Notice.role).where(Notice.reference == reference, Notice.reason == "possible_match_overdue")
        assert session.scalars(query).all() == [Role.DUTY_INSPECTOR]


def test_danger_that_a_person_said_stands_above_what_the_machine_found(load, checked, acting, crew):
    load(("Karl,Denby,,1985-01-03,m,QX9 9ZZ", STRANGLED))
    found = checked(forename="Karl", surname="Denby", dob="1985-01-03", postcode="QX9 9ZZ")
    said = checked(forename="Fenwick", surname="Quillthorpe", dob="1970-01-01")
    with acting(crew["s1"], now=LATER) as act:
        danger.report(act, said, "he_came_back")
    with acting(crew["s1"], now=LATER) as act:
        listed = [(row["reference"], row["priority"], row["danger_said"]) for row in viewing.listing(act)]
        assert listed == [(said, "immediate", True), (found, "immediate", False)]
        assert next(item.reference for item in work_queue.waiting(act, role=Role.RESEARCHER).items) == said
        in_danger = [row.reference for row in board.in_danger(act.session, 10)]
        assert in_danger.index(said) < in_danger.index(found)
        assert next(row.reference for row in board.worst(act.session, 10)) == said


def test_a_search_with_a_wrong_date_still_shows_whoever_bears_the_name(load, acting, crew):
    load(
        ("Karl,Denby,,1979-06-12,m,QX9 9ZZ", ASSAULT),
        *[(f"Other{at},Person,,1985-01-{at:02},m,QX1 1AA", "") for at in range(1, 25)],
    )
    asked = {"forename": "Karl", "surname": "Denby", "dob": "1985-01-05", "postcode": "QX1 1AA"}
    with acting(crew["r1"], now=LATER) as act:
        answer = ad_hoc_search.search(act, Source.PNC, asked, limit=5)
    assert "p0" in [match.person_id for match in answer.best]
    assert len(answer.best) == 5


def test_a_birth_date_that_is_learnt_counts_nobody_twice(load, checked, acting, crew, store, monkeypatch):
    monkeypatch.setattr("casebook.storage.case.extracts.BEARERS", 10)
    load(*CROWD)
    load(("Karl,Denby,,1995-02-02,m,QX9 9ZZ", ASSAULT), source=Source.RMS)
    reference = checked(forename="Karl", surname="Denby", dob="1999-05-05", address="", postcode="")

    def searched():
        with store.session() as session:
            return [row for row in stored.searches(session, reference) if (row.source, row.party) == ("pnc", "b")]

    [before] = searched()
    query = select(WorkItem).where(WorkItem.kind == WorkKind.REVIEW_MATCH, WorkItem.subject["source"].astext == "rms")
    with store.session() as session:
        item = session.scalars(query).one()
    with acting(crew["r1"], now=LATER) as act:
        work_queue.do(act, item.id, {"verdict": "same", "reason": "the same offence"})
    [after] = searched()
    assert (before.round, after.round) == (1, 2)
    assert after.beyond <= before.beyond

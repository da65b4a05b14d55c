"""What the record of a confirmed person adds is searched in every source, also in those that have returned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from signing import read_and_do
from sqlalchemy import select

from casebook.casework.record_checks import extracts, reopening
from casebook.domain.vocabulary import Role, Source, WorkKind
from casebook.storage.case import record_checks as stored
from casebook.storage.tables import Candidate, Search, WorkItem

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
PERSONS = "source,person_id,forename,surname,aliases,dob,postcode,pnc_id\n"
RECORDS = "source,record_id,person_id,kind,offence_text,date,victim_relationship\n"
# the subject of the fixtures is Barry Canarytwo, born 1985-02-03, of QX1 1AA
HIM = "Barry,Canarytwo,Bartholomew Finchley,1985-03-02,QX1 1AA,"
UNDER_HIS_OTHER_NAME = "Bartholomew,Finchley,,1985-03-02,QX7 7AA,"
NIL = {"result": "nil", "evidence_reference": "E1"}


@pytest.fixture
def people():
    return {"r1": Role.RESEARCHER, "r2": (Role.RESEARCHER, Role.SECOND_READER), "s1": Role.SUPERVISOR}


@pytest.fixture
def load(acting, tmp_path):
    """Load one person, with an assault on record, into a source."""

    def run(source, person, now=NOW, person_id="p1"):
        persons, records = tmp_path / "persons.csv", tmp_path / "records.csv"
        persons.write_text(f"{PERSONS}{source},{person_id},{person}\n", "utf-8")
        record = f"{source},r1,{person_id},conviction,Assault occasioning actual bodily harm,2021-03-01,ex_partner\n"
        records.write_text(RECORDS + record, "utf-8")
        with acting(now=now) as act:
            return extracts.load(act, source, persons=persons, records=records)

    return run


@pytest.fixture
def candidate(store):
    """The candidate of a source whom a person reads by themselves, not as a line of a list; or None."""

    def find(reference, source):
        with store.session() as session:
            rows = [row for row in stored.candidates(session, reference) if row.source == source]
            rows = [row for row in rows if row.place == "one_by_one"]
            return rows[0] if rows else None

    return find


@pytest.fixture
def answer(acting, crew, store):
    """Answer the open item of a kind about this source."""

    def give(reference, kind, source, actor="r1", now=LATER, **said):
        with store.session() as session:
            query = select(WorkItem).where(
                WorkItem.reference == reference, WorkItem.kind == kind, WorkItem.done_at.is_(None),
                WorkItem.cancelled_at.is_(None), WorkItem.subject["source"].astext == source,
            )  # fmt: skip
            [item] = session.scalars(query)
        with acting(crew[actor], now=now) as act:
            read_and_do(act, item, said)

    return give


@pytest.fixture
def rounds(store):
    """The current searches of B in a source, the first round first."""

    def find(reference, source):
        with store.session() as session:
            return [s for s in stored.searches(session, reference) if (s.source, s.party) == (source, "b")]

    return find


def same(answer, reference, source):
    answer(reference, WorkKind.REVIEW_MATCH, source, verdict="same", reason="the same address and offence")


def test_a_name_on_a_confirmed_record_finds_him_in_another_extract(load, checking, candidate, answer):
    load(Source.RMS, HIM)
    load(Source.PND, UNDER_HIS_OTHER_NAME)
    reference = checking()
    assert candidate(reference, "pnd") is None
    same(answer, reference, "rms")
    assert candidate(reference, "pnd").seen["surname"] == "Finchley"
    assert candidate(reference, "pnd").band in {"strong", "possible"}


@pytest.mark.parametrize(
    ("on_record", "elsewhere"),
    [
        ("Barry,Canarytwo,,1985-02-03,QX5 5AA,2001/0000036D", "B,Kanary,,,QX8 8AA,2001/0000036D"),  # the number
        ("Barry,Canarytwo,B Ferrand,1985-02-03,QX1 1AA,", "Bob,Ferrand,,1985-02-03,,"),  # an alias and the date
        ("Barrington,Lisle,Barry Canarytwo,1985-02-03,QX1 1AA,", "Barrington,Lisle,,1985-02-03,QX3 3AA,"),
    ],
)
def test_whatever_the_record_holds_is_looked_for(load, checking, candidate, answer, on_record, elsewhere):
    load(Source.RMS, on_record)
    load(Source.PND, elsewhere)
    reference = checking()
    assert candidate(reference, "pnd") is None
    same(answer, reference, "rms")
    assert candidate(reference, "pnd") is not None


def test_a_source_that_returned_by_hand_is_searched_again_for_the_new_strings_only(load, checking, answer, rounds):
    load(Source.RMS, HIM)
    reference = checking()
    [first] = rounds(reference, "pnc")
    made = [{name: step[name] for name in ("forename", "surname", "dob", "pivot")} for step in first.plan]
    answer(reference, WorkKind.RETURN_SEARCH, "pnc", **NIL, searches=[{**step, "result": "nil"} for step in made])
    same(answer, reference, "rms")
    [first, second] = rounds(reference, "pnc")
    assert (first.result, second.result, second.automatic) == ("nil", None, False)
    typed = {(step["forename"], step["surname"], step["dob"]) for step in second.plan}
    assert typed == {("Bartholomew", "Finchley", "1985-03-02")}  # his own name was searched without a date


def test_a_search_that_is_still_open_covers_what_was_learnt(load, checking, answer, rounds):
    load(Source.RMS, HIM)
    reference = checking()
    same(answer, reference, "rms")
    [search] = rounds(reference, "pnc")
    assert ("Bartholomew", "Finchley") in {(step["forename"], step["surname"]) for step in search.plan}


def test_nothing_new_is_no_new_search(load, checking, answer, rounds, candidate):
    load(Source.RMS, "Barry,CANARYTWO,,1985-02-03,qx1 1aa,")
    reference = checking()
    before = {source: [search.id for search in rounds(reference, source)] for source in ("pnc", "pnd", "rms")}
    same(answer, reference, "rms")
    assert before == {source: [search.id for search in rounds(reference, source)] for source in ("pnc", "pnd", "rms")}


def test_a_newer_extract_is_compared_with_what_was_learnt(load, checking, acting, answer, candidate):
    load(Source.RMS, HIM)
    load(Source.PND, "Fenwick,Quillthorpe,,1950-01-01,ZZ9 9ZZ,", person_id="p9")
    reference = checking()
    same(answer, reference, "rms")
    newer = load(Source.PND, UNDER_HIS_OTHER_NAME, now=LATER)
    assert newer.touched == (reference,)

    def later():
        return acting(now=LATER)

    assert reopening.look_again(later, newer.touched).changed == [reference]
    assert candidate(reference, "pnd").seen["surname"] == "Finchley"


def test_the_signatures_are_asked_for_again_when_something_was_learnt(load, checking, answer, store):
    load(Source.RMS, HIM)
    load(Source.PND, UNDER_HIS_OTHER_NAME)
    reference = checking()
    with store.session() as session:
        before = stored.facts(session, reference)
    same(answer, reference, "rms")
    with store.session() as session:
        assert stored.facts(session, reference) != before
        kinds = set(
            session.scalars(select(WorkItem.kind).where(WorkItem.reference == reference, WorkItem.done_at.is_(None)))
        )
        assert "review_match" in kinds
        assert not kinds & {"sign_off_identity", "state_adequacy"}
        assert session.scalars(select(Search).where(Search.source == "pnd", Search.round == 2)).one().result == "hit"
        assert session.scalars(select(Candidate).where(Candidate.source == "pnd")).one().verdict is None

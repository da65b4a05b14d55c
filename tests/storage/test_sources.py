"""Extracts: every row lands or is listed, versions are kept, and whoever shares something is found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.record_checks import ad_hoc_search
from casebook.casework.record_checks import extracts as loading
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Source
from casebook.errors import Refused
from casebook.sources import catalogue
from casebook.storage.case import extracts
from casebook.storage.tables import SourceExtract, SourcePerson, SourceRecord

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
PERSONS = "source,person_id,forename,middle_names,surname,aliases,dob,sex,address,postcode,pnc_id,cro\n"
RECORDS = "source,record_id,person_id,kind,offence_code,offence_text,date,outcome,victim_relationship,flags\n"


@pytest.fixture
def load(store, tmp_path):
    """Load text as persons and records of a source, in one committed act."""

    def run(persons="", records="", source=Source.RMS, **options):
        paths = {}
        for name, header, lines in (("persons", PERSONS, persons), ("records", RECORDS, records)):
            path = tmp_path / f"{name}.csv"
            path.write_bytes((header + lines).encode("utf-8", "surrogateescape"))
            paths[name] = path if lines else None
        with store.session() as session:
            loaded = loading.load(
                Act(session=session, actor=OPERATOR, now=NOW, playbook=playbook), source, **paths, **options
            )
            session.commit()
        return loaded

    return run


def faults(counted):
    return [(fault.line, fault.column, fault.code) for fault in counted.rejected]


def test_a_bad_row_is_listed_by_line_and_takes_no_good_row_down(load, store):
    loaded = load(
        'rms,p1,John,,Smith,,1980-02-03,m,"12 High\nStreet",SN1 2AB,,\n'
        "pnc,p2,John,,Smith,,,,,,,\n"
        "rms,,No,,Number,,1980-13-40,,,,,\n"
        "rms,p4,Jane\udcff,,Smith,,,,,,,\n"
        "rms,p5,Jane,,Smith,,1985,F,,,,\n"
        "rms,p5,Jane,,Smith,,1986,F,,,,\n"
        "rms,p5,Jane,,Smith,,1985,F,,,,\n",
        "rms,r1,p1,conviction,CJ88116,Common assault,2020-02-30,,,\n"
        "rms,r2,p1,conviction,,Common assault,2020-02-03,,ex_partner,strangulation;weapon\n"
        "rms,r3,p9,arrest,,,,,,\n"
        "rms,r4,p1,rumour,,,,,,juggling\n",
    )
    assert faults(loaded.persons) == [
        (4, "source", "other_source"),
        (5, "person_id", "missing"),
        (5, "dob", "impossible_date"),
        (6, "forename", "undecodable"),
        (8, "person_id", "repeated_id"),
    ]
    assert faults(loaded.records) == [
        (2, "date", "impossible_date"),
        (4, "person_id", "unknown_person"),
        (5, "kind", "unknown_code"),
        (5, "flags", "unknown_code"),
    ]
    assert [fault.landed for fault in loaded.persons.rejected] == [False, False, False, True, False]
    assert [fault.landed for fault in loaded.records.rejected] == [True, False, True, True]
    assert (loaded.persons.new, loaded.records.new) == (3, 3)
    assert not any("John" in fault.message or "Jane" in fault.message for fault in loaded.persons.rejected)
    with store.session() as session:
        person = extracts.person(session, "rms", "p5")
        assert (person.dob, person.sex) == ("1985", "f")
        assert {row.record_id for row in extracts.records(session, "rms", ["p1"])} == {"r1", "r2", "r4"}


def test_the_same_file_twice_changes_nothing(load, store):
    rows = ("rms,p1,John,,Smith,Jack Brown,1980-02-03,m,,SN1 2AB,,\n", "rms,r1,p1,arrest,,,2020,,,\n")
    load(*rows)
    again = load(*rows)
    assert again.extract is None
    assert (again.persons.new, again.persons.changed, again.persons.unchanged, again.records.unchanged) == (0, 0, 1, 1)
    with store.session() as session:
        for table in (SourceExtract, SourcePerson, SourceRecord):
            assert session.scalar(select(func.count()).select_from(table)) == 1


def test_a_changed_row_is_a_new_version_and_the_old_one_is_kept(load, store):
    first = load("rms,p1,John,,Smith,,1980-02-03,m,,,,\nrms,p2,Ann,,Ash,,,,,,,\n")
    second = load("rms,p1,John,,Smith,,1980-03-02,m,,,,\n")
    assert (second.persons.changed, second.persons.new, second.persons.gone) == (1, 0, 0)
    with store.session() as session:
        versions = session.execute(
            select(SourcePerson.dob, SourcePerson.since, SourcePerson.until)
            .where(SourcePerson.person_id == "p1")
            .order_by(SourcePerson.since)
        ).all()
        assert versions == [("1980-02-03", first.extract, second.extract), ("1980-03-02", second.extract, None)]
        assert (
            extracts.person(session, "rms", "p2") is not None
        )  # a file that does not mention somebody takes nobody away


def test_only_a_whole_file_drops_what_it_lacks_and_never_whom_it_lists_badly(load, store):
    load("rms,p1,John,,Smith,,,,,,,\nrms,p2,Ann,,Ash,,,,,,,\nrms,p3,Bo,,Elm,,,,,,,\n")
    loaded = load("rms,p1,John,,Smith,,,,,,,\npnc,p3,Bo,,Elm,,,,,,,\n", whole=True)
    assert loaded.persons.gone == 1
    with store.session() as session:
        current = session.scalars(select(SourcePerson.person_id).where(SourcePerson.until.is_(None)))
        assert sorted(current) == ["p1", "p3"]


@pytest.mark.parametrize(
    "asked",
    [
        {"forename": "John", "surname": "Smith"},
        {"forename": "Smith", "surname": "John"},
        {"forename": "Jack", "surname": "Smith"},  # a nickname
        {"forename": "Jon", "surname": "Smyth", "dob": "1980-02-03"},
        {"forename": "X", "surname": "Y", "dob": "1980-03-02"},  # day and month swapped
        {"forename": "John", "surname": "Other", "dob": "1981-02-03"},
        {"forename": "", "surname": "", "postcode": "sn12ab"},
        {"forename": "O'Brien'; DROP TABLE source_person; --", "surname": "Smith", "aliases": "John Smith"},
    ],
)
def test_whoever_shares_something_is_found_whatever_else_differs(load, store, asked):
    load("rms,p1,John,,Smith,,1980-02-03,m,,SN1 2AB,,\nrms,p2,Nobody,,Else,,1950-01-01,,,,,\n")
    load("pnc,q1,John,,Smith,,1980-02-03,m,,SN1 2AB,,\n", source=Source.PNC)
    with store.session() as session:
        source = catalogue.local(session, NOW.year)[Source.RMS]
        blank = dict.fromkeys(extracts.PERSON_CELLS, "")
        assert [row["person_id"] for row in source.find({**blank, **asked}).persons] == ["p1"]


def test_a_name_that_thousands_have_is_searched_by_only_where_nothing_else_finds_enough(load, store, monkeypatch):
    monkeypatch.setattr(extracts, "COMMON", 10)
    smiths = "".join(f"rms,s{n},Forename{chr(97 + n)}x,,Smith,,19{n + 50}-01-02,m,,,,\n" for n in range(25))
    load(smiths + "rms,p1,John,,Smith,,1980-02-03,m,,,,\n")
    blank = dict.fromkeys(extracts.PERSON_CELLS, "")
    with store.session() as session:
        assert extracts.common_names(session, "rms", {"SMITH", "JOHN"}) == {"SMITH"}
        source = catalogue.local(session, NOW.year)[Source.RMS]
        assert len(source.find({**blank, "surname": "Smith"}).persons) == 10
        assert source.find({**blank, "forename": "John", "surname": "Smith"}).persons[0]["person_id"] == "p1"


def test_a_source_that_nobody_can_ask_is_said_to_be_unsearched(store):
    for source, told in (
        (Source.PNC, "No extract of this source is loaded"),
        (Source.DVDS_REGISTER, "this casebook itself"),
    ):
        with store.session() as session, pytest.raises(Refused, match=told) as refused:
            ad_hoc_search.search(
                Act(session=session, actor=OPERATOR, now=NOW, playbook=playbook), source, {"surname": "Smith"}, limit=20
            )
        assert refused.value.code == "not_loaded"

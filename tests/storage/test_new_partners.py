"""Right to Know without an application: a new grave record names a partner whom no application covers."""

from __future__ import annotations

import csv

import pytest

from casebook.casework import work_queue
from casebook.casework.follow_up import new_partners
from casebook.casework.record_checks import extracts
from casebook.casework.reporting import audit
from casebook.domain.actors import system
from casebook.domain.vocabulary import Role, WorkKind
from casebook.errors import Refused
from casebook.storage.case.extracts import PERSON_CELLS, RECORD_CELLS
from casebook.storage.tables import Application, Person, Watch, WorkItem

HIM = {"person_id": "P1", "forename": "Barry", "surname": "Canarytwo", "dob": "1985-02-03", "postcode": "QX1 1AA"}
HER = {
    "person_id": "P2",
    "forename": "Nora",
    "surname": "Canarythree",
    "dob": "1991-04-05",
    "address": "7 Synthetic Row",
}
ANNA = {"person_id": "P3", "forename": "Anna", "surname": "Canaryone", "dob": "1990-05-06"}
OLD = {
    "record_id": "R0",
    "person_id": "P1",
    "kind": "conviction",
    "offence_text": "common assault",
    "date": "2019-01-01",
}
GRAVE = {
    "record_id": "R1", "person_id": "P1", "kind": "arrest", "offence_text": "intentional strangulation",
    "flags": "strangulation", "date": "2026-02-20", "victim_id": "P2", "victim_relationship": "intimate_partner",
}  # fmt: skip
ACCEPT = {"decision": "accept", "reason": "she should know"}
DISMISS = {"decision": "dismiss", "reason": "she is known and safe"}


@pytest.fixture
def people():
    return {"s1": Role.SUPERVISOR, "s2": Role.SUPERVISOR, "i1": Role.INTAKE_OFFICER}


@pytest.fixture
def load(acting, tmp_path):
    """`load(persons, records)`: the next extract of the force's own records."""

    def bring(persons, records, **how):
        files = {}
        for name, fields, rows in (("persons", PERSON_CELLS, persons), ("records", RECORD_CELLS, records)):
            files[name] = tmp_path / f"{name}.csv"
            with files[name].open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, fields, restval="")
                writer.writeheader()
                writer.writerows({"source": "rms", **row} for row in rows)
        with acting() as act:
            extracts.load(act, "rms", **files, **how)

    return bring


@pytest.fixture
def night(acting):
    def propose():
        with acting(system("watch")) as act:
            return new_partners.propose(act)

    return propose


@pytest.fixture
def proposals(store):
    def find():
        with store.session() as session:
            rows = session.query(WorkItem).filter_by(kind=WorkKind.REVIEW_WATCH_PROPOSAL, reference=None, done_at=None)
            return rows.order_by(WorkItem.opened_at, WorkItem.id).all()

    return find


@pytest.fixture
def known(load, crew):
    load([HIM, HER, ANNA], [OLD])


def test_a_new_grave_record_about_a_partner_is_proposed_once(known, load, night, proposals, acting):
    assert night() == 0
    load([HIM, HER, ANNA], [OLD, GRAVE])
    assert (night(), night()) == (1, 0)
    (item,) = proposals()
    assert (item.role, item.priority) == ("supervisor", "high")
    assert item.subject == {
        "because": "record_names_partner", "source": "rms", "person": "P1", "partner": "P2", "records": ["rms:R1"],
    }  # fmt: skip
    assert item.due_at is not None
    with acting() as act:
        assert audit.verify(act).broken == []


@pytest.mark.parametrize(
    "change",
    [
        {"victim_relationship": "family"},
        {"victim_relationship": "unknown"},
        {"flags": "", "offence_text": "speeding"},
    ],
)
def test_what_names_no_partner_or_is_not_grave_is_none(known, load, night, change):
    load([HIM, HER, ANNA], [OLD, {**GRAVE, **change}])
    assert night() == 0


def test_what_the_first_load_had_is_not_new_nor_is_a_corrected_record(load, crew, night):
    load([HIM, HER], [OLD, GRAVE])
    assert night() == 0
    load([HIM, HER], [OLD, {**GRAVE, "outcome": "charged"}])
    assert night() == 0


def test_another_grave_record_is_another_proposal(known, load, night, proposals):
    load([HIM, HER, ANNA], [OLD, GRAVE])
    night()
    load([HIM, HER, ANNA], [OLD, GRAVE, {**GRAVE, "record_id": "R2", "flags": "threats_to_kill", "offence_text": ""}])
    assert night() == 1
    assert sorted(item.subject["records"] for item in proposals()) == [["rms:R1"], ["rms:R2"]]


def test_an_application_by_the_partner_about_him_covers_it_and_one_by_another_does_not(
    known, load, night, received
):  # fmt: skip
    received()  # Anna asks about Barry
    load([HIM, HER, ANNA], [OLD, GRAVE])
    assert night() == 1  # Nora is told by nobody
    load([HIM, HER, ANNA], [OLD, GRAVE, {**GRAVE, "record_id": "R2", "victim_id": "P3"}])
    assert night() == 0


def test_if_nobody_knows_the_partner_an_open_application_about_him_covers_it(known, load, night, received):
    received()
    load([HIM, HER, ANNA], [OLD, {**GRAVE, "victim_id": ""}])
    assert night() == 0


def test_a_closed_application_covers_it_as_long_as_it_is_watched(known, load, night, received, acting, sql):
    reference = received()
    sql("UPDATE application SET stage = 'closed', outcome = 'not_disclosed', closed_at = now()")
    load([HIM, HER, ANNA], [OLD, {**GRAVE, "victim_id": "P3"}])
    with acting() as act:
        watch = Watch(
            reference=reference, since=act.now, until=act.now.replace(year=2027), seen_extract=None, renewed_by=None,
            renewal_reason=None,
        )  # fmt: skip
        act.session.add(watch)
        act.record(act.application(reference), "watch_begun")
    assert night() == 0
    sql("UPDATE watch SET until = '2026-01-01'")
    assert night() == 1


def test_the_supervisor_reads_who_it_is_and_opens_an_application(known, load, night, proposals, acting, crew, store):
    load([HIM, HER, ANNA], [OLD, GRAVE])
    night()
    (item,) = proposals()
    with acting(crew["s1"]) as act:
        _, detail = work_queue.show(act, item.id)
    assert (detail["person"]["surname"], detail["partner"]["surname"]) == ("Canarytwo", "Canarythree")
    assert [record["record_id"] for record in detail["all_records"]] == ["R0", "R1"]
    with pytest.raises(Refused), acting(crew["i1"]) as act:
        work_queue.show(act, item.id)
    with acting(crew["s1"]) as act:
        work_queue.do(act, item.id, ACCEPT)
    with store.session() as session:
        (opened,) = session.query(Application).all()
        assert (opened.route, opened.applicant, opened.stage) == ("right_to_know", "agency", "intake")
        names = {row.party: (row.forename, row.surname) for row in session.query(Person)}
        assert names == {"a": ("Nora", "Canarythree"), "b": ("Barry", "Canarytwo")}
    assert night() == 0


def test_dismissing_takes_two_people(known, load, night, proposals, acting, crew):
    load([HIM, HER, ANNA], [OLD, GRAVE])
    night()
    (item,) = proposals()
    with acting(crew["s1"]) as act:
        work_queue.do(act, item.id, DISMISS)
    (second,) = proposals()
    with pytest.raises(Refused) as refused, acting(crew["s1"]) as act:
        work_queue.do(act, second.id, DISMISS)
    assert refused.value.code == "same_person"
    with acting(crew["s1"]) as act:
        assert work_queue.waiting(act).barred[second.id].code == "same_person"  # greyed, and not to be claimed
        with pytest.raises(Refused, match="second person"):
            work_queue.claim(act, second.id)
    with acting(crew["s2"]) as act:
        assert second.id not in work_queue.waiting(act).barred
        work_queue.do(act, second.id, DISMISS)
    assert proposals() == []
    assert night() == 0


def test_whoever_left_the_source_is_refused_with_a_reason(known, load, night, proposals, acting, crew):
    load([HIM, HER, ANNA], [OLD, GRAVE])
    night()
    (item,) = proposals()
    load([HER, ANNA], [OLD], whole=True)
    with pytest.raises(Refused) as refused, acting(crew["s1"]) as act:
        work_queue.do(act, item.id, ACCEPT)
    assert refused.value.code == "gone"

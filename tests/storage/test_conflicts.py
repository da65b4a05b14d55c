"""Conflict of interest: what is shared asks for a declaration, and a declaration or a finding bars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from signing import read_and_do
from sqlalchemy import select

from casebook.casework import work_queue
from casebook.casework.governance import conflicts
from casebook.casework.record_checks import extracts
from casebook.casework.reporting import viewing
from casebook.casework.staff import staff
from casebook.domain.case.conflict import SharedDetail, digest, ties
from casebook.domain.vocabulary import Role, Source, WorkKind
from casebook.errors import NotPermitted, Refused
from casebook.storage.case import record_checks as stored
from casebook.storage.tables import StaffDetail, WorkItem

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
SAME = {"verdict": "same", "reason": "all agrees"}


@pytest.mark.parametrize(
    ("staff_id", "kept", "theirs", "shared"),
    [
        ("r1", {SharedDetail.SURNAME: "Canarytwo"}, {SharedDetail.SURNAME: "CANARYTWO"}, ["shared_surname"]),
        ("r1", {SharedDetail.SURNAME: "O'Brien"}, {SharedDetail.SURNAME: "Mary OBrien"}, ["shared_surname"]),
        ("barry.canarytwo", {}, {SharedDetail.SURNAME: "Canarytwo"}, ["shared_surname"]),
        ("r1", {SharedDetail.PHONE: "07700 900123"}, {SharedDetail.PHONE: "0044 7700 900123"}, ["shared_phone"]),
        (
            "r1",
            {SharedDetail.ADDRESS: "1, Synthetic Street"},
            {SharedDetail.ADDRESS: "1 SYNTHETIC STREET"},
            ["shared_address"],
        ),
        ("r1", {SharedDetail.ADDRESS: "No fixed abode"}, {SharedDetail.ADDRESS: "no fixed abode"}, []),
        ("r1", {SharedDetail.SURNAME: "Canarytwo"}, {SharedDetail.SURNAME: "Canaryone"}, []),
        ("r1", {}, {SharedDetail.SURNAME: ""}, []),
    ],
)
def test_what_staff_share_with_people_of_an_application(staff_id, kept, theirs, shared):
    digests = {(kind.value, digest(staff_id, kind, written)) for kind, written in kept.items()}
    assert ties(staff_id, digests, theirs.items()) == shared


@pytest.fixture
def people():
    return {
        "r1": Role.RESEARCHER, "canarytwo": Role.RESEARCHER, "r3": Role.SECOND_READER, "s1": Role.SUPERVISOR,
        "h1": Role.HEAD_OF_UNIT,
    }  # fmt: skip


@pytest.fixture
def checked(acting, checking, tmp_path):
    """An application in record checks whose subject, Barry Canarytwo, is a candidate."""
    persons = tmp_path / "persons.csv"
    persons.write_text(
        "source,person_id,forename,surname,dob,postcode\nrms,p1,Barry,Canarytwo,1985-02-03,QX1 1AA\n", "utf-8"
    )
    with acting(now=NOW) as act:
        extracts.load(act, Source.RMS, persons=persons, records=None)
    return checking()


@pytest.fixture
def review(store):
    """The open review of the candidate."""

    def find(reference):
        query = select(WorkItem).where(
            WorkItem.reference == reference, WorkItem.kind == WorkKind.REVIEW_MATCH, WorkItem.done_at.is_(None)
        )
        with store.session() as session:
            return session.scalars(query).one_or_none()

    return find


def test_a_researcher_with_the_subjects_surname_declares_first_and_is_not_barred_by_the_name(
    checked, review, acting, crew
):
    item = review(checked)
    with pytest.raises(NotPermitted) as refusal, acting(crew["canarytwo"], now=LATER) as act:
        work_queue.do(act, item.id, SAME)
    assert refusal.value.code == "declare_first"
    with pytest.raises(NotPermitted), acting(crew["canarytwo"], now=LATER) as act:
        work_queue.claim(act, item.id)
    with acting(crew["canarytwo"], now=LATER) as act:
        conflicts.declare(act, checked, conflict="no", reason="a common name where I come from: no relation")
        read_and_do(act, item, SAME)
    assert review(checked) is None


def test_a_shared_address_asks_too_and_is_kept_only_as_a_digest(checked, review, acting, crew, store):
    with acting(now=NOW) as act:
        staff.set_details(act, "r1", {SharedDetail.ADDRESS: "1 Synthetic Street", SharedDetail.PHONE: ""})
    with store.session() as session:
        [kept] = session.scalars(select(StaffDetail))
        assert "ynthetic" not in kept.digest
    with pytest.raises(NotPermitted) as refusal, acting(crew["r1"], now=LATER) as act:
        work_queue.do(act, review(checked).id, SAME)
    assert (refusal.value.code, "an address" in refusal.value.message) == ("declare_first", True)


def test_whoever_declares_a_conflict_works_on_it_no_more_and_reads_it_no_more(checked, review, acting, crew):
    with acting(crew["canarytwo"], now=LATER) as act:
        conflicts.declare(act, checked, conflict="yes", reason="he is my brother")
    for attempt in (
        lambda act: work_queue.do(act, review(checked).id, SAME),
        lambda act: viewing.show(act, checked),
    ):
        with pytest.raises(NotPermitted) as refusal, acting(crew["canarytwo"], now=LATER) as act:
            attempt(act)
        assert refusal.value.code == "conflict_of_interest"
    with pytest.raises(Refused), acting(crew["canarytwo"], now=LATER) as act:
        conflicts.declare(act, checked, conflict="no", reason="I changed my mind")


def test_what_somebody_barred_had_claimed_returns_to_the_queue(checked, review, acting, crew):
    with acting(crew["r1"], now=LATER) as act:
        work_queue.claim(act, review(checked).id)
    with acting(crew["r1"], now=LATER) as act:
        assert conflicts.declare(act, checked, conflict="yes", reason="his cousin")["done_again"] == []
    assert review(checked).owner is None


def test_a_finding_bars_and_what_that_person_did_is_done_again(checked, review, acting, crew, store):
    with acting(crew["r1"], now=LATER) as act:
        done = read_and_do(act, review(checked), SAME | {"verdict": "different"})
    with pytest.raises(NotPermitted), acting(crew["r3"], now=LATER) as act:
        conflicts.find(act, checked, staff="r1", reason="his cousin")
    with acting(crew["h1"], now=LATER) as act:
        result = conflicts.find(act, checked, staff="r1", reason="his cousin")
    assert result["done_again"] == [done.id]
    with store.session() as session:
        [candidate] = stored.candidates(session, checked)
        assert candidate.verdict is None
    assert review(checked).id != done.id
    with pytest.raises(NotPermitted), acting(crew["r1"], now=LATER) as act:
        work_queue.do(act, review(checked).id, SAME)


def test_the_declaration_is_shown_with_the_application(checked, acting, crew):
    with acting(crew["canarytwo"], now=LATER) as act:
        conflicts.declare(act, checked, conflict="no", reason="no relation")
    with acting(crew["s1"], now=LATER) as act:
        [row] = viewing.show(act, checked)["conflict_declaration"]
    assert (row["staff_id"], row["conflicted"], row["shared"]) == ("canarytwo", False, ["shared_surname"])

"""Our own register goes through the matcher: both sides of a link know of it at once, and nobody across a restriction."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from early_ends import SAID
from signing import read_and_do
from sqlalchemy import select, text

from casebook.casework import work_queue
from casebook.casework.core import lifecycle
from casebook.casework.governance import early_ending, governance
from casebook.casework.panel_decision import panel_pack
from casebook.casework.record_checks import extracts, information, own_register, record_checks
from casebook.casework.reporting import audit, viewing
from casebook.casework.risk_scoring import risk_inputs
from casebook.domain.actors import OPERATOR, system
from casebook.domain.vocabulary import Source, Stage
from casebook.errors import NotPermitted
from casebook.storage.tables import ApplicationLink, LedgerEntry, Notice, Outbox, PersonKeys, WorkItem

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=40)
DAY = timedelta(days=1)
B = {
    "b_forename": "William", "b_surname": "Ollerton", "b_dob": "1983-04-09", "b_address": "14 Fenwick Street",
    "b_postcode": "QX3 4LM",
}  # fmt: skip
OTHER_A = {
    "a_forename": "Ruth", "a_surname": "Penhaligon", "a_dob": "1971-11-30", "a_phone": "07700900111", "applicant": "a",
}  # fmt: skip
THIRD_A = {**OTHER_A, "a_forename": "Wanda", "a_surname": "Zielinska", "a_dob": "1999-01-17", "a_phone": "07700900222"}
# twenty ways in which one man is written down the second time
SLIPS = {
    "spelling": {"b_surname": "Olerton"},
    "another spelling": {"b_surname": "Allerton"},
    "doubled letter": {"b_surname": "Olllerton"},
    "dropped letter": {"b_surname": "Ollrton"},
    "swapped letters": {"b_surname": "Ollertno"},
    "nickname": {"b_forename": "Bill"},
    "another nickname": {"b_forename": "Liam"},
    "initial": {"b_forename": "W"},
    "small letters": {"b_forename": "william", "b_surname": "OLLERTON"},
    "accent": {"b_surname": "Ollértön"},
    "day and month swapped": {"b_dob": "1983-09-04"},
    "a day off": {"b_dob": "1983-04-10"},
    "a decade off": {"b_dob": "1993-04-09"},
    "year only": {"b_dob": "1983", "b_dob_certainty": "approximate"},
    "no date": {"b_dob": ""},
    "names swapped": {"b_forename": "Ollerton", "b_surname": "William"},
    "middle name": {"b_forename": "William James"},
    "forename and date": {"b_forename": "Wiliam", "b_dob": "1983-04-08"},
    "all three": {"b_forename": "Wiliam", "b_surname": "Olerton", "b_dob": "1983-04-08"},
    "date as clerks write it": {"b_dob": "09/04/1983"},
}
ELSEWHERE = {"b_address": "2 Marram Way", "b_postcode": "QX9 1ZZ"}


@pytest.fixture
def links(store):
    """What one side has: the other reference and why, also what is not to be shown."""

    def find(reference):
        query = select(ApplicationLink).where(ApplicationLink.reference == reference)
        with store.session() as session:
            return {(link.other, link.why) for link in session.scalars(query)}

    return find


@pytest.fixture
def two(received):
    """Two applications, the second forty minutes later, by another applicant."""

    def make(first=(), second=()):
        one = received(external_id="X-1", **{**B, **dict(first)})
        return one, received(now=LATER, external_id="X-2", **{**B, **OTHER_A, **dict(second)})

    return make


@pytest.fixture
def shown(acting):
    """What `applications show --json` prints to somebody."""

    def show(actor, reference):
        with acting(actor, LATER + DAY) as act:
            return json.dumps(viewing.show(act, reference), default=str)

    return show


@pytest.mark.parametrize("slip", [slip for slip in SLIPS if slip != "initial"])
def test_a_second_application_about_one_man_is_linked_however_he_is_written(slip, two, links):
    first, second = two(second=SLIPS[slip])
    assert links(first) == {(second, "same_subject")}
    assert links(second) == {(first, "same_subject")}


@pytest.mark.parametrize("slip", SLIPS)
def test_without_an_address_in_common_the_link_is_at_least_a_question_on_both_sides(slip, two, links):
    first, second = two(second={**SLIPS[slip], **ELSEWHERE})
    assert {other for other, _ in links(first)} == {second}
    assert {other for other, _ in links(second)} == {first}


def test_strangers_are_not_linked(two, links):
    stranger = {"b_forename": "Owen", "b_surname": "Trevanion", "b_dob": "1964-12-01", **ELSEWHERE}
    first, second = two(second=stranger)
    assert links(first) == links(second) == set()


def test_both_sides_are_told_in_the_transaction_of_the_second(two, store, peek, acting):
    first, second = two(second=SLIPS["spelling"])
    with store.session() as session:
        for reference in (first, second):
            events = session.scalars(select(LedgerEntry.event).where(LedgerEntry.chain == reference)).all()
            assert events.count("applications_linked") == 1
            notices = session.scalars(select(Notice).where(Notice.reference == reference)).all()
            assert [(notice.role, notice.reason) for notice in notices] == [("intake_officer", "linked")]
            assert "linked" in session.scalars(select(Outbox.reason).where(Outbox.reference == reference)).all()
    with acting(OPERATOR, LATER) as act:
        assert audit.verify(act).broken == []
    assert [(peek(reference).priority, peek(reference).priority_reason) for reference in (first, second)] == [
        ("high", "repeat_application")
    ] * 2


def test_looking_again_changes_nothing(two, acting, links, store):
    first, second = two(second=SLIPS["spelling"])
    with store.session() as session:
        before = session.scalars(select(LedgerEntry.hash)).all()
    for reference in (first, second):
        with acting(system("lifecycle"), LATER + DAY) as act:
            own_register.look(act, act.application(reference))
    with store.session() as session:
        assert session.scalars(select(LedgerEntry.hash)).all() == before


def test_a_closed_application_shows_the_link_and_nobody_is_sent_to_it(received, acting, crew, links, store):
    first = received(external_id="X-1", **B)
    for who in ("intake", "supervise"):
        with acting(crew[who]) as act:
            early_ending.withdraw(act, first, reason="asked", **SAID)
    second = received(now=LATER, external_id="X-2", **{**B, **OTHER_A})
    assert links(first) == {(second, "same_subject")}
    with store.session() as session:
        assert session.scalars(select(Notice).where(Notice.reference == first, Notice.reason == "linked")).all() == []


def test_an_alias_that_becomes_known_later_finds_the_earlier_and_the_later_application(received, acting, crew, links):
    first = received(external_id="X-1", **{**B, **ELSEWHERE})
    alias = {**B, **OTHER_A, "b_forename": "Marco", "b_surname": "Dellacroce", "b_dob": ""}
    second = received(now=LATER, external_id="X-2", **alias)
    assert links(first) == links(second) == set()
    with acting(crew["intake"], LATER) as act:
        people = {"b": {"aliases": ["William Ollerton"], "dob": "1983-04-09"}}
        information.add(act, second, {"people": people})
    assert links(first) == {(second, "same_subject")}
    assert links(second) == {(first, "same_subject")}
    third = received(now=LATER, external_id="X-3", **{**alias, **THIRD_A})
    assert (second, "same_subject") in links(third)


PERSONS = "source,person_id,forename,surname,aliases,dob,sex,postcode\n"


@pytest.fixture
def load(acting, tmp_path):
    """Load persons of the force's own records."""

    def make(rows):
        file = tmp_path / "persons.csv"
        file.write_text(PERSONS + rows, "utf-8")
        with acting() as act:
            extracts.load(act, Source.RMS, persons=file, records=None)

    return make


@pytest.fixture
def checking(received, acting):
    """Take an application in, and make its automatic searches."""

    def make(**overrides):
        reference = received(**overrides)
        with acting(system("lifecycle"), LATER) as act:
            application = act.application(reference)
            record_checks.search_automatic(act, application)
            lifecycle.move(act, application, Stage.RECORD_CHECKS, because="gate_passed")
        return reference

    return make


@pytest.fixture
def answer(acting, crew):
    """Somebody answers the first open item of a kind that is about something."""

    def do(who, reference, kind, about, **said):
        query = select(WorkItem).where(
            WorkItem.reference == reference,
            WorkItem.kind == kind,
            WorkItem.done_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
        with acting(crew[who], LATER + DAY) as act:
            [item, *_] = [item for item in act.session.scalars(query) if about in item.subject]
            read_and_do(act, item, said)

    return do


def test_the_same_confirmed_person_of_a_source_links_two_applications(load, checking, answer, links):
    load("rms,r1,William,Ollerton,Marco Dellacroce,1983-04-09,m,QX3 4LM\n")
    first = checking(external_id="X-1", **{**B, "b_address": ""})
    other_name = {"b_forename": "Marco", "b_surname": "Dellacroce", **ELSEWHERE}
    second = checking(external_id="X-2", **{**B, **OTHER_A, **other_name})
    assert links(first) == links(second) == set()
    answer("research", first, "review_match", "candidate", verdict="same", reason="date and postcode")
    answer("research", second, "review_match", "candidate", verdict="same", reason="he says so himself")
    assert (second, "same_subject") in links(first)
    assert (first, "same_subject") in links(second)


def question(checking):
    """Two applications that may be about one man: the surname is another, the rest is not."""
    first = checking(external_id="X-1", **B)
    return first, checking(external_id="X-2", **{**B, **OTHER_A, **ELSEWHERE, "b_dob": "1983-04-10"})


def test_a_possible_link_counts_when_somebody_confirms_it_and_once_for_both_sides(
    checking, answer, links, acting, open_items
):
    first, second = question(checking)
    assert links(first) == {(second, "may_be_same_subject")}
    with acting() as act:
        assert risk_inputs.gather(act, act.application(second))[0].earlier_applications == 0
    answer("research", second, "review_match", "pair", verdict="same", reason="one day off, the same man")
    assert links(first) == {(second, "may_be_same_subject"), (second, "same_subject")}
    assert links(second) == {(first, "may_be_same_subject"), (first, "same_subject")}
    with acting() as act:
        for reference in (first, second):
            application = act.application(reference)
            assert risk_inputs.gather(act, application)[0].earlier_applications == 1
            lifecycle.refresh(act, application, because="linked")
        act.session.flush()
    for reference in (first, second):
        kinds = [item.kind for item in open_items(reference) if "pair" in item.subject]
        assert kinds == ["second_look_at_rejection"]  # both errors do harm
    answer("read", first, "second_look_at_rejection", "pair", agrees=True, reason="so it is")
    for reference in (first, second):
        with acting(system("lifecycle"), LATER + DAY) as act:
            lifecycle.refresh(act, act.application(reference), because="linked")
        assert [item for item in open_items(reference) if "pair" in item.subject] == []


def test_a_second_person_who_does_not_agree_that_it_is_one_man_ends_the_link_on_both_sides(
    checking, answer, acting, open_items
):
    first, second = question(checking)
    answer("research", second, "review_match", "pair", verdict="same", reason="one day off, the same man")
    answer("read", second, "second_look_at_rejection", "pair", agrees=False, reason="another man, he is taller")
    for reference in (first, second):
        with acting(system("lifecycle"), LATER + DAY) as act:
            application = act.application(reference)
            assert risk_inputs.gather(act, application)[0].earlier_applications == 0
            lifecycle.refresh(act, application, because="linked")
        assert [item.kind for item in open_items(reference) if "pair" in item.subject] == ["review_match"]
    answer("research", first, "review_match", "pair", verdict="same", reason="it is he, the height was a slip")
    with acting() as act:
        assert risk_inputs.gather(act, act.application(second))[0].earlier_applications == 1
        assert audit.verify(act).broken == []


def test_two_people_say_that_it_is_another_man_and_the_question_does_not_come_back(
    checking, answer, links, acting, crew, open_items
):
    first, second = question(checking)
    answer("research", second, "review_match", "pair", verdict="different", reason="another height")
    answer("read", second, "second_look_at_rejection", "pair", agrees=True, reason="so it is")
    for reference in (first, second):
        with acting(system("lifecycle"), LATER + DAY) as act:
            lifecycle.refresh(act, act.application(reference), because="linked")
        kinds = {item.kind for item in open_items(reference) if "pair" in item.subject}
        assert kinds == set()
    assert links(first) == {(second, "may_be_same_subject")}


def test_three_applicants_about_one_man_raise_every_open_application(received, peek, store):
    first = received(external_id="X-1", **B)
    second = received(now=LATER, external_id="X-2", **{**B, **OTHER_A})
    assert [peek(reference).priority for reference in (first, second)] == ["high", "high"]
    third = received(now=LATER, external_id="X-3", **{**B, **THIRD_A, **SLIPS["spelling"]})
    everybody = (first, second, third)
    assert {peek(reference).priority_reason for reference in everybody} == {"several_applicants"}
    assert {peek(reference).priority for reference in everybody} == {"urgent"}
    with store.session() as session:
        query = select(Notice.reference).where(Notice.reason == "several_applicants", Notice.role == "supervisor")
        assert set(session.scalars(query)) == set(everybody)


def test_one_applicant_who_comes_three_times_is_no_several(received, peek):
    references = [received(external_id=f"X-{number}", **B) for number in range(3)]
    assert {peek(reference).priority for reference in references} == {"high"}


def test_applicants_of_long_ago_do_not_count(received, peek):
    long_ago = {"submitted_at": "2022-03-02T09:00:00+00:00"}
    received(external_id="X-1", **B, **long_ago)
    received(external_id="X-2", **{**B, **OTHER_A}, **long_ago)
    assert peek(received(external_id="X-3", **{**B, **THIRD_A})).priority == "high"


@pytest.fixture
def restricted(acting, crew):
    def restrict(reference):
        with acting(crew["research"]) as act:
            governance.restrict(act, reference, reason="known_to_staff")

    return restrict


@pytest.fixture
def across(received, restricted):
    """Two applications about one man, of which one is restricted: before the second came, or after."""

    def make(which):
        first = received(external_id="X-1", **B)
        if which == "first":
            restricted(first)
        second = received(now=LATER, external_id="X-2", **{**B, **OTHER_A, **SLIPS["spelling"]})
        if which == "second, linked before":
            restricted(second)
        return first, second

    return make


EVERYBODY = ("intake", "research", "read", "risk", "chair", "approve", "disclose", "supervise", "head")
RESTRICTED = pytest.mark.parametrize("which", ["first", "second, linked before"])


@RESTRICTED
def test_across_a_restriction_no_page_and_no_queue_tells_of_the_link(which, across, acting, crew, shown, store, peek):
    first, second = across(which)
    for who in EVERYBODY:
        for reference, other in ((first, second), (second, first)):
            try:
                page = shown(crew[who], reference)
            except NotPermitted:
                continue
            assert other not in page
            assert "application_link" not in page
        with acting(crew[who], LATER) as act:
            for role in (None, *crew[who].roles, *crew["head"].roles):
                for item in work_queue.waiting(act, role=role).items:
                    assert who == "head" or item.kind != "link_across_restriction"
    with acting(crew["head"], LATER) as act:
        [item] = [item for item in work_queue.waiting(act).items if item.kind == "link_across_restriction"]
        assert item.subject == {"references": sorted((first, second)), "why": "same_subject"}
        assert item.reference is None
    with store.session() as session:
        [notice] = session.scalars(select(Notice).where(Notice.reason == "link_across_restriction"))
        assert (notice.role, notice.reference) == ("head_of_unit", None)
        if which == "first":
            for reference in (first, second):
                told = session.scalars(select(Notice.reason).where(Notice.reference == reference)).all()
                assert "linked" not in told
                assert peek(reference).priority_reason != "repeat_application"


@RESTRICTED
def test_across_a_restriction_the_pack_and_the_score_know_nothing(which, across, acting, crew):
    first, second = across(which)
    open_one = second if which == "first" else first
    with acting(crew["chair"], LATER) as act:
        assert panel_pack.pack(act, open_one)["earlier_applications"] == []
    with acting(system("lifecycle"), LATER) as act:
        for reference in (first, second):
            assert risk_inputs.gather(act, act.application(reference))[0].earlier_applications == 0


@RESTRICTED
def test_no_entry_of_either_ledger_names_the_other_side(which, across, store):
    first, second = across(which)
    with store.session() as session:
        for reference, other in ((first, second), (second, first)):
            for entry in session.scalars(select(LedgerEntry).where(LedgerEntry.chain.in_([reference, "unit"]))):
                body = {name: value for name, value in entry.body.items() if name != "rows"}
                assert other not in json.dumps(body)


@pytest.mark.parametrize("tell", [True, False])
def test_the_head_of_unit_decides_whether_both_are_told(tell, across, acting, crew, shown):
    first, second = across("first")
    with acting(crew["head"], LATER) as act:
        [item] = [item for item in work_queue.waiting(act).items if item.kind == "link_across_restriction"]
        work_queue.do(act, item.id, {"tell": tell, "reason": "both are at risk"})
    assert (second in shown(crew["research"], first)) is tell
    assert (first in shown(crew["supervise"], second)) is tell
    with acting(crew["head"], LATER) as act:
        own_register.look(act, act.application(first))
        assert [item for item in work_queue.waiting(act).items if item.kind == "link_across_restriction"] == []


def test_the_two_are_linked_when_the_restriction_is_lifted(across, acting, crew, shown, links):
    first, second = across("first")
    assert links(first) == links(second) == set()
    for who in ("head", "supervise"):
        with acting(crew["head"], LATER) as act:
            if who == "supervise":
                governance.name_person(act, first, staff="supervise")
        with acting(crew[who], LATER) as act:
            governance.lift(act, first, reason="no_longer")
    assert links(first) == {(second, "same_subject")}
    assert first in shown(crew["intake"], second)
    with acting(crew["head"], LATER) as act:
        assert [item for item in work_queue.waiting(act).items if item.kind == "link_across_restriction"] == []
    with acting(OPERATOR, LATER) as act:
        assert audit.verify(act).broken == []


def test_the_search_of_our_own_register_says_that_there_is_somebody(checking, acting):
    first = checking(external_id="X-1", **B)
    with acting() as act:
        assert own_result(act, first) == "nil"
    second = checking(external_id="X-2", **{**B, **OTHER_A})
    with acting(system("lifecycle"), LATER) as act:
        record_checks.search_automatic(act, act.application(first))
        assert [own_result(act, reference) for reference in (first, second)] == ["hit", "hit"]


def own_result(act, reference):
    query = "SELECT result FROM search WHERE reference = :reference AND source = 'dvds_register' AND NOT superseded"
    return act.session.scalar(text(query), {"reference": reference})


def test_disposal_leaves_no_key_by_which_anybody_is_found(received, acting, crew, rows):
    reference = received(external_id="X-1", **B)
    for who in ("intake", "supervise"):
        with acting(crew[who]) as act:
            early_ending.withdraw(act, reference, reason="asked", **SAID)
    for who in ("supervise", "supervise2"):
        with acting(crew[who]) as act:
            governance.dispose(act, reference, reason="time is over")
    assert [row.keys for row in rows(PersonKeys, reference)] == [[], []]
    assert rows(ApplicationLink, received(external_id="X-2", **B)) == []

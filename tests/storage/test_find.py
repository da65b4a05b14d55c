"""Finding applications by the people in them: every kind of detail, nobody across a restriction, every search in the ledger."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from early_ends import SAID
from sqlalchemy import event, select
from walking import ROW

from casebook.case_page.blocks import as_lines
from casebook.casework.find import asking, finding
from casebook.casework.governance import conflicts, early_ending, governance, merging
from casebook.casework.record_checks import information
from casebook.casework.safeguarding import safe_contact
from casebook.cli.case import find as command
from casebook.domain.authority import MAY, Command
from casebook.domain.vocabulary import Role
from casebook.errors import InvalidAnswer, NotPermitted
from casebook.storage.case import finding as stored
from casebook.storage.tables import LedgerEntry, Panel, PersonKeys

KATH = {
    **ROW, "external_id": "FORM-17", "a_forename": "Katherine", "a_middle_names": "Rose", "a_surname": "Smith",
    "a_dob": "1990-02-03", "a_former_names": "Ollerenshaw", "a_aliases": "Kitty Vandermeer",
    "a_phone": "07700 900123 / 07700 900456",
    "a_postcode": "QX3 4LM", "a_email": "Kath.S@example.org", "code_word": "Blue Heron", "b_forename": "David",
    "b_surname": "Trevanion", "b_dob": "1985-11-07", "b_pnc_id": "2001/0001234F", "b_cro": "", "b_postcode": "QX9 1ZZ",
    "applicant": "third_party", "c_forename": "Morag", "c_surname": "Dunsinane", "c_phone": "07700900789", "c_dob": "1961",
}  # fmt: skip
# what somebody says or types -> whom it finds
FINDS = {
    "her name": ({"words": "Katherine Smith"}, "a"),
    "nickname, other spelling": ({"words": "kath smyth"}, "a"),
    "another nickname": ({"words": "Katie Smith"}, "a"),
    "her surname first": ({"words": "smith katherine"}, "a"),
    "with a comma": ({"words": "SMITH, Kath"}, "a"),
    "misspelt": ({"words": "Katherin Smiht"}, "a"),
    "her middle name": ({"words": "Rose Smith"}, "a"),
    "an alias": ({"words": "kitty vandermeer"}, "a"),
    "a former name": ({"words": "kath ollerenshaw"}, "a"),
    "one word": ({"words": "smyth"}, "a"),
    "surname and date": ({"surname": "smyth", "dob": "1990-02-03"}, "a"),
    "forename and year": ({"words": "kath 1990"}, "a"),
    "a wrong date": ({"words": "kath smith", "dob": "1991-07-09"}, "a"),
    "date with a slip": ({"words": "03/03/1990"}, None),
    "day and month swapped": ({"words": "1990-03-02"}, "a"),
    "month of birth": ({"words": "Feb 1990"}, "a"),
    "his date": ({"words": "7 November 1985"}, "b"),
    "telephone": ({"words": "07700 900123"}, "a"),
    "the other telephone": ({"phone": "+44 (0)7700-900-456"}, "a"),
    "e-mail": ({"words": "KATH.s@example.org"}, "a"),
    "postcode": ({"words": "qx34lm"}, "a"),
    "district": ({"words": "QX3"}, "a"),
    "his district": ({"postcode": "QX9"}, "b"),
    "his number": ({"words": "01/1234F"}, "b"),
    "code word": ({"code_word": "blue  HERON"}, "c"),
    "C by name": ({"words": "morag dunsinane"}, "c"),
    "C by telephone": ({"words": "Dunsinane 07700900789"}, "c"),
    "name misheard, date and postcode right": ({"words": "Zoltan Quux 1990-02-03 QX3 4LM"}, "a"),
    "another name altogether": ({"words": "Zoltan Quux"}, None),
    "another man of the surname": ({"words": "Peter Trevanion"}, None),
    "a code word that is a name": ({"code_word": "smith"}, None),
}  # fmt: skip


@pytest.fixture
def find(unit):
    def search(who="intake", limit=20, **asked):
        with unit.acting(who) as act:
            return finding.find(act, asking.parsed(asked), limit=limit)

    return search


@pytest.fixture
def found(find):
    """References and parties of the hits."""
    return lambda *who, **asked: [(hit.reference, hit.party) for hit in find(*who, **asked).hits]


@pytest.fixture
def kath(unit):
    return unit.receive(KATH)


@pytest.fixture
def entries(unit):
    def read(chain):
        with unit.store.session() as session:
            return session.scalars(
                select(LedgerEntry).where(LedgerEntry.chain == chain).order_by(LedgerEntry.sequence)
            ).all()

    return read


def test_somebody_is_found_by_whatever_is_known_of_them(kath, found):
    wrong = {
        why: found(**asked)
        for why, (asked, party) in FINDS.items()
        if found(**asked) != ([(kath, party)] if party else [])
    }
    assert wrong == {}


def test_an_application_is_found_by_its_reference_and_by_its_id_elsewhere(kath, found):
    everybody = [(kath, "a"), (kath, "b"), (kath, "c")]
    assert found(words=kath) == everybody
    assert found(words=kath.lower()) == everybody
    assert found(words="FORM-17") == found(external_id="FORM-17") == everybody
    assert found(words="CL-1999-000001") == found(external_id="FORM-1") == []


def test_the_best_come_first_and_each_says_how_it_agrees(unit, find):
    row = {**ROW, "a_surname": "Quillfeather"}
    for number, changed in enumerate([
        {"b_forename": "Baz"}, {}, {"b_dob": "1985-02-13"},
        {"b_forename": "Barry", "b_surname": "Ottershaw", "b_dob": ""}, {"b_dob": "1961-12-30"},
    ]):  # fmt: skip
        unit.receive({**row, "external_id": f"O-{number}", "a_forename": f"Anna{number * 'x'}", **changed})
    answer = find(words="Barry Ottershaw 1985-02-03")
    assert [hit.reference[-1] for hit in answer.hits] == ["2", "1", "3", "4", "5"]
    how = [[(part.kind, part.how) for part in hit.parts] for hit in answer.hits]
    assert how[0] == [("date_of_birth", "same"), ("name", "same")]
    assert how[1] == [("date_of_birth", "same"), ("name", "other_form")]
    assert [parts[0][1] for parts in how[2:]] == ["near", "not_known", "differs"]


def test_only_what_tells_people_apart_is_shown(kath, find):
    answer = find(words="kath smyth", code_word="blue heron", phone="07700900123")
    text = json.dumps(command._data(answer), default=str) + "\n".join(as_lines(command._lines(answer)))
    assert "Katherine Rose Smith" in text
    assert "1990-02-03" in text
    for hidden in ("frightens", "07700", "eron", "example.org", "0001234F", "Vandermeer", "Ollerenshaw", "kath smyth"):
        assert hidden not in text
    assert "code word: the same" in text


def test_whoever_rings_sees_in_each_hit_how_that_is_safe(unit, kath, find):
    told = {hit.party: hit.contact for hit in find(words=kath).hits}
    assert told == {"a": "no_safe_contact", "b": "never", "c": "only_by_plan"}
    unit.carry(kath)
    lines = "\n".join(as_lines(command._lines(find(words=kath))))
    assert "Do not contact: this is the subject" in lines
    assert "Do not contact: no safe way is known" in lines
    assert "researcher (nobody yet)" in lines


def test_the_keys_follow_what_becomes_known(unit, kath, found):
    with unit.acting("intake") as act:
        known = {"surname": "Wolstenholme", "phone": "07700900999", "aliases": [], "pnc_id": "1999/0005678C"}
        information.add(act, kath, {"people": {"a": known}})
    assert found(words="kath wolstenholme") == found(words="07700900999") == [(kath, "a")]
    assert found(words="07700900123") == found(words="kitty vandermeer") == []
    plan = {"party": "c", "asked_by": "the_person", "identified_by": "code_word", "said_word": "Blue Heron"}
    with unit.acting("intake") as act:
        safe_contact.set_plan(act, kath, **plan, code_word="Red Kestrel", at=None)
    assert found(code_word="red kestrel") == []  # it is not in force before a second person has agreed
    [item] = [item for item in unit.open_items(kath) if item.kind == "look_at_plan_change"]
    unit.do("supervise", item, {"agreed": True, "reason": "I rang her"})
    assert found(code_word="red kestrel") == [(kath, "c")]
    assert found(code_word="blue heron") == []


def test_somebody_of_whom_nothing_was_known_is_found_when_they_are(unit, found):
    reference = unit.receive({**ROW, "external_id": "N-1"})
    with unit.acting("intake") as act:
        information.add(act, reference, {"people": {"c": {"forename": "Ygraine", "surname": "Tarn"}}})
    assert found(words="ygraine tarn") == [(reference, "c")]


@contextmanager
def statements(store):
    """The statements that are executed meanwhile."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def test_a_restricted_application_is_as_if_it_were_not_there(unit, kath, find, entries):
    with unit.acting("supervise") as act:
        governance.restrict(act, kath, reason="staff_member")
    for there, not_there in (
        ({"words": "katherine smith"}, {"words": "josephine smith"}),  # an equal number of ways to spell them
        ({"words": "07700900123"}, {"words": "07700900124"}),
        ({"code_word": "blue heron"}, {"code_word": "grey heron"}),
        ({"words": kath}, {"words": "CL-2026-000999"}),
        ({"words": "FORM-17"}, {"words": "FORM-18"}),
    ):
        with statements(unit.store) as met:
            one = find("research", **there)
        with statements(unit.store) as missed:
            other = find("research", **not_there)
        assert one == other
        assert one.hits == ()
        assert met == missed
        bodies = [entry.body for entry in entries("house") if entry.event == "applications_searched"]
        assert bodies[-1] == bodies[-2]
    assert [hit.party for hit in find("supervise", words="kath smith").hits] == ["a"]
    assert find("supervise", words="kath smith").hits[0].restricted
    assert [hit.party for hit in find("head", words="kath smith").hits] == ["a"]
    with unit.acting("head") as act:
        governance.name_person(act, kath, staff="research")
    assert [hit.party for hit in find("research", words="kath smith").hits] == ["a"]


def test_a_search_reads_no_row_of_a_restricted_application(unit, kath, find):
    search = asking.read(asking.parsed({"words": "kath smyth 07700900123"}), unit.now.year)

    def met(*named):
        reader = stored.Reader(named_for=frozenset(named), closed_to_them=frozenset(), only=None)
        with unit.store.session() as session:
            questions = asking.sure_questions(search, reader.named_for)
            return {person_id for found in stored.sharing(session, questions, reader) for person_id in found.ids}

    assert met() == {f"{kath}:a"}
    with unit.acting("supervise") as act:
        governance.restrict(act, kath, reason="staff_member")
    assert met() == met("CL-2026-000999") == set()
    assert met(kath) == {f"{kath}:a"}
    with unit.acting("supervise") as act:
        information.add(act, kath, {"people": {"a": {"phone": "07700900456"}}})
    assert met() == set()  # whoever works on it does not give it away
    for who in ("supervise", "head"):
        with unit.acting(who) as act:
            governance.lift(act, kath, reason="no_need")
    assert met() == {f"{kath}:a"}


def test_no_count_and_no_limit_tells_of_a_restricted_application(unit, find):
    references = [
        unit.receive({**ROW, "external_id": f"L-{number}", "a_forename": "Anna" + "x" * number}) for number in range(4)
    ]
    before = find("research", limit=3, words="barry ottershaw")
    assert (len(before.hits), before.more) == (3, True)
    with unit.acting("supervise") as act:
        governance.restrict(act, references[1], reason="staff_member")
    after = find("research", limit=3, words="barry ottershaw")
    assert ([hit.reference for hit in after.hits], after.more) == ([references[at] for at in (3, 2, 0)], False)
    assert find("supervise", limit=3, words="barry ottershaw").more


def test_what_was_merged_leads_to_what_it_was_merged_into(unit, kath, found, find, entries):
    unit.now += timedelta(minutes=5)
    later = {"submitted_at": "2026-03-02T09:30:00+00:00", "external_id": "FORM-18", "a_surname": "Wolstenholme"}
    duplicate = unit.receive({**KATH, **later})
    for who in ("intake", "supervise"):
        with unit.acting(who) as act:
            merging.merge(act, duplicate, into=kath, reason="twice")
    for asked in ({"words": "kath wolstenholme"}, {"words": "07700900123"}):
        [hit] = find(**asked).hits
        assert (hit.reference, hit.party) == (kath, "a")
    assert {hit.reference for hit in find(words=duplicate).hits} == {kath}
    assert {hit.merged_from for hit in find(words="FORM-18").hits} == {(duplicate,)}
    assert entries(duplicate)[-1].body["part"] == "found"
    with unit.acting("supervise") as act:
        governance.restrict(act, kath, reason="staff_member")
    assert found("research", words="kath wolstenholme") == []
    assert found("research", words=duplicate) == []


def test_what_was_disposed_of_is_found_by_its_reference_and_no_more_by_its_people(unit, kath, found, find):
    for who in ("intake", "supervise"):
        with unit.acting(who) as act:
            early_ending.withdraw(act, kath, reason="asked", **{**SAID, "said_by": "third_party"})
    assert found(words="kath smyth") == [(kath, "a")]
    for who in ("supervise", "supervise2"):
        with unit.acting(who) as act:
            governance.dispose(act, kath, reason="time is over")
    assert {why: found(**asked) for why, (asked, _) in FINDS.items() if found(**asked)} == {}
    [hit] = find(words=kath).hits
    assert (hit.reference, hit.party, hit.disposed, hit.name, hit.born) == (kath, None, True, "", "")
    assert found(words="FORM-17") == [(kath, None)]
    assert "erased" in "\n".join(as_lines(command._lines(find(words=kath))))
    with unit.store.session() as session:
        assert {tuple(keys) for keys in session.scalars(select(PersonKeys.found_by))} == {()}


def test_a_panel_member_finds_the_cases_they_sit_on(unit, kath, found):
    assert found("member", words="kath smyth") == found("member", words=kath) == []
    with unit.acting("chair") as act:
        act.session.add(
            Panel(id=f"{kath}:1", reference=kath, version=1, chair="chair", members=[{"staff": "member", "agency": "idva"}],
                  agencies_asked=[], agencies_silent=[], meets_at=act.now, out_of_cycle=False, quorum=2, convened_by="chair",
                  convened_at=act.now)
        )  # fmt: skip
        act.record(act.application(kath), "panel_convened")
    assert found("member", words="kath smyth") == [(kath, "a")]


def test_whoever_has_a_conflict_of_interest_does_not_find_it(unit, kath, found):
    with unit.acting("supervise") as act:
        conflicts.find(act, kath, staff="research", reason="his brother")
    assert found("research", words="kath smyth") == found("research", words=kath) == []
    assert found("intake", words="kath smyth") == [(kath, "a")]


@pytest.mark.parametrize("role", list(Role))
def test_only_who_may_see_personal_detail_may_search(unit, kath, role, acting_with):
    with acting_with(role) as act:
        if role in MAY[Command.SEE_PERSONAL_DETAIL]:
            finding.find(act, asking.parsed({"words": "kath smyth"}))
        else:
            with pytest.raises(NotPermitted):
                finding.find(act, asking.parsed({"words": "kath smyth"}))


@pytest.fixture
def acting_with(unit):
    from casebook.domain.actors import OPERATOR, Actor, system  # noqa: PLC0415

    def act(role):
        if role is Role.OPERATOR:
            return unit.acting(OPERATOR)
        return unit.acting(
            system("x") if role is Role.SYSTEM else Actor(id=f"the-{role}".replace("_", "-"), roles=frozenset({role}))
        )

    return act


def test_every_search_and_what_it_showed_is_in_the_ledger_and_nothing_that_was_searched(unit, kath, find, entries):
    find("research", words="kath smyth 1990-02-03", postcode="QX3 4LM")
    find("research", words="Zoltan Quux")
    searches = [entry for entry in entries("house") if entry.event == "applications_searched"]
    assert [(entry.actor, entry.body) for entry in searches] == [
        ("research", {"by": ["postcode", "date_of_birth", "name"], "hits": 1, "more": False}),
        ("research", {"by": ["name"], "hits": 0, "more": False}),
    ]
    shown = entries(kath)[-1]
    assert (shown.actor, shown.event, shown.body) == ("research", "personal_detail_viewed", {"part": "found"})
    written = " ".join(json.dumps(entry.body) for chain in ("house", kath) for entry in entries(chain))
    for canary in ("kath", "smyth", "1990", "QX3", "Quux"):
        assert canary.lower() not in written.lower()


def test_being_shown_in_a_list_is_not_reading_the_file(unit, kath, find, entries):
    find("research", words="kath smyth")
    assert "versions" not in entries(kath)[-1].body


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({}, "give a name"),
        ({"words": "  "}, "give a name"),
        ({"words": "1990"}, "a year alone fits too many people"),
        ({"dob": "30 February"}, "date of birth: cannot be read"),
        ({"identifier": "01/1234A"}, "its check letter is wrong"),
        ({"words": "unknown unknown"}, "cannot be read"),
    ],
)
def test_a_search_by_nothing_is_refused_and_does_not_look_like_nobody(find, kath, asked, reason):
    with pytest.raises(InvalidAnswer, match=reason) as refusal:
        find(**asked)
    assert refusal.value.code == "nothing_asked"
    assert not any(value in refusal.value.message for value in asked.values() if value.strip())


def test_a_part_that_cannot_be_read_does_not_stop_the_rest(kath, find):
    answer = find(words="kath smyth", identifier="01/1234A")
    assert [hit.party for hit in answer.hits] == ["a"]
    assert answer.unused == (("identifier", "wrong_check_letter"),)


@pytest.mark.parametrize(
    "raw", ["Canary", ["Canary"], {"surname": ["Canary"]}, {"Canary": "x"}, {"surname": "Canary" * 99}]
)
def test_a_file_that_is_no_search_is_refused_without_its_contents(raw):
    with pytest.raises(InvalidAnswer) as refusal:
        asking.parsed(raw)
    assert "Canary" not in refusal.value.message

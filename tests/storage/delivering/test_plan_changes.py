"""Changes of a safe-contact plan: nobody widens one alone, anybody narrows one at once, and every change can be read later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casebook.case_page import facts
from casebook.case_page.blocks import as_lines
from casebook.casework.governance import exceptions
from casebook.casework.record_checks import information
from casebook.casework.reporting import viewing
from casebook.casework.safeguarding import contact, safe_contact
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Role
from casebook.errors import NotPermitted, Refused
from casebook.storage.tables import SafeContact, SafeContactChange

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # the plan is mon..fri 09:00-17:00, by phone
EVENING = MONDAY + timedelta(hours=10)
KIND = "look_at_plan_change"
YES, NO = {"agreed": True, "reason": "I rang her"}, {"agreed": False, "reason": "she never asked for it"}
BY_WORD = {"asked_by": "the_person", "identified_by": "code_word", "said_word": "Otter"}
BY_DOCUMENT = {"asked_by": "the_person", "identified_by": "document"}
BY_NOBODY = {"asked_by": "somebody_else", "identified_by": "not_identified"}
AT_NIGHT = {"start": "09:00", "until": "22:00"}


@pytest.fixture
def people(people):
    return {**people, "m1": [Role.PANEL_MEMBER]}


@pytest.fixture
def planned(received, crew):
    """An application whose applicant has a code word and needs an interpreter."""
    return received(code_word="otter", interpreter="Polish")


@pytest.fixture
def change(acting, crew):
    def ask(who, reference, *, now=MONDAY, party="a", **given):
        with acting(crew[who], now=now) as act:
            return safe_contact.set_plan(act, reference, party=party, **given)["effect"]

    return ask


@pytest.fixture
def ring(acting, crew):
    """The code for which a contact is refused, or None."""

    def call(who, reference, *, now=EVENING, channel="phone", **given):
        try:
            with acting(crew[who], now=now) as act:
                contact.record(act, reference, party="a", purpose="other", channel=channel, result="reached", **given)
        except contact.ContactRefused as refused:
            return refused.code
        return None

    return call


def code_of(refused):
    return refused.value.code


def test_whoever_was_refused_does_not_widen_the_plan_alone(planned, change, ring, do, rows):
    assert ring("d1", planned) == "outside_window"
    assert change("d1", planned, **BY_DOCUMENT, **AT_NIGHT, now=EVENING) == "second_person"
    assert ring("d1", planned, now=EVENING + timedelta(minutes=1)) == "outside_window"
    with pytest.raises(Refused) as refused:
        do("d1", planned, KIND, YES, now=EVENING)
    assert code_of(refused) == "same_person"
    do("d2", planned, KIND, YES, now=EVENING + timedelta(minutes=5))
    assert ring("d1", planned, now=EVENING + timedelta(minutes=6)) is None
    (row,) = rows(SafeContactChange, planned)
    assert (row.recorded_by, row.second_by, row.agreed, row.widens) == ("d1", "d2", True, ["hours"])


def test_what_a_change_does_not_mention_is_kept(planned, change, rows):
    assert change("d1", planned, **BY_DOCUMENT, days="mon") == "at_once"
    (plan,) = rows(SafeContact, planned)
    assert (plan.code_word, plan.interpreter, plan.channel, plan.days) == ("otter", "Polish", "phone", ["mon"])
    assert plan.windows == [["09:00", "17:00"]]


def test_details_are_no_second_way_to_write_a_plan_over(planned, acting, crew, ring, open_items):
    details = {"safe_contact": {"a": {**BY_DOCUMENT, "channel": "text"}}}
    with acting(crew["d1"]) as act:
        information.add(act, planned, details)
    assert ring("d1", planned, now=MONDAY, channel="text") is not None
    assert len(open_items(planned, KIND)) == 1
    with pytest.raises(NotPermitted), acting(crew["m1"]) as act:
        information.add(act, planned, details)


def test_anybody_stops_contact_at_once(planned, change, ring):
    assert change("r1", planned, **BY_NOBODY, stop="yes") == "at_once"
    assert ring("d1", planned, now=MONDAY) == "no_channel"
    assert change("d1", planned, **BY_DOCUMENT, channel="phone") == "second_person"
    assert ring("d1", planned, now=MONDAY + timedelta(hours=1)) == "no_channel"


def test_a_channel_that_they_leave_is_not_used_while_the_new_one_waits(planned, change, ring, do):
    assert change("d1", planned, **BY_DOCUMENT, channel="text") == "second_person"
    assert ring("d1", planned, now=MONDAY, channel="phone") == "no_channel"
    do("s1", planned, KIND, YES, now=MONDAY)
    assert ring("d1", planned, now=MONDAY + timedelta(hours=1), channel="text") is None


def test_the_same_change_asked_for_twice_is_agreed_to_twice(planned, change, ring, do):
    change("d1", planned, **BY_DOCUMENT, channel="text")
    change("d1", planned, **BY_DOCUMENT, channel="text")
    do("s1", planned, KIND, YES, now=MONDAY)
    do("s1", planned, KIND, YES, now=MONDAY)
    assert ring("d1", planned, now=MONDAY + timedelta(hours=1), channel="text") is None


def test_a_stop_outlives_an_older_change_that_still_waits(planned, change, ring, do):
    change("d1", planned, **BY_DOCUMENT, **AT_NIGHT)
    change("n1", planned, **BY_NOBODY, stop="yes")
    with pytest.raises(Refused) as refused:
        do("s1", planned, KIND, YES, now=MONDAY)
    assert code_of(refused) == "plan_changed"
    do("s1", planned, KIND, NO, now=MONDAY)
    assert ring("d1", planned, now=MONDAY) == "no_channel"


def test_the_person_may_ask_for_one_call_back_by_their_code_word(planned, change, ring, open_items, rows):
    assert change("d1", planned, **BY_WORD, **AT_NIGHT, now=EVENING) == "call_back"
    assert ring("d1", planned, now=EVENING + timedelta(minutes=5)) is None
    assert ring("d1", planned, now=EVENING + timedelta(minutes=9)) == "outside_window"
    (item,) = open_items(planned, KIND)
    assert item.due_at == EVENING + timedelta(hours=24)
    (plan,) = rows(SafeContact, planned)
    assert plan.windows == [["09:00", "17:00"]]  # the plan itself stays


def test_a_call_back_ends_after_a_day_and_when_the_second_person_does_not_agree(planned, change, ring, do, received):
    change("d1", planned, **BY_WORD, **AT_NIGHT, now=EVENING)
    assert ring("d1", planned, now=EVENING + timedelta(hours=25)) == "outside_window"
    do("d2", planned, KIND, NO, now=EVENING)
    assert ring("d1", planned, now=EVENING + timedelta(minutes=5)) == "outside_window"


def test_a_code_word_that_was_set_by_whoever_uses_it_identifies_nobody(received, change, ring):
    reference = received(safe_channel="")
    whole = {"channel": "phone", "days": "mon", "start": "09:00", "until": "10:00", "code_word": "otter"}
    assert change("d1", reference, asked_by="professional", identified_by="known", **whole) == "first_plan"
    assert change("d1", reference, **BY_WORD, **AT_NIGHT) == "second_person"
    assert ring("d1", reference) == "outside_window"


def test_a_first_plan_is_in_force_at_once_and_stops_if_the_second_person_does_not_agree(received, change, ring, do):
    reference = received(safe_channel="")
    whole = {"channel": "phone", "days": "mon", "start": "09:00", "until": "17:00"}
    assert change("n1", reference, asked_by="professional", identified_by="known", **whole) == "first_plan"
    assert ring("d1", reference, now=MONDAY) is None
    do("s1", reference, KIND, NO, now=MONDAY)
    assert ring("d1", reference, now=MONDAY + timedelta(hours=1)) == "no_channel"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({**BY_WORD, "said_word": "heron", **AT_NIGHT}, "code_word_differs"),
        ({**BY_NOBODY, **AT_NIGHT}, "not_identified"),
        ({**BY_DOCUMENT, "channel": "carrier pigeon"}, "bad_plan"),
        ({**BY_DOCUMENT, "party": "b", "stop": "yes"}, "bad_plan"),
        ({**BY_DOCUMENT, "start": "09:00"}, "bad_plan"),
        ({**BY_DOCUMENT, "start": "09:00;10:00", "until": "11:00"}, "bad_plan"),
        ({**BY_DOCUMENT, "start": "17:00", "until": "09:00"}, "bad_plan"),
        ({**BY_DOCUMENT, "days": "someday"}, "bad_plan"),
        ({**BY_DOCUMENT, "at": "2026-03-02T10:01:00+00:00", "stop": "yes"}, "in_the_future"),
    ],
)
def test_a_change_that_cannot_be_is_refused(planned, change, rows, given, code):
    with pytest.raises(Refused) as refused:
        change("d1", planned, **given)
    assert code_of(refused) == code
    assert rows(SafeContactChange, planned) == []


def test_somebody_who_says_that_it_is_unsafe_does_not_make_an_old_plan_fresh(planned, change, sql, ring):
    sql("UPDATE safe_contact SET confirmed_at = '2026-01-01T09:00:00+00:00'")
    change("d1", planned, **BY_NOBODY, days="mon")
    assert ring("d1", planned, now=MONDAY) == "stale_plan"
    change("d1", planned, **BY_DOCUMENT, until="16:00", start="09:00")
    assert ring("d1", planned, now=MONDAY) is None


def test_every_change_is_an_exception_and_old_plans_can_be_read(planned, change, acting, crew, do):
    change("n1", planned, **BY_NOBODY, days="mon;tue")
    change("d1", planned, **BY_DOCUMENT, voicemail="yes")
    do("s1", planned, KIND, NO, now=MONDAY)
    with acting(crew["s1"]) as act:
        listed = [(line["what"], line["because"]) for line in exceptions.listing(act) if line["reference"]]
        shown = viewing.show(act, planned)
    assert sorted(listed, key=str) == [
        ("safe_contact_changed", "at_once"), ("safe_contact_changed", "second_person"), ("safe_contact_not_agreed", None),
    ]  # fmt: skip
    page = " ".join("\n".join(as_lines(facts.who(shown))).split())
    assert "before: phone call, mon tue wed thu fri, 09:00-17:00, no voicemail, code word hidden" in page
    with acting(OPERATOR) as act:
        page = "\n".join(as_lines(facts.who(viewing.show(act, planned))))
    assert "otter" not in page
    assert "before" not in page

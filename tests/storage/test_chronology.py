"""Notes, calls that come in and what they open, and the one timeline of everything."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sealing
from sqlalchemy import select
from staffing import STAFF
from walking import ROW

from casebook.casework import work_queue
from casebook.casework.chronology import calls, notes
from casebook.casework.chronology.timeline import timeline
from casebook.casework.governance import governance, merging
from casebook.casework.reporting import audit
from casebook.casework.safeguarding import contact
from casebook.casework.sweep import wakes
from casebook.domain.authority import MAY, Command
from casebook.domain.case.chronology import Caller, TimelineKind, kind_of, named_events
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.words import events
from casebook.errors import Refused
from casebook.storage.tables import CaseNote, IncomingCall, LedgerEntry

CANARY = "Canaryeight said he waits at the gate"


@pytest.fixture
def people():
    return {**STAFF, "audit": Role.AUDITOR}


@pytest.fixture
def reference(unit):
    return unit.receive({**ROW, "external_id": "CHRON-1", "code_word": "heron"})


@pytest.fixture
def rings(unit, reference):
    """`rings(opens="danger")`: a call by the person at risk, known to whoever took it."""

    def call(who="intake", **given):
        asked = {"caller": "a", "identified_by": "known", "said": CANARY, **given}
        with unit.acting(who) as act:
            return calls.take(act, reference, **asked)

    return call


def refusal(do):
    with pytest.raises(Refused) as caught:
        do()
    return caught.value.code


def test_a_note_says_what_about_whom_and_when_it_happened(unit, reference):
    yesterday = unit.now - timedelta(hours=20)
    with unit.acting("research") as act:
        done = notes.write(
            act,
            reference,
            category="agencies",
            words="Housing moves her on Friday",
            about="a",
            at=yesterday.isoformat(),
        )
    with unit.acting("read") as act:
        (line,) = timeline(act, reference, only=[TimelineKind.NOTE])
    assert (line["id"], line["by"], line["words"]) == (done["note"], "research", "Housing moves her on Friday")
    assert line["at"] == yesterday.isoformat()
    assert line["details"] == {"category": "agencies", "about": "a"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"category": "gossip", "words": "x"}, "bad_value"),
        ({"category": "safety", "words": "  "}, "reason_missing"),
        ({"category": "safety", "words": "x" * 100_001}, "too_long"),
        ({"category": "safety", "words": "x", "about": "d"}, "bad_value"),
        ({"category": "safety", "words": "x", "at": "yesterday"}, "bad_time"),
        ({"category": "safety", "words": "x", "at": "2099-01-01T00:00:00+00:00"}, "in_the_future"),
        ({"category": "safety", "words": "x", "corrects": "no such"}, "no_such_note"),
    ],
)
def test_a_note_that_cannot_be_is_refused_and_nothing_is_kept(unit, reference, given, code):
    with unit.acting("research") as act:
        assert refusal(lambda: notes.write(act, reference, **given)) == code
    with unit.store.session() as session:
        assert session.scalars(select(CaseNote)).all() == []


def test_a_note_is_corrected_by_another_and_stays(unit, reference):
    with unit.acting("research") as act:
        first = notes.write(act, reference, category="records", words="seen on the 3rd")["note"]
    with unit.acting("research") as act:
        notes.write(act, reference, category="records", words="seen on the 5th", corrects=first)
    with unit.acting("read") as act:
        lines = timeline(act, reference, only=[TimelineKind.NOTE])
    assert [line["words"] for line in lines] == ["seen on the 5th", "seen on the 3rd"]
    assert lines[0]["details"]["corrects"] == first


def test_danger_in_a_call_is_safeguarding_in_the_same_transaction_and_the_inspector_reads_the_words(
    unit, reference, rings
):
    assert rings(opens="danger")["opened"] == ["immediate_safeguarding"]
    (item,) = [each for each in unit.open_items(reference) if each.kind == WorkKind.IMMEDIATE_SAFEGUARDING]
    assert item.subject == {"cause": "danger_heard_at_call"}
    with unit.acting("inspect") as act:
        _, detail = work_queue.show(act, item.id)
        assert act.application(reference).priority == "immediate"
    assert [each["words"] for each in detail["calls"]] == [CANARY]


def test_danger_and_urgency_can_be_told_in_words_and_are_read_by_those_who_answer(unit, reference):
    with unit.acting("intake") as act:
        governance.report_danger(act, reference, reason="new_threat: he has a key again")
    with unit.acting("intake") as act:
        wakes.make_urgent(act, reference, "escalating_violence: twice this week")
    items = {item.kind: item.id for item in unit.open_items(reference)}
    with unit.acting("inspect") as act:
        _, detail = work_queue.show(act, items[WorkKind.IMMEDIATE_SAFEGUARDING])
    assert [(each["reason"], each["words"]) for each in detail["reported"]] == [("new_threat", "he has a key again")]
    with unit.acting("supervise") as act:
        _, detail = work_queue.show(act, items[WorkKind.CONFIRM_URGENT])
    assert [each["words"] for each in detail["said"]] == ["twice this week"]
    with unit.store.session() as session:
        assert not [entry for entry in session.scalars(select(LedgerEntry)) if "key again" in str(entry.body)]


def test_a_call_by_the_subject_is_danger_whatever_they_said(unit, reference, rings):
    rings(caller="b", identified_by="not_identified", said="asked what is going on")
    causes = [each.subject["cause"] for each in unit.open_items(reference) if each.kind == "immediate_safeguarding"]
    assert causes == ["subject_rang"]


def test_what_else_a_call_asks_for_is_work_for_each(unit, reference, rings):
    rings(opens="withdrawal; circumstances")
    wanted = sorted(each.subject["about"] for each in unit.open_items(reference) if each.kind == WorkKind.ACT_ON_CALL)
    assert wanted == ["circumstances", "withdrawal"]
    rings()
    assert len([each for each in unit.open_items(reference) if each.kind == WorkKind.ACT_ON_CALL]) == 2


def test_ringing_back_is_a_contact_under_the_plan_first(unit, reference, rings):
    unit.now = unit.safe_time()
    rings(opens="call_back")
    (item,) = [each for each in unit.open_items(reference) if each.kind == WorkKind.ACT_ON_CALL]
    answer = {"done": "rang_back", "reason": "spoke to her"}

    def answered():
        with unit.acting("intake") as act:
            return work_queue.do(act, item.id, answer).done_by

    assert refusal(answered) == "no_contact_logged"
    unit.now += timedelta(minutes=5)
    with unit.acting("intake") as act:
        contact.record(
            act, reference, party="a", purpose="other", channel="phone", result="reached", asked_plan_again="yes"
        )
    assert answered() == "intake"


def test_a_caller_is_identified_by_the_word_that_was_agreed_or_not_at_all(unit, reference, rings):
    assert refusal(lambda: rings(identified_by="code_word", said_word="otter")) == "code_word_differs"
    assert refusal(lambda: rings(caller="c", identified_by="code_word", said_word="heron")) == "no_code_word"
    assert rings(identified_by="code_word", said_word=" Heron ")["identified"]
    assert not rings(identified_by="not_identified")["identified"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"caller": "d"}, "bad_value"), ({"identified_by": "voice"}, "bad_value"), ({"said": ""}, "reason_missing"),
        ({"opens": "party"}, "bad_value"), ({"channel": "smoke"}, "bad_value"),
        ({"at": "2099-01-01T00:00:00+00:00"}, "in_the_future"),
    ],
)  # fmt: skip
def test_a_call_that_cannot_be_is_refused_and_nothing_is_kept(unit, rings, given, code):
    assert refusal(lambda: rings(**given)) == code
    with unit.store.session() as session:
        assert session.scalars(select(IncomingCall)).all() == []


def test_closed_and_frozen_applications_still_take_what_comes_in_and_merged_ones_say_where(unit, reference, rings):
    with unit.acting("head") as act:
        application = act.application(reference)
        application.frozen_at = act.now
        act.record(application, "harm_reported")
    assert rings(opens="danger")["opened"] == ["immediate_safeguarding"]
    other = unit.receive({**ROW, "external_id": "CHRON-2"})
    with unit.acting("head") as act:
        application = act.application(reference)
        application.merged_into = other
        act.record(application, "application_merged", other=other)
    assert refusal(rings) == "merged"


def test_the_timeline_is_one_newest_first_and_filtered(unit, reference, rings):
    rings(opens="danger", at=(unit.now - timedelta(minutes=30)).isoformat())
    unit.now += timedelta(hours=1)
    with unit.acting("research") as act:
        notes.write(act, reference, category="safety", words="rang the inspector")
    with unit.acting("read") as act:
        lines = timeline(act, reference)
        moments = [line["at"] for line in lines]
        assert moments == sorted(moments, reverse=True)
        assert lines[0]["event"] == "note_written"
        assert {"note", "call", "danger", "stage"} <= {line["kind"] for line in lines}
        assert "access" not in {line["kind"] for line in lines}
        assert timeline(act, reference, limit=1) == lines[:1]
        late = timeline(act, reference, since=unit.now - timedelta(minutes=1))
        assert [line["event"] for line in late] == ["note_written"]
    with unit.acting("read") as act:
        looked = timeline(act, reference, only=[TimelineKind.ACCESS])
    assert {line["by"] for line in looked} == {"read"}


def test_whoever_may_not_see_personal_detail_sees_no_words_and_leaves_no_view(unit, reference, rings):
    rings()
    with unit.acting() as act:
        (line,) = timeline(act, reference, only=[TimelineKind.CALL])
    assert line["words"] is None
    with unit.acting("read") as act:
        assert timeline(act, reference, only=[TimelineKind.ACCESS]) == []


def test_the_words_of_a_duplicate_are_in_the_timeline_of_what_it_was_merged_into(unit, reference, rings):
    rings()
    kept = unit.receive({**ROW, "external_id": "CHRON-3"})
    for who in ("research", "supervise"):
        with unit.acting(who) as act:
            merging.merge(act, reference, into=kept, reason="one and the same")
    with unit.acting("read") as act:
        assert CANARY in {line["words"] for line in timeline(act, kept)}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM}))
def test_every_role_may_take_a_call_and_those_of_a_case_may_write(role):
    assert (role in MAY[Command.TAKE_CALL]) == (role != Role.OPERATOR)
    assert Role.OPERATOR not in MAY[Command.ADD_NOTE]


def test_what_was_said_is_in_the_bundle_verifies(unit, reference, rings):
    rings()
    with unit.acting("research") as act:
        notes.write(act, reference, category="safety", words=CANARY)
    with unit.acting() as act:
        assert audit.verify(act).broken == []
    with unit.store.session() as session:
        assert not [entry for entry in session.scalars(select(LedgerEntry)) if "Canaryeight" in str(entry.body)]
    with unit.acting("audit") as act:
        assert str(sealing.export(act, reference)["items"]).count(CANARY) == 2


@pytest.mark.parametrize("table", [CaseNote, IncomingCall])
def test_what_was_written_and_said_is_erased_by_disposal(table):
    assert table in governance.PERSONAL
    assert set(table.personal) == {"words"} if table is CaseNote else {"said"}


def test_every_event_of_the_table_exists_and_every_other_is_shown_too():
    assert named_events() <= set(events.EVENT.words)
    assert {kind_of(event) for event in events.EVENT.words} == set(TimelineKind)


def test_every_caller_is_taken(unit, rings):
    for caller in Caller:
        assert rings(caller=caller, identified_by="not_identified")["call"]

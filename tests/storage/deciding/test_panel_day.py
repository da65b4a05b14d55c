"""The day of a panel: several cases at one meeting, each with its own conflicts, statements, answers and decision."""

from __future__ import annotations

from datetime import timedelta

import pytest
import staffing
from signing import telling

from casebook.casework import work_queue
from casebook.casework.core import conflict
from casebook.casework.governance import governance
from casebook.casework.panel_decision import panel_meetings, panel_minutes, panel_pack, statements
from casebook.casework.panel_decision.panel import Seat
from casebook.domain.case.panel_decision import Limb
from casebook.domain.vocabulary import Role, Stage, WorkKind
from casebook.errors import InvalidAnswer, NotFound, NotPermitted, Refused
from casebook.storage.tables import AgencyStatement, LedgerEntry, Panel, PanelMeeting

ASSAULT = ({"offence_text": "assault occasioning actual bodily harm", "victim_relationship": "ex_partner",
            "victim_id": "V1"}, "qualifying", None)  # fmt: skip
LIMBS = {limb: {"met": True, "reasons": "because"} for limb in Limb}
TELL = {
    "outcome": "disclosed_to_a", "recipients": [{"party": "a"}], "wording": "1", "rationale": "all weighed", "limbs": LIMBS,
    "representations": {"invited": False, "reasons": "it would put her in danger"},
}  # fmt: skip
MINE = {"outcome": "disclosed_to_a", "limbs": LIMBS, "rationale": "it is needed"}
SAID = {
    "agency": "probation",
    "said_by": "the duty officer",
    "said": "he missed three appointments: Canarysaid",
    "handling": "P",
}
DAYS = 3


@pytest.fixture
def start(acting):
    with acting() as act:
        return act.now


@pytest.fixture
def meeting(acting, crew, start):
    """A meeting in three days: c1 chairs, m1 and m2 and b.canarytwo are asked."""
    seats = [Seat(staff="m1", agency="probation"), Seat(staff="m2"), Seat(staff="b.canarytwo", agency="health")]
    with acting(crew["c1"]) as act:
        done = panel_meetings.call_meeting(act, meets_at=start + timedelta(days=DAYS), chair="c1", members=seats)
    return done["meeting"]


@pytest.fixture
def waiting(researched):
    """`waiting("1")`: an application that waits for a panel."""
    return lambda number: researched(ASSAULT, stage=Stage.PANEL_DECISION, external_id=f"E-{number}")


@pytest.fixture
def heard(waiting, do, meeting):
    """An application on the agenda of the meeting."""
    reference = waiting("1")
    do("c1", reference, WorkKind.CONVENE_PANEL, {"meeting": meeting})
    return reference


@pytest.fixture
def says(acting, crew):
    def record(who, reference, **given):
        with acting(crew[who]) as act:
            return statements.record_statement(act, reference, **{**SAID, **given})

    return record


@pytest.fixture
def agenda(acting, crew, meeting):
    def read(who="c1"):
        with acting(crew[who]) as act:
            return panel_meetings.agenda(act, meeting)

    return read


@pytest.fixture
def minutes(acting, crew, meeting, start):
    def read(who="c1"):
        with acting(crew[who], now=start + timedelta(days=DAYS + 2)) as act:
            return panel_minutes.minutes(act, meeting)

    return read


def test_each_case_of_a_meeting_has_the_members_who_may_sit_on_it(
    heard, waiting, do, acting, crew, meeting, rows, agenda
):
    other = waiting("2")
    with acting(crew["c1"]) as act:
        conflict.record(act, act.application(other), "m2", conflicted=True, reason="a neighbour")
    do("c1", other, WorkKind.CONVENE_PANEL, {"meeting": meeting, "agencies_asked": ["housing"]})
    seats = {reference: [seat["staff"] for seat in rows(Panel, reference)[0].members] for reference in (heard, other)}
    assert seats == {heard: ["m1", "m2"], other: ["m1"]}  # b.canarytwo has the name of somebody in both
    lines = {line["reference"]: line for line in agenda()["cases"]}
    assert list(lines) == [heard, other]
    assert lines[heard]["conflicts"] == [{"staff": "b.canarytwo", "reason": "may_be_named"}]
    assert {line["staff"] for line in lines[other]["conflicts"]} == {"m2", "b.canarytwo"}
    assert lines[heard]["state"] == "to_be_decided"
    assert agenda()["waiting"] == []


def test_another_chair_may_convene_for_the_meeting_and_the_first_is_then_a_member(waiting, do, meeting, rows):
    reference = waiting("1")
    do("c2", reference, WorkKind.CONVENE_PANEL, {"meeting": meeting})
    (called,) = rows(Panel, reference)
    assert (called.chair, called.meeting_id) == ("c2", meeting)
    assert [seat["staff"] for seat in called.members] == ["c1", "m1", "m2"]


def test_what_would_lapse_before_the_meeting_goes_out_of_cycle(waiting, do, meeting, sql, rows, agenda):
    reference = waiting("1")
    sql("UPDATE application SET band = 'medium', priority = 'standard'")
    sql("UPDATE clock SET due_at = anchor_at + interval '2 days' WHERE limit_name = 'whole_process'")
    assert [(line["reference"], line["out_of_cycle"]) for line in agenda()["waiting"]] == [(reference, True)]
    with pytest.raises(InvalidAnswer) as refused:
        do("c1", reference, WorkKind.CONVENE_PANEL, {"meeting": meeting})
    assert refused.value.code == "lapses_before_meeting"
    do("c1", reference, WorkKind.CONVENE_PANEL, {"members": [{"staff": "m2"}], "out_of_cycle": True})
    (called,) = rows(Panel, reference)
    assert called.out_of_cycle
    assert called.meeting_id is None


def test_what_can_wait_for_the_next_panel_is_not_decided_out_of_cycle(waiting, do, sql):
    reference = waiting("1")
    sql("UPDATE application SET band = 'medium', priority = 'standard'")
    with pytest.raises(InvalidAnswer) as refused:
        do("c1", reference, WorkKind.CONVENE_PANEL, {"members": [{"staff": "m2"}], "out_of_cycle": True})
    assert refused.value.code == "not_urgent"
    sql("UPDATE clock SET due_at = anchor_at + interval '2 days' WHERE limit_name = 'whole_process'")
    do("c1", reference, WorkKind.CONVENE_PANEL, {"members": [{"staff": "m2"}], "out_of_cycle": True})


@pytest.mark.parametrize(
    ("given", "code"),
    [({"meeting": "PM-1"}, "unknown_meeting"), ({"meets_at": "2026-03-06T10:00:00+00:00"}, "meeting_has_its_time")],
)
def test_a_case_is_heard_at_a_meeting_that_there_is_at_its_time(waiting, do, meeting, given, code):
    with pytest.raises(InvalidAnswer) as refused:
        do("c1", waiting("1"), WorkKind.CONVENE_PANEL, {"meeting": meeting, **given})
    assert refused.value.code == code


def test_members_answer_before_at_and_after_the_meeting_and_the_minutes_say_when(heard, do, start, minutes):
    meets = start + timedelta(days=DAYS)
    do("m1", heard, WorkKind.DECIDE, MINE, key="m1", now=start + timedelta(hours=1))
    with pytest.raises(Refused) as refused:
        do("c1", heard, WorkKind.DECIDE, TELL | telling(f"{heard}:rms:R0"), key="chair", now=start + timedelta(hours=2))
    assert refused.value.code == "members_unheard"
    do("m2", heard, WorkKind.DECIDE, MINE | {"outcome": "not_disclosed"}, key="m2", now=meets + timedelta(days=1))
    do(
        "c1",
        heard,
        WorkKind.DECIDE,
        TELL | telling(f"{heard}:rms:R0"),
        key="chair",
        now=meets + timedelta(days=1, hours=1),
    )
    (case,) = minutes()["cases"]
    assert [(line["member"], line["answer_time"]) for line in case["answers"]] == [("m1", "before"), ("m2", "after")]
    assert (case["decision"]["outcome"], case["decision"]["records_told"]) == ("disclosed_to_a", 1)
    assert [line["member"] for line in case["decision"]["dissent"]] == ["m2"]
    assert "worry" not in str(case)  # the words that are read to A are not in the minutes


def test_at_the_meeting_the_chair_decides_with_those_who_answered(heard, do, start, agenda):
    meets = start + timedelta(days=DAYS)
    do("m1", heard, WorkKind.DECIDE, MINE, key="m1", now=meets)
    do("c1", heard, WorkKind.DECIDE, TELL | telling(f"{heard}:rms:R0"), key="chair", now=meets + timedelta(hours=1))
    (line,) = agenda()["cases"]
    assert (line["state"], line["answered"]) == ("to_be_approved", ["m1"])
    do("p1", heard, WorkKind.APPROVE_DECISION, {"approved": True, "reason": "sound"}, now=meets + timedelta(hours=2))
    assert agenda()["cases"][0]["state"] == "decided"


def test_what_an_agency_said_is_read_by_whoever_signs_afterwards(
    heard, do, says, acting, crew, open_items, rows, minutes
):
    (item,) = [item for item in open_items(heard, WorkKind.DECIDE) if item.key.endswith("m1")]
    with acting(crew["m1"]) as act:
        panel_pack.pack(act, heard)
    says("m2", heard, handling="C", conditions="not to be named as the source")
    with pytest.raises(NotPermitted) as refused, acting(crew["m1"]) as act:
        work_queue.do(act, item.id, MINE)
    assert refused.value.code == "not_opened"
    with acting(crew["m1"]) as act:
        (said,) = panel_pack.pack(act, heard)["agencies_said"]
        assert (said["said"], said["handling"]) == (SAID["said"], "C")
        work_queue.do(act, item.id, MINE)
    (row,) = rows(AgencyStatement, heard)
    assert (row.version, row.recorded_by, row.conditions) == (1, "m2", "not to be named as the source")
    (line,) = minutes()["cases"][0]["agencies_said"]
    assert (line["agency"], line["said_by"], line["handling"]) == ("probation", "the duty officer", "C")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"handling": "X"}, "bad_value"),
        ({"handling": "C"}, "conditions_unclear"),
        ({"said": "  "}, "reason_missing"),
        ({"said": "x" * 100_001}, "too_long"),
        ({"agency": " "}, None),
        ({"said_by": "two\nlines"}, None),
        ({"at": "2030-01-01T00:00:00+00:00"}, "in_the_future"),
        ({"at": "yesterday"}, "bad_time"),
    ],
)
def test_a_bad_statement_is_refused_with_a_reason(heard, says, rows, given, code):
    with pytest.raises(InvalidAnswer) as refused:
        says("c1", heard, **given)
    assert code in {None, refused.value.code}
    assert "Canarysaid" not in str(refused.value)
    assert rows(AgencyStatement, heard) == []


def test_once_it_is_decided_what_an_agency_says_is_no_part_of_the_decision(convened, do, says):
    reference = convened(ASSAULT)
    do("c1", reference, WorkKind.DECIDE, TELL | telling(f"{reference}:rms:R0"), key="chair")
    with pytest.raises(InvalidAnswer) as refused:
        says("c1", reference)
    assert refused.value.code == "already_decided"


def test_the_ledger_and_disposal_cover_what_agencies_said(heard, says, rows, sql, acting, crew, hire, store):
    says("c1", heard)
    with store.session() as session:
        entries = session.query(LedgerEntry).filter(LedgerEntry.event == "agency_heard").all()
    assert len(entries) == 1
    assert "Canarysaid" not in str(entries[0].body)
    sql("UPDATE application SET stage = 'closed', closed_at = submitted_at, outcome = 'not_disclosed'")
    hire({"h1": [Role.HEAD_OF_UNIT]})
    for actor in (crew["s1"], staffing.actors({"h1": [Role.HEAD_OF_UNIT]})["h1"]):
        with acting(actor) as act:
            governance.dispose(act, heard, reason="time_over")
    (row,) = rows(AgencyStatement, heard)
    assert {row.said, row.said_by, row.conditions} <= {None, ""}


def test_a_case_that_the_reader_may_not_open_leaves_no_trace(
    heard, waiting, do, meeting, acting, crew, agenda, minutes, sql
):
    other = waiting("2")
    do("c1", other, WorkKind.CONVENE_PANEL, {"meeting": meeting})
    before = agenda("p1"), minutes("p1")
    assert [line["reference"] for line in before[0]["cases"]] == [heard, other]
    sql("UPDATE application SET restricted = true WHERE reference = :other", other=other)
    with acting(crew["c2"]) as act:
        conflict.record(act, act.application(heard), "c2", conflicted=True, reason="a cousin")
    for read in (agenda, minutes):
        assert [line["reference"] for line in read("p1")["cases"]] == [heard]
        assert read("c2")["cases"] == []
        assert other not in str(read("p1"))
    # an agency's member who sits on none of them
    assert agenda("b.canarytwo")["cases"] == []
    with pytest.raises(NotFound):
        _read_no_meeting(acting, crew)


def test_the_minutes_kept_with_a_case_have_that_case_alone(heard, waiting, do, says, meeting, acting, crew, start):
    other = waiting("2")
    do("c1", other, WorkKind.CONVENE_PANEL, {"meeting": meeting})
    says("c1", heard, said="of the first: Canaryfirst")
    says("c1", other, said="of the second: Canarysecond")
    kept = {}
    for who, days in (("c1", DAYS), ("s1", DAYS + 1)):
        with acting(crew[who], now=start + timedelta(days=days)) as act:
            assert panel_minutes.cases_to_keep(act, meeting) == [heard, other]
            kept[who] = panel_minutes.minutes_of_case(act, meeting, heard)
    assert kept["c1"] == kept["s1"]  # it is as if one person had kept them once
    assert "Canaryfirst" in str(kept["c1"])
    assert other not in str(kept["c1"])
    assert "Canarysecond" not in str(kept["c1"])
    assert kept["c1"]["meeting"]["chair"] == "c1"


def test_minutes_are_kept_when_the_meeting_has_begun_and_only_of_what_the_keeper_may_open(
    heard, waiting, do, meeting, acting, crew, start, sql
):
    other = waiting("2")
    do("c1", other, WorkKind.CONVENE_PANEL, {"meeting": meeting})
    with acting(crew["c1"]) as act, pytest.raises(Refused) as refused:
        panel_minutes.cases_to_keep(act, meeting)
    assert refused.value.code == "not_yet"
    sql("UPDATE application SET restricted = true WHERE reference = :other", other=other)
    with acting(crew["c1"], now=start + timedelta(days=DAYS)) as act:
        assert panel_minutes.cases_to_keep(act, meeting) == [heard]
        assert panel_minutes.minutes_of_case(act, meeting, other)["cases"] == []


def _read_no_meeting(acting, crew):
    with acting(crew["c1"]) as act:
        panel_minutes.minutes(act, "PM-1")


def test_who_came_is_noted(acting, crew, meeting, start, rows, minutes):
    with acting(crew["c1"]) as act:
        panel_meetings.note_presence(act, meeting, apologies=["m2"])
    with acting(crew["s1"], now=start + timedelta(days=DAYS)) as act:
        panel_meetings.note_presence(act, meeting, present=["c1", "m1"])
        assert act.session.get_one(PanelMeeting, meeting).presence == {
            "c1": "present",
            "m1": "present",
            "m2": "apologies",
        }
    said = minutes()["meeting"]
    assert (said["present"], said["apologies"], said["nothing_noted"]) == (["c1", "m1"], ["m2"], ["b.canarytwo"])


@pytest.mark.parametrize("who", ["a1", "p1", "m1"])
def test_a_meeting_is_called_by_chairs_and_supervisors_alone(acting, crew, start, who):
    with pytest.raises(NotPermitted), acting(crew[who]) as act:
        panel_meetings.call_meeting(act, meets_at=start + timedelta(days=1), chair="c1", members=[])


@pytest.mark.parametrize("who", ["a1", "p1"])
def test_what_agencies_said_is_recorded_by_the_panel_and_those_who_asked(heard, says, who):
    with pytest.raises(NotPermitted):
        says(who, heard)

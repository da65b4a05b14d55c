"""Running cases of an earlier list: moments as people write them, what is told, and what is asked again."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from casebook.domain.case import running_cases
from casebook.domain.case.running_cases import ToldLine, ToldStep
from casebook.domain.vocabulary import Answer3

LONDON, TODAY = ZoneInfo("Europe/London"), date(2026, 3, 2)
ROW = {"external_id": "S-1", "submitted_at": "09/02/2026 14:30", "route": "right_to_ask", "applicant": "a"}


def read(**cells):
    return running_cases.read({**ROW, **cells}, today=TODAY, zone=LONDON)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-02-09T14:30:00+00:00", "2026-02-09T14:30:00+00:00"),
        ("2026-02-09 14:30", "2026-02-09T14:30:00+00:00"),  # as a workbook has it
        ("09/02/2026 14:30", "2026-02-09T14:30:00+00:00"),  # day before month
        ("9 Feb 2026, 2.30pm", "2026-02-09T14:30:00+00:00"),
        ("09/02/2026 12:05 am", "2026-02-09T00:05:00+00:00"),
        ("09/02/2026", "2026-02-09T00:00:00+00:00"),  # a day alone: nobody gains time
        ("01/07/2025 09:00", "2025-07-01T09:00:00+01:00"),  # local time in summer
    ],
)
def test_a_moment_is_read_as_people_and_spreadsheets_write_it(written, moment):
    assert running_cases.moment_of(written, today=TODAY, zone=LONDON).isoformat() == moment


@pytest.mark.parametrize(
    "written", ["February 2026", "soon", "31/02/2026", "09/02/2026 25:10", "13:00", "9/2/2026 14:30 pm"]
)
def test_what_is_no_moment_rejects_its_row(written):
    assert running_cases.moment_of(written, today=TODAY, zone=LONDON) is None
    [fault] = read(submitted_at=written)
    assert (fault.column, fault.code) == ("submitted_at", "impossible_date")


def test_what_is_told_is_kept_as_it_is_told():
    case = read(
        stage="with the panel", searched_on="11.2.26", searched_by="PC Plum", searched_note="PNC, PND", decided_on="3rd wk Feb",
        notes="rings on Fridays",
    )  # fmt: skip
    assert case.told == (
        ToldLine(step=ToldStep.STAGE, words="with the panel"),
        ToldLine(step=ToldStep.SEARCHED, on="2026-02-11", written="11.2.26", by="PC Plum", words="PNC, PND"),
        ToldLine(step=ToldStep.DECIDED, written="3rd wk Feb"),
        ToldLine(step=ToldStep.NOTES, words="rings on Fridays"),
    )


@pytest.mark.parametrize(
    ("said", "read_as"), [("no", "unknown"), ("", "unknown"), ("unknown", "unknown"), ("yes", "yes")]
)
def test_that_there_was_no_danger_is_asked_again_and_danger_is_not(said, read_as):
    form = read(immediate_danger=said).form
    assert form.immediate_danger == Answer3(read_as)
    assert ("immediate_danger" in form.as_written) == (said == "no")


def test_the_moment_that_was_written_is_kept():
    assert read().form.as_written["submitted_at"] == "09/02/2026 14:30"
    assert "submitted_at" not in read(submitted_at="2026-02-09T14:30:00+00:00").form.as_written


@pytest.mark.parametrize("stage", ["closed", "Closed ", "COMPLETED"])
def test_a_case_that_is_closed_is_no_running_one(stage):
    [fault] = read(stage=stage)
    assert (fault.column, fault.code) == ("stage", "not_running")


def test_every_fault_of_a_row_is_named():
    faults = read(submitted_at="soon", route="?", stage="closed", notes="x" * 100_001)
    assert {(fault.column, fault.code) for fault in faults} == {
        ("submitted_at", "impossible_date"), ("route", "unknown_code"), ("stage", "not_running"), ("notes", "too_long"),
    }  # fmt: skip


@pytest.mark.parametrize(("words", "stage"), [("Record checks", "record_checks"), ("with the panel", None), ("", None)])
def test_a_stage_is_named_only_if_it_is_one_of_ours(words, stage):
    assert running_cases.told_stage(read(stage=words).told) == stage


def test_every_column_of_the_file_of_told_steps_is_explained():
    assert [column for column in running_cases.COLUMNS if not running_cases.explained(column)] == []

"""Running cases of an earlier list: true clocks, what was told and not seen, danger asked at once, and no gate passed by it."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from made_up_people import somebody
from openpyxl import Workbook
from sqlalchemy import select
from walking import HELD, ROW

from casebook import clock
from casebook.case_page.page import page
from casebook.casework import playbook, work_queue
from casebook.casework.chronology.timeline import timeline
from casebook.casework.core import work_items
from casebook.casework.governance import governance
from casebook.casework.intake import application_file, taking_over
from casebook.casework.reporting import audit, force_figures, viewing
from casebook.casework.sweep import sweep
from casebook.domain.actors import OPERATOR, system
from casebook.domain.case.chronology import TimelineKind
from casebook.domain.case.running_cases import ALL_COLUMNS, ToldStep
from casebook.domain.vocabulary import Role, Stage, WorkKind
from casebook.errors import NotPermitted, Refused, UnreadableFile
from casebook.storage.tables import Application, Clock, ContactAttempt, Escalation, LedgerEntry, RejectedRow, ToldRecord

COMMAND = Path(sys.executable).with_name("casebook")
CANARY = "Canaryeleven"
TOLD = {
    "stage": "with the panel", "searched_on": "11.2.26", "searched_by": "PC Plum", "searched_note": f"PNC for {CANARY}",
    "decided_on": "last week", "decided_note": "to tell her", "notes": "rings on Fridays",
}  # fmt: skip


@pytest.fixture
def unit(unit):
    """The file is taken over now, by the clock of the machine."""
    unit.now = clock.now()
    return unit


@pytest.fixture
def days_ago(unit):
    return lambda days: (unit.now - timedelta(days=days)).isoformat()


@pytest.fixture
def row(days_ago):
    """A case that is ten days old and whole, and was told to be with the panel."""
    return lambda **cells: {
        **ROW,
        "external_id": "S-1",
        "submitted_at": days_ago(10),
        "immediate_danger": "no",
        **TOLD,
        **cells,
    }


@pytest.fixture
def sheet(tmp_path):
    """A CSV file of these rows."""

    def make(*rows):
        path = tmp_path / "running.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(name for each in rows for name in each)))
            writer.writeheader()
            writer.writerows(rows)
        return path

    return make


@pytest.fixture
def takes(unit, sheet):
    """Take a file of these rows over."""

    def take(*rows):
        return taking_over.take_over(unit.store, OPERATOR, sheet(*rows), playbook=playbook)

    return take


@pytest.fixture
def reference(takes, row):
    [accepted] = takes(row()).accepted
    return accepted["reference"]


@pytest.fixture
def asked(unit, reference):
    """Answer what is asked about danger; the kinds of work that are open then."""

    def do(answer, who="intake"):
        [item] = [each for each in unit.open_items(reference) if each.kind == WorkKind.ASK_ABOUT_DANGER]
        with unit.acting(who) as act:
            work_queue.do(act, item.id, answer)
        return [each for each in unit.open_items(reference) if each.kind in {WorkKind.ASK_ABOUT_DANGER, SAFEGUARDING}]

    return do


SAFEGUARDING = WorkKind.IMMEDIATE_SAFEGUARDING
PROFESSIONAL = {"asked": "professional", "result": "no_danger", "said": "the midwife saw her today"}


def rows_of(unit, table):
    with unit.store.session() as session:
        return session.scalars(select(table).order_by(table.id if hasattr(table, "id") else table.reference)).all()


def events(unit, name):
    return [entry for entry in rows_of(unit, LedgerEntry) if entry.event == name]


def test_its_clocks_run_from_when_it_was_really_submitted_and_late_ones_are_chased(unit, takes, row, days_ago):
    [accepted] = takes(row(submitted_at=days_ago(50))).accepted
    reference = accepted["reference"]
    [application] = rows_of(unit, Application)
    clocks = {clock.limit_name: clock for clock in rows_of(unit, Clock)}
    assert application.submitted_at == unit.now - timedelta(days=50)
    assert {clock.anchor_at for clock in clocks.values()} == {application.submitted_at}
    assert clocks["whole_process"].due_at < unit.now
    sweep.sweep(lambda: unit.acting(system("sweep")), now=unit.now)
    assert {row.reference for row in rows_of(unit, Escalation)} == {reference}
    assert any(item.kind == WorkKind.SAFEGUARD_DURING_DELAY for item in unit.open_items(reference))


def test_what_was_told_is_kept_with_what_it_is_and_in_the_ledger_without_its_words(unit, reference):
    told = {row.step: (row.told_on, row.written, row.told_by, row.words) for row in rows_of(unit, ToldRecord)}
    assert told == {
        ToldStep.STAGE: (None, None, None, "with the panel"),
        ToldStep.SEARCHED: ("2026-02-11", "11.2.26", "PC Plum", f"PNC for {CANARY}"),
        ToldStep.DECIDED: (None, "last week", None, "to tell her"),
        ToldStep.NOTES: (None, None, None, "rings on Fridays"),
    }
    assert [entry.body["told_step"] for entry in events(unit, "step_told")] == ["stage", "searched", "decided", "notes"]
    assert not [entry for entry in rows_of(unit, LedgerEntry) if CANARY in str(entry.body) or "Plum" in str(entry.body)]
    with unit.acting() as act:
        assert audit.verify(act).broken == []


def test_the_timeline_and_the_page_say_that_it_was_told_and_not_seen(unit, reference):
    with unit.acting("read") as act:
        lines = timeline(act, reference, only=[TimelineKind.TOLD])
    assert {line["what"] for line in lines} == {"told by the earlier list, not seen here"}
    searched = next(line for line in lines if line["details"]["told_step"] == "searched")
    assert (searched["details"]["told_on"], searched["words"]) == ("2026-02-11", f"PNC for {CANARY}; 11.2.26")
    with unit.acting("read") as act:
        text = " ".join(" ".join(page(viewing.show(act, reference))).split())
    assert "TOLD BY AN EARLIER LIST, NOT SEEN HERE" in text
    assert f"searches made, 2026-02-11, by PC Plum: PNC for {CANARY}" in text


def test_the_figures_count_it_apart_and_not_as_waiting_before_it_came_in(unit, sheet, reference, row):
    application_file.import_file(unit.store, OPERATOR, sheet(row(external_id="S-2")), playbook=playbook)
    with unit.acting() as act:
        figures = [(row["measure"], row["value"]) for row in force_figures.figures(act)]
    assert reference
    assert ("applications", 2) in figures
    assert ("taken_over", 1) in figures
    [waited] = [value for measure, value in figures if measure == "median_days_before_import"]
    assert waited == pytest.approx(10, abs=0.1)


def test_nothing_that_was_told_passes_a_gate(unit, takes, row, reference):
    """The same case without a word about the work on it is asked for the same."""
    plain = {name: cell for name, cell in row(external_id="S-2").items() if name not in TOLD}
    [accepted] = takes(plain).accepted
    other = accepted["reference"]
    for each in (reference, other):
        assert unit.carry(each) == Stage.RECORD_CHECKS
        unit.carry(each, HELD)
    kinds = [sorted((item.kind, str(item.subject)) for item in unit.open_items(each)) for each in (reference, other)]
    assert [kind for kind, _ in kinds[0]] == [kind for kind, _ in kinds[1]]
    assert {WorkKind.SIGN_OFF_IDENTITY, WorkKind.RETURN_SEARCH} & {kind for kind, _ in kinds[0]}


def test_danger_is_asked_at_once_unless_somebody_is_sent_already(unit, takes, row, reference):
    [item] = [each for each in unit.open_items(reference) if each.kind == WorkKind.ASK_ABOUT_DANGER]
    assert unit.now <= item.due_at <= clock.now() + timedelta(hours=24)
    [accepted] = takes(row(external_id="S-2", immediate_danger="yes")).accepted
    kinds = [each.kind for each in unit.open_items(accepted["reference"])]
    assert SAFEGUARDING in kinds
    assert WorkKind.ASK_ABOUT_DANGER not in kinds


def test_whoever_asks_reads_what_was_told_and_the_ledger_has_the_view(unit, reference):
    [item] = [each for each in unit.open_items(reference) if each.kind == WorkKind.ASK_ABOUT_DANGER]
    with unit.acting("intake") as act:
        _, detail = work_queue.show(act, item.id)
    assert [line["step"] for line in detail["told_not_seen"]] == ["stage", "searched", "decided", "notes"]
    assert CANARY in str(detail)
    assert "personal_detail_viewed" in {entry.event for entry in rows_of(unit, LedgerEntry) if entry.chain == reference}


def test_a_rejected_row_whose_notes_tell_of_danger_is_read(unit, takes, row):
    taken = takes(row(route="?", concern="she asks", notes="he said he would kill her"))
    assert taken.to_read == 1
    [kept] = rows_of(unit, RejectedRow)
    assert kept.tells == ["notes"]


def test_no_case_closes_before_danger_was_asked(unit, reference):
    with unit.acting() as act:
        reason = work_items.why_danger_first(act.session, act.application(reference))
    assert reason is not None
    assert "ask whether there is danger" in reason.message


def test_danger_that_is_heard_opens_safeguarding(asked):
    [item] = asked({**PROFESSIONAL, "result": "danger"})
    assert (item.kind, item.subject["cause"]) == (SAFEGUARDING, "danger_heard_when_asked")


def test_no_danger_ends_the_question(unit, asked):
    assert asked(PROFESSIONAL) == []
    assert rows_of(unit, ContactAttempt) == []


def test_where_there_is_no_safe_way_the_duty_inspector_decides(unit, asked):
    [item] = asked({**PROFESSIONAL, "asked": "person_at_risk", "result": "no_safe_way"})
    assert (item.kind, item.role) == (WorkKind.ASK_ABOUT_DANGER, Role.DUTY_INSPECTOR)
    with pytest.raises(Refused) as caught:
        asked({**PROFESSIONAL, "result": "no_safe_way"}, who="inspect")
    assert caught.value.code == "inspector_decides"
    [item] = asked({**PROFESSIONAL, "result": "danger"}, who="inspect")
    assert item.kind == SAFEGUARDING


def test_whoever_was_not_reached_is_asked_again_and_stands_in_the_log(unit, asked):
    unit.now = unit.safe_time()
    answer = {
        "asked": "person_at_risk",
        "result": "not_reached",
        "said": "no answer",
        "channel": "phone",
        "asked_plan_again": True,
    }
    [item] = asked(answer)
    assert item.kind == WorkKind.ASK_ABOUT_DANGER
    [attempt] = rows_of(unit, ContactAttempt)
    assert (attempt.party, attempt.reached) == ("a", False)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({**PROFESSIONAL, "channel": "phone"}, "nobody_contacted"),  # a professional has no plan to be inside of
        ({**PROFESSIONAL, "asked": "person_at_risk"}, "channel_missing"),
    ],
)
def test_an_answer_says_whether_anybody_was_contacted(asked, answer, code):
    with pytest.raises(Refused) as caught:
        asked(answer)
    assert caught.value.code == code


def test_the_same_file_takes_nothing_over_twice(unit, sheet, takes, row):
    first = takes(row(), row(external_id="S-2"))
    before = [(entry.event, entry.chain) for entry in rows_of(unit, LedgerEntry)]
    again = taking_over.take_over(unit.store, OPERATOR, sheet(row(), row(external_id="S-2")), playbook=playbook)
    assert (len(first.accepted), again.accepted, len(again.unchanged)) == (2, [], 2)
    assert [(entry.event, entry.chain) for entry in rows_of(unit, LedgerEntry)] == before
    assert len(rows_of(unit, ToldRecord)) == 8


def test_a_case_that_came_in_otherwise_is_not_taken_over_again(unit, sheet, takes, row):
    application_file.import_file(unit.store, OPERATOR, sheet(row()), playbook=playbook)
    [fault] = takes(row()).rejected
    assert (fault.column, fault.code) == ("external_id", "changed_since")
    assert rows_of(unit, ToldRecord) == []


def test_a_bad_row_takes_no_other_down_and_one_in_danger_is_read(unit, takes, row):
    taken = takes(
        row(),
        row(external_id="S-2", stage="closed"),
        row(external_id="S-3", submitted_at="soon", immediate_danger="yes"),
    )
    assert len(taken.accepted) == 1
    assert [(fault.line, fault.code) for fault in taken.rejected] == [(3, "not_running"), (4, "impossible_date")]
    assert CANARY not in str([fault.as_json() for fault in taken.rejected])
    assert taken.to_read >= 1
    assert rows_of(unit, RejectedRow)


def test_an_application_without_a_word_about_the_work_is_taken_over_too(unit, takes, row):
    plain = {name: cell for name, cell in row().items() if name not in TOLD}
    assert len(takes(plain).accepted) == 1
    assert rows_of(unit, ToldRecord) == []
    assert len(events(unit, "case_taken_over")) == 1


def test_an_import_keeps_nothing_of_the_other_columns(unit, sheet, row):
    imported = application_file.import_file(unit.store, OPERATOR, sheet(row()), playbook=playbook)
    assert set(imported.ignored_columns) == set(TOLD)
    assert rows_of(unit, ToldRecord) == []


@pytest.fixture
def workbook(tmp_path):
    """A workbook with these sheets: each a list of rows of cells."""

    def make(*sheets):
        book = Workbook()
        book.remove(book.active)
        for number, rows in enumerate(sheets):
            sheet = book.create_sheet(f"Sheet {number}")
            for cells in rows:
                sheet.append(cells)
        path = tmp_path / "running.xlsx"
        book.save(path)
        return path

    return make


def test_a_workbook_is_taken_over_with_the_time_of_day(unit, workbook, row):
    submitted = (unit.now - timedelta(days=10)).replace(hour=14, minute=30, second=0, microsecond=0, tzinfo=None)
    cells = row(submitted_at=submitted)
    path = workbook([["Running cases of the unit"], list(cells), list(cells.values())], [["nothing of it"]])
    [accepted] = taking_over.take_over(unit.store, OPERATOR, path, playbook=playbook).accepted
    [application] = rows_of(unit, Application)
    assert application.reference == accepted["reference"]
    assert application.as_written["submitted_at"] == submitted.isoformat(sep=" ", timespec="minutes")
    assert len(rows_of(unit, ToldRecord)) == 4


def test_a_formula_that_was_not_calculated_rejects_its_row_alone(unit, workbook, row):
    cells = row()
    path = workbook(
        [list(cells), list(cells.values()), list({**cells, "external_id": "S-2", "b_surname": "=A1"}.values())]
    )
    taken = taking_over.take_over(unit.store, OPERATOR, path, playbook=playbook)
    assert (len(taken.accepted), [fault.code for fault in taken.rejected]) == (1, ["formula_without_value"])


def test_of_two_sheets_with_these_columns_none_is_guessed(unit, workbook, row):
    rows = [list(row()), list(row().values())]
    with pytest.raises(UnreadableFile) as caught:
        taking_over.take_over(unit.store, OPERATOR, workbook(rows, rows), playbook=playbook)
    assert caught.value.code == "several_sheets"


def test_a_preview_says_what_would_be_taken_over_and_what_is_late_and_writes_nothing(unit, sheet, takes, row, days_ago):
    takes(row())
    before = len(rows_of(unit, LedgerEntry))
    path = sheet(
        row(), row(external_id="S-2", submitted_at=days_ago(50), stage="Record checks"), row(external_id="S-3", route="?"),
        row(external_id="S-1", concern="otherwise"),
    )  # fmt: skip
    with unit.acting("intake") as act:
        shown = taking_over.preview(act, path, key=unit.store.key)
    [would] = shown.would_take
    assert (would["line"], would["external_id"], would["stage"]) == (3, "S-2", "record_checks")
    assert would["told"] == ["stage", "searched", "decided", "notes"]
    assert "whole_process" in would["late"]
    assert [each["external_id"] for each in shown.unchanged] == ["S-1"]
    assert [(fault.line, fault.code) for fault in shown.rejected] == [(4, "unknown_code"), (5, "changed_since")]
    assert len(rows_of(unit, LedgerEntry)) == before
    assert len(rows_of(unit, Application)) == 1


@pytest.mark.parametrize("who", ["intake", "supervise", "research", "read", "inspect"])
def test_those_who_may_import_may_take_over_and_nobody_else(unit, sheet, row, who):
    with unit.store.session() as session:
        actor = unit.actor(session, who)
    may = who in {"intake", "supervise"}
    path = sheet(row())
    for do in (
        lambda: taking_over.take_over(unit.store, actor, path, playbook=playbook),
        lambda: previewed(unit, who, path),
    ):
        if may:
            do()
        else:
            with pytest.raises(NotPermitted):
                do()
    assert len(rows_of(unit, Application)) == may


def previewed(unit, who, path):
    with unit.acting(who) as act:
        return taking_over.preview(act, path, key=unit.store.key)


def test_what_was_told_is_erased_by_disposal(unit, reference):
    assert ToldRecord in governance.PERSONAL
    assert set(ToldRecord.personal) == {"written", "told_by", "words"}
    assert reference


def test_a_file_that_was_broken_off_is_gone_on_with(database_url, store, sheet, cells, home, start_process):
    rows = [cells(external_id=f"S-{number}", **somebody(number), **TOLD) for number in range(140)]
    environment = {**os.environ, "CASEBOOK_DATABASE_URL": database_url, "CASEBOOK_HOME": str(home)}
    words = [str(COMMAND), "applications", "take-over", str(sheet(*rows)), "--json"]
    broken_off = start_process(words, env=environment, stdout=subprocess.PIPE)
    until = time.monotonic() + 60
    while count(store) < 15 and time.monotonic() < until:
        time.sleep(0.01)
    broken_off.send_signal(signal.SIGKILL)
    broken_off.communicate()
    before = count(store)
    assert 15 <= before < 140
    done = json.loads(subprocess.run(words, env=environment, capture_output=True, check=False).stdout)
    assert (len(done["unchanged"]), len(done["accepted"])) == (before, 140 - before)
    assert count(store) == 140
    with store.session() as session:
        assert len(session.scalars(select(ToldRecord)).all()) == 140 * 4
        first = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "case_taken_over")).all()
        assert len({entry.chain for entry in first}) == 140


def count(store):
    with store.session() as session:
        return len(session.scalars(select(Application.reference)).all())


def test_every_column_of_an_import_is_one_of_these_too():
    assert {"external_id", "submitted_at", "b_surname", "searched_on", "notes"} <= set(ALL_COLUMNS)

"""Taking applications in for real: every good row lands once, every bad one is listed, danger comes first."""

from __future__ import annotations

import csv
import io
import threading
from collections import Counter

import pytest
from made_up_people import somebody
from sqlalchemy import func, select

from casebook.casework import playbook
from casebook.casework.intake import application_file
from casebook.domain.actors import OPERATOR
from casebook.domain.case.application_file import REQUIRED
from casebook.errors import UnreadableFile
from casebook.storage.tables import Application, ApplicationLink, Clock, Notice, Outbox, WorkItem


def written(path, rows, columns=None):
    columns = columns or list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), "utf-8")
    return path


def count(store, table):
    with store.session() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_the_same_file_twice_changes_nothing(store, cells, tmp_path):
    file = written(tmp_path / "a.csv", [cells(external_id=f"X-{i}", b_surname=f"Name{i}") for i in range(5)])
    first = application_file.import_file(store, OPERATOR, file, playbook=playbook)
    second = application_file.import_file(store, OPERATOR, file, playbook=playbook)
    assert len(first.accepted) == 5
    assert second.accepted == []
    assert second.unchanged == first.accepted
    assert count(store, Application) == 5


def test_an_external_id_with_other_contents_is_rejected_and_the_first_stays(store, cells, tmp_path):
    application_file.import_file(store, OPERATOR, written(tmp_path / "a.csv", [cells()]), playbook=playbook)
    changed = application_file.import_file(
        store, OPERATOR, written(tmp_path / "b.csv", [cells(concern="something else")]), playbook=playbook
    )
    assert [(fault.line, fault.column, fault.code) for fault in changed.rejected] == [
        (2, "external_id", "changed_since")
    ]


def test_lines_are_physical_even_behind_line_breaks_in_quotes(store, cells, tmp_path):
    rows = [cells(external_id="X-1", concern="one\ntwo\nthree"), cells(external_id="X-2", route="")]
    imported = application_file.import_file(store, OPERATOR, written(tmp_path / "a.csv", rows), playbook=playbook)
    assert [fault.line for fault in imported.rejected] == [5]  # the header, then three lines of the first row


def test_cells_that_cannot_be_kept_are_told_and_take_no_other_row_down(store, cells, tmp_path):
    rows = [cells(external_id=f"X-{i}", concern="CONCERN") for i in range(3)]
    file = written(tmp_path / "a.csv", rows)
    data = file.read_bytes().split(b"\r\n")
    data[1] = data[1].replace(b"right_to_ask", b"right\x00ask")
    data[2] = data[2].replace(b"CONCERN", b"\xff\xfe")
    file.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(data))
    imported = application_file.import_file(store, OPERATOR, file, playbook=playbook)
    assert [(fault.line, fault.column, fault.code) for fault in imported.rejected] == [(2, "route", "undecodable")]
    assert [each["external_id"] for each in imported.accepted] == ["X-1", "X-2"]


def test_columns_may_stand_in_any_order_and_unknown_ones_are_named(store, cells, tmp_path):
    row = {**cells(), "shoe_size": "9"}
    file = written(tmp_path / "a.csv", [row], columns=sorted(row, reverse=True))
    imported = application_file.import_file(store, OPERATOR, file, playbook=playbook)
    assert len(imported.accepted) == 1
    assert imported.ignored_columns == ["shoe_size"]


@pytest.mark.parametrize("column", REQUIRED)
def test_a_file_without_a_required_column_is_refused_whole(store, cells, tmp_path, column):
    row = {name: value for name, value in cells().items() if name != column}
    with pytest.raises(UnreadableFile, match=column):
        application_file.import_file(store, OPERATOR, written(tmp_path / "a.csv", [row]), playbook=playbook)


def test_danger_opens_safeguarding_in_the_same_transaction_and_tells_on_call(store, received, peek):
    reference = received(immediate_danger="yes")
    assert peek(reference).priority == "immediate"
    with store.session() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.kind == "immediate_safeguarding")).one()
        assert item.role == "duty_inspector"
        assert (item.due_at - item.opened_at).total_seconds() == 3600
        assert not item.blocking
        assert session.scalars(select(Notice)).one().role == "duty_inspector"


def test_clocks_run_from_submission_and_not_from_the_import(store, received):
    reference = received()
    with store.session() as session:
        whole = session.get(Clock, f"{reference}:whole_process")
        assert whole.anchor_at.isoformat() == "2026-03-02T09:00:00+00:00"
        assert whole.due_at.isoformat().startswith("2026-03-30T08:00:00")  # 28 days later, same clock time, in BST


def test_an_application_about_the_same_b_is_linked_and_raised(store, received, peek):
    first = received(external_id="X-1")
    second = received(external_id="X-2", a_forename="Berta", a_surname="Other", concern="another")
    with store.session() as session:
        links = session.scalars(select(ApplicationLink)).all()
    assert {(link.reference, link.other, link.why) for link in links} == {
        (second, first, "same_subject"), (first, second, "same_subject"),
    }  # fmt: skip
    assert [peek(reference).priority for reference in (first, second)] == ["high", "high"]


def test_two_processes_importing_the_same_rows_make_one_application_of_each(store, cells, tmp_path):
    file = written(tmp_path / "a.csv", [cells(external_id=f"X-{i}") for i in range(20)])
    results = []
    threads = [
        threading.Thread(
            target=lambda: results.append(application_file.import_file(store, OPERATOR, file, playbook=playbook))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(store, Application) == 20
    assert sum(len(result.accepted) for result in results) == 20
    assert sum(len(result.unchanged) for result in results) == 40
    assert not any(result.rejected for result in results)


def test_of_many_rows_with_faults_every_good_one_lands_once_and_every_bad_one_is_listed(store, cells, tmp_path):
    many = 400
    bad = {i: ("applicant", "nobody") if i % 40 else ("route", "?") for i in range(0, many, 20)}
    rows = [
        cells(external_id=f"X-{i}", **somebody(i), a_phone="", **dict([bad[i]] if i in bad else []))
        for i in range(many)
    ]
    imported = application_file.import_file(store, OPERATOR, written(tmp_path / "a.csv", rows), playbook=playbook)
    assert [fault.line for fault in imported.rejected] == [i + 2 for i in sorted(bad)]
    assert len(imported.accepted) == many - len(bad) == count(store, Application)
    assert count(store, Outbox) == len(imported.accepted)
    assert max(Counter(each["reference"] for each in imported.accepted).values()) == 1

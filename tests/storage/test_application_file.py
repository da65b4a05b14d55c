"""A whole file of applications: big, half broken, broken off, and taken in by several at once."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from made_up_people import somebody
from sqlalchemy import func, select, text

from casebook.casework import playbook
from casebook.casework.intake import application_file
from casebook.casework.record_checks import match_weights
from casebook.casework.reporting import audit
from casebook.domain.actors import OPERATOR
from casebook.storage.tables import Application, Base, LedgerEntry, Outbox

COMMAND = Path(sys.executable).with_name("casebook")
FAULTS = [("route", "?", "unknown_code"), ("applicant", "nobody", "unknown_code"), ("external_id", "", "missing"),
          ("submitted_at", "2014-03-07T12:00:00+00:00", "no_policy_in_force")]  # fmt: skip


@pytest.fixture
def file_of(tmp_path):
    """A file of these rows."""

    def make(rows):
        path = tmp_path / "applications.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
            writer.writeheader()
            writer.writerows(rows)
        return path

    return make


@pytest.fixture
def filed(file_of, cells):
    """A file of so many rows, and the faults in it by line: one row in twenty is bad, every seventh has doubts."""

    def make(many):
        bad, rows = {}, []
        for number in range(many):
            row = cells(external_id=f"X-{number}", **somebody(number))
            if number % 20 == 13:
                column, value, code = FAULTS[number // 20 % len(FAULTS)]
                row[column] = value
                bad[number + 2] = (column, code)
            rows.append(row | ({"b_address": "", "b_postcode": ""} if number % 7 == 0 else {}))
        return file_of(rows), bad

    return make


def counts(store):
    """How many rows each table has."""
    with store.session() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
        }


def woken(store, reason):
    """How many wake-ups were left for this reason."""
    with store.session() as session:
        return session.scalar(select(func.count()).select_from(Outbox).where(Outbox.reason == reason))


def linked(store):
    """How often an application was told that others are about people who are alike."""
    with store.session() as session:
        query = select(func.count()).select_from(LedgerEntry)
        return session.scalar(query.where(LedgerEntry.event == "applications_linked"))


def lands_once(store, acting, path, bad, many):
    imported = application_file.import_file(store, OPERATOR, path, playbook=playbook)
    assert match_weights._made_once.cache_info().currsize == 0  # nobody stays in the memory of this process
    assert {fault.line: (fault.column, fault.code) for fault in imported.rejected} == bad
    good = [f"X-{number}" for number in range(many) if number + 2 not in bad]
    assert [each["external_id"] for each in imported.accepted] == good
    assert len({each["reference"] for each in imported.accepted}) == len(good)
    after = counts(store)
    assert after["application"] == woken(store, "application_received") == len(good)
    assert (
        woken(store, "linked") == after["outbox"] - len(good) == linked(store)
    )  # once for each side of two who are alike by chance
    again = application_file.import_file(store, OPERATOR, path, playbook=playbook)
    assert (again.accepted, again.unchanged, again.rejected) == ([], imported.accepted, imported.rejected)
    assert counts(store) == after
    with acting() as act:
        assert not audit.verify(act).broken


def test_of_hundreds_of_rows_every_good_one_lands_once_and_every_bad_one_is_listed(store, acting, filed):
    lands_once(store, acting, *filed(300), 300)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_of_ten_thousand_rows_every_good_one_lands_once_and_every_bad_one_is_listed(store, acting, filed):
    lands_once(store, acting, *filed(10_000), 10_000)


def test_an_import_that_is_killed_and_run_again_lands_the_rest_and_changes_nothing(
    store, acting, filed, database_url, home, start_process
):
    path, bad = filed(120)
    environment = {**os.environ, "CASEBOOK_DATABASE_URL": database_url, "CASEBOOK_HOME": str(home)}
    words = [str(COMMAND), "applications", "import", str(path), "--json"]
    broken_off = start_process(words, env=environment, stdout=subprocess.PIPE)
    until = time.monotonic() + 60
    while counts(store)["application"] < 20 and time.monotonic() < until:
        time.sleep(0.01)
    broken_off.send_signal(signal.SIGKILL)
    assert broken_off.communicate()[0] == b""
    with store.session() as session:
        before = {each.external_id: each.reference for each in session.scalars(select(Application))}
    assert 20 <= len(before) < 114
    told = [
        json.loads(subprocess.run(words, env=environment, capture_output=True, check=False).stdout) for _ in range(2)
    ]
    assert {each["external_id"]: each["reference"] for each in told[0]["unchanged"]} == before
    assert len(told[0]["accepted"]) == 114 - len(before)
    assert [len(told[1][kind]) for kind in ("accepted", "unchanged")] == [0, 114]
    assert {each["line"]: (each["column"], each["code"]) for each in told[1]["rejected"]} == bad
    with store.session() as session:
        assert session.scalar(select(func.count()).select_from(Outbox)) == 114
        first = select(func.count()).select_from(LedgerEntry).where(LedgerEntry.event == "application_received")
        assert session.scalar(first) == 114


def test_those_in_danger_do_not_wait_for_the_rest_of_the_file(store, cells, file_of):
    rows = [
        cells(external_id=f"X-{number}", immediate_danger="YES" if number in {17, 29} else "no") for number in range(30)
    ]
    rows.append(cells(external_id="X-3", immediate_danger="yes"))  # said first without danger: that one counts
    path = file_of(rows)
    imported = application_file.import_file(store, OPERATOR, path, playbook=playbook)
    assert [(fault.line, fault.code) for fault in imported.rejected] == [(32, "changed_since")]
    assert [each["external_id"] for each in imported.accepted] == [f"X-{number}" for number in range(30)]
    with store.session() as session:
        in_order = session.scalars(
            select(Application.external_id).join(LedgerEntry, LedgerEntry.chain == Application.reference)
            .where(LedgerEntry.event == "application_received").order_by(LedgerEntry.id)
        ).all()  # fmt: skip
    assert in_order[:3] == ["X-17", "X-29", "X-0"]


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        ("2014-03-07T23:59:59+00:00", "no_policy_in_force"),
        ("2014-03-08T00:30:00+01:00", "no_policy_in_force"),  # still the seventh in London
        ("1899-12-31T00:00:00+00:00", "impossible_date"),
        ("0001-01-01T00:00:00+14:00", "impossible_date"),
        ("9999-12-31T23:59:59-14:00", "impossible_date"),
        ("2014-03-08T00:00:00+00:00", None),
        ("2199-12-31T23:59:59-12:00", None),
    ],
)
def test_a_submission_that_no_policy_speaks_of_is_rejected_and_not_the_file(store, cells, file_of, moment, code):
    path = file_of([cells(external_id="X-0", submitted_at=moment), cells(external_id="X-1")])
    imported = application_file.import_file(store, OPERATOR, path, playbook=playbook)
    assert [(fault.line, fault.column, fault.code) for fault in imported.rejected] == (
        [(2, "submitted_at", code)] if code else []
    )
    assert len(imported.accepted) == 2 - len(imported.rejected)


def test_names_and_numbers_of_any_length_are_kept_and_compared(store, cells, file_of):
    long = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(5_000))  # an index cannot hold it
    given = dict.fromkeys(("b_surname", "b_forename", "b_pnc_id", "b_cro", "b_address", "concern", "code_word"), long)
    path = file_of([*(cells(external_id=f"X-{number}", **given) for number in range(2)), cells(external_id=long)])
    imported = application_file.import_file(store, OPERATOR, path, playbook=playbook)
    assert [(fault.line, fault.column, fault.code) for fault in imported.rejected] == [(4, "external_id", "too_long")]
    with store.session() as session:
        sides = session.execute(text("SELECT why FROM application_link WHERE why = 'same_subject'")).all()
    assert sides == [("same_subject",)] * 2


def test_a_row_of_too_many_cells_lands_with_a_doubt_and_one_with_a_stray_quote_is_listed(store, cells, tmp_path):
    path = tmp_path / "a.csv"
    rows = [cells(external_id=f"X-{number}") for number in range(3)]
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    lines[1] = lines[1].replace("1 Synthetic Street", '"1 Synthetic Street')
    lines[2] += ",more"
    path.write_text("\n".join(lines), "utf-8")
    imported = application_file.import_file(store, OPERATOR, path, playbook=playbook)
    assert [(fault.line, fault.code) for fault in imported.rejected] == [(2, "open_quote")]
    assert [each["external_id"] for each in imported.accepted] == ["X-1", "X-2"]
    with store.session() as session:
        doubts = session.scalars(select(Application.doubts).order_by(Application.external_id)).all()
    assert [("wrong_number_of_cells" in found) for found in doubts] == [True, False]


def test_a_submission_from_the_future_lands_with_a_doubt_so_that_somebody_looks(store, cells, file_of):
    rows = [cells(external_id="X-1", submitted_at="2199-03-02T09:00:00+00:00"), cells(external_id="X-2")]
    found = application_file.import_file(store, OPERATOR, file_of(rows), playbook=playbook)
    assert not found.rejected
    with store.session() as session:
        doubts = dict(session.execute(select(Application.external_id, Application.doubts)).all())
    assert "submitted_in_the_future" in doubts["X-1"]
    assert "submitted_in_the_future" not in doubts["X-2"]

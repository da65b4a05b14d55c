"""The main job for real: applications from a file go through all six stages on a real Prefect server, and nothing leaks."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from casebook.storage.server import cluster, databases

PERSONAL = ("forename", "surname", "dob", "address", "postcode", "phone", "email")
COMMAND = [sys.executable, "-m", "casebook.cli.main"]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory):
    """A demonstration with two applications, the urgent one and the one in danger, and a look-back at 150 past ones."""
    import shutil  # noqa: PLC0415
    import tempfile  # noqa: PLC0415

    home = Path(tempfile.mkdtemp(prefix="casebook-test-", dir="/tmp"))
    home.chmod(0o711)
    done = subprocess.run(
        [*COMMAND, "demo", "--home", str(home), "--applications", "2", "--past", "150", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    yield home, done
    shutil.rmtree(home, ignore_errors=True)


@pytest.mark.timeout(1000)
def test_every_application_is_carried_from_intake_to_follow_up(shown):
    _, done = shown
    assert done.returncode == 0, done.stderr[-3000:]
    account = json.loads(done.stdout)
    assert account["applications"] == account["closed"] == 2
    assert (account["open"], account["merged"]) == (0, 1)
    assert account["ledger_ok"] is True
    policy = account["policy"]
    assert (policy["adopted"], policy["back_tested"]) == ("england-and-wales-2023@2", 2)
    assert policy["would_differ"] == 2
    # at most a dozen for each application; beside them the urgent run by hand, and scheduled sweeps and nightly flows
    assert 2 <= account["runs"] <= 2 * 12 + 12 + 3  # the review twice, and the monitor


@pytest.mark.timeout(1000)
def test_the_demonstration_ends_with_a_look_back_and_a_question_of_the_monitor(shown):
    home, done = shown
    account = json.loads(done.stdout)
    assert account["past_applications"] >= 150
    assert account["past_planted"] >= 10
    assert (account["past_examined"], account["past_second_disagreed"], account["past_people_reached"]) == (10, 1, 1)
    assert (account["monitor_questions"], account["monitor_asks_about_planted"]) == (1, True)
    with cluster.running(home) as server, databases.connect(server.address("prefect")) as connection:
        pages = dict(
            connection.execute(
                "select key, data::text from artifact where key in ('look-back', 'monitor') order by created"
            ).fetchall()
        )
    assert "10 are examined" in pages["look-back"]
    assert "person" in pages["monitor"]


@pytest.mark.timeout(1000)
def test_a_paper_is_attached_and_sealed_and_another_written_down(shown):
    home, _ = shown
    with cluster.running(home) as server, databases.connect(server.address("casebook")) as connection:
        query = "select media_type, where_kept, position('SYNTHETIC'::bytea in sealed) from case_document order by 1"
        rows = connection.execute(query).fetchall()
    assert ("text", None, 0) in rows
    assert (None, "paper file SYN-1", None) in rows
    assert ("pdf", None, 0) in rows, "the minutes of the panel are kept"


@pytest.mark.timeout(1000)
def test_a_duplicate_is_merged_and_an_officer_who_goes_on_leave_is_covered(shown):
    home, _ = shown
    with cluster.running(home) as server, databases.connect(server.address("casebook")) as connection:
        merged = connection.execute("select merged_by from merger where undone_at is null").fetchall()
        away = connection.execute("select staff_id, cover from absence").fetchall()
    assert merged == [("syn-supervisor",)]
    assert away == [("syn-research-2", "syn-research-1")]


@pytest.mark.timeout(1000)
def test_no_personal_detail_reaches_prefect_its_logs_or_the_terminal(shown):
    home, done = shown
    canaries = set(personal_values(home / "files" / "applications.csv"))
    assert len(canaries) >= 15
    for register in sorted((home / "files" / "past").glob("register-*.csv")):
        canaries |= set(ways_to_reach(register))
    assert len(canaries) >= 100
    with cluster.running(home) as server:
        places = {"terminal": done.stdout + done.stderr}
        with databases.connect(server.address("prefect")) as connection:
            for (table,) in connection.execute(
                "select quote_ident(tablename) from pg_tables where schemaname = 'public'"
            ).fetchall():
                rows = connection.execute(f"select t::text from {table} t").fetchall()
                places[f"prefect.{table}"] = "\n".join(row[0] for row in rows)
    places |= {path.name: path.read_text("utf-8", "replace") for path in (home / "prefect").glob("*.log")}
    assert any("CL-" in text for text in places.values()), "the search looked at nothing"
    found = {(place, value) for place, text in places.items() for value in canaries if value in text}
    assert not found


def personal_values(path: Path):
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for column, value in row.items():
                if column.partition("_")[2] in PERSONAL and len(value) > 5:
                    yield value
            if row["concern"]:
                yield row["concern"]


def ways_to_reach(path: Path):
    """The phone numbers, e-mail and street addresses in a register: a name in it may also be a word."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            for column, value in row.items():
                if column and column.partition("_")[2] in {"address", "phone", "email"} and len(value or "") > 8:
                    yield value

"""What `docs` and other programs rely on, asked of the commands on one home: shapes, exit codes, order, bad input."""

from __future__ import annotations

import contextlib
import csv
import json
import shlex
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from casebook.cli import main
from casebook.domain.vocabulary import Limit, WorkKind
from casebook.domain.work import SPECS

APPLICATION = {
    "submitted_at": "2026-03-02T09:00:00+00:00", "route": "right_to_ask", "applicant": "a", "immediate_danger": "no",
    "a_forename": "Anna", "a_surname": "Quill", "a_dob": "1990-05-06", "a_phone": "07700900001", "b_forename": "Barry",
    "b_surname": "Otter", "b_dob": "1985-02-03", "b_dob_certainty": "exact", "b_postcode": "QX1 1AA",
    "relationship": "partner", "living_together": "no", "pregnant": "no", "safe_channel": "phone",
    "safe_days": "mon;tue;wed;thu;fri", "safe_from": "09:00", "safe_until": "17:00",
}  # fmt: skip


@contextlib.contextmanager
def desk_database(home):
    from casebook.storage.server import cluster, databases  # noqa: PLC0415

    with cluster.running(home) as server, databases.connect(server.address("casebook")) as database:
        yield database


@pytest.fixture
def take_in(desk, tmp_path):
    """Import rows; each is a complete application with what is given changed."""

    def take_in(*rows, code=0):
        whole = [APPLICATION | row for row in rows]
        file = tmp_path / "applications.csv"
        with file.open("w", newline="", encoding="utf-8") as text:
            writer = csv.DictWriter(text, sorted({name for row in whole for name in row}))
            writer.writeheader()
            writer.writerows(whole)
        return desk.ask("applications", "import", file, code=code)

    return take_in


def moments(value):
    """Every text in an answer that begins like a moment."""
    match value:
        case dict():
            return [found for held in value.values() for found in moments(held)]
        case list():
            return [found for held in value for found in moments(held)]
        case str() if len(value) > 18 and value[4:5] == "-" and value[13:14] == ":":
            return [value]
    return []


def test_every_moment_of_an_application_is_iso_8601_with_its_offset(desk, take_in):
    (taken,) = take_in({"external_id": "moments"})["accepted"]
    found = moments(desk.ask("applications", "show", taken["reference"]))
    assert len(found) > 10
    assert [each for each in found if each[10] != "T" or datetime.fromisoformat(each).tzinfo is None] == []


def test_whoever_is_at_risk_and_applies_is_not_asked_for_a_third_party(desk, take_in):
    (taken,) = take_in({"external_id": "asks for herself"})["accepted"]
    desk.ask("applications", "danger", taken["reference"], "--reason", "new_threat", who="re")
    (item,) = [each for each in desk.ask("work", "list") if each["reference"] == taken["reference"]]
    desk.do(item["item"], {"actions": ["attended"], "incident_number": "I1"}, "du")
    (shown,) = [each for each in desk.ask("applications", "list") if each["reference"] == taken["reference"]]
    assert shown["waiting_for"] == []


def test_an_application_from_before_the_scheme_is_one_rejected_row(take_in):
    told = take_in({"external_id": "old", "submitted_at": "2010-01-01T00:00:00Z"}, {"external_id": "next"}, code=1)
    assert [(each["line"], each["column"]) for each in told["rejected"]] == [(2, "submitted_at")]
    assert [each["external_id"] for each in told["accepted"]] == ["next"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_at_the_edge_of_the_calendar_takes_no_other_row_down(take_in, moment):
    told = take_in({"external_id": "edge", "submitted_at": moment}, {"external_id": f"after {moment}"}, code=1)
    assert {each["line"] for each in told["rejected"]} == {2}
    assert len(told["accepted"]) == 1


def test_the_queue_says_what_each_item_is_about(desk, take_in):
    (taken,) = take_in({"external_id": "no name", "b_forename": "", "b_surname": ""})["accepted"]
    _, out, _ = desk.say("work", "list", who="in")
    lines = out.splitlines()
    at = next(number for number, line in enumerate(lines) if taken["reference"] in line)
    assert "no name of B" in lines[at + 1]


def test_an_item_that_is_late_is_said_to_be_late_whoever_asks(desk, take_in):
    take_in({"external_id": "no name either", "b_surname": "", "b_forename": ""})
    with desk_database(desk.home) as database:
        database.execute("update work_item set due_at = opened_at - interval '1 hour' where kind = 'complete_details'")
    for item in desk.ask("work", "list", who="in"):
        assert item["overdue"] is True
        assert desk.ask("work", "claim", item["item"], who="in")["overdue"] is True


def test_a_sweep_answers_with_counts_and_the_list_of_what_was_escalated(desk):
    told = desk.ask("sweep")
    assert {name: type(told[name]) for name in ("checked", "woken", "retried", "reconciled")} == dict.fromkeys(
        ("checked", "woken", "retried", "reconciled"), int
    )
    assert isinstance(told["escalated"], list)
    assert isinstance(told["seconds"], float)


@pytest.mark.parametrize("action", ["verify", "seal"])
def test_the_audit_says_what_it_checked_and_what_is_broken_first(desk, action):
    told = desk.ask("audit", action)
    assert (told["ok"], told["first_broken"]) == (True, None)
    assert told["checked"] > 0


def test_a_search_for_nothing_is_wrong_usage_and_no_nil(desk):
    assert desk.refusal("search", "--source", "pnc", "--forename", "", "--surname", " ", code=2) == "nothing_asked"


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (["applications", "list", "--stage", "nonsense"], "follow_up"),
        (["work", "list", "--role", "nonsense"], "panel_chair"),
        (["work", "schema", "nonsense"], "return_search"),
        (["sources", "load", "nonsense", "--persons", "x"], "visor"),
        (["search", "--source", "nonsense", "--forename", "A", "--surname", "B"], "visor"),
        (["staff", "add", "x", "--role", "nonsense"], "panel_chair"),
    ],
)
def test_a_word_that_is_in_no_vocabulary_is_told_which_are(desk, words, known):
    told = desk.ask(*words, code=2)["error"]
    assert known in told["message"]


def test_the_words_to_be_read_aloud_are_printed_as_lines_set_in():
    from casebook.cli.answer import page  # noqa: PLC0415

    assert list(page({"reference": "CL-1", "words": {"a": "First.\n\nSecond.\n"}})) == [
        "reference: CL-1", "words a:", "  First.", "  ", "  Second.",  # so that no text poses as a line of ours
    ]  # fmt: skip


def test_telling_the_outcome_is_due_with_its_own_limit_and_not_at_the_end_of_the_whole_process():
    delivering = (WorkKind.DELIVER_DISCLOSURE, WorkKind.DELIVER_NO_DISCLOSURE)
    assert {SPECS[kind].limit for kind in delivering} == {Limit.DISCLOSURE}


COMMAND = Path(sys.executable).with_name("casebook")

# how the shell calls it, the exit code, what stands on stderr
STREAMS = [
    ("identifiers check Zoë --json >&-", 0, ""),
    ("identifiers check Zoë > /dev/full", 3, "cannot_write"),
    ("identifiers check Zoë --json > /dev/full", 3, "cannot_write"),
    ("nonsense 2>&-", 2, ""),
    ("work do x --file - --json <&-", 1, "invalid_answer"),
    ("identifiers check $(seq 2000) | head -1", 0, ""),
]


@pytest.mark.parametrize(("words", "code", "said"), STREAMS, ids=[words for words, _, _ in STREAMS])
def test_a_stream_that_is_closed_or_full_costs_an_answer_and_no_traceback(words, code, said):
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {shlex.quote(str(COMMAND))} {words}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == bool(said)


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["up", "--port", "99999"], 2, "wrong_usage"),
        (["up", "--port", "0"], 2, "wrong_usage"),
        (["up", "--as", "in"], 1, "not_permitted"),
        (["demo", "--applications", "0"], 2, "bad_count"),
        (["demo"], 1, "home_not_fresh"),
        (["returns", "--from", "2026-03-02", "--until", "2026-03-01"], 2, "nothing_between"),
    ],
)
def test_what_cannot_begin_is_refused_before_anything_is_started(desk, words, code, reason):
    assert desk.refusal(*words, code=code) == reason


def test_a_demonstration_of_a_file_that_is_not_there_leaves_no_home_behind(tmp_path, capsys):
    home = tmp_path / "home"
    assert main.main(["demo", "--home", str(home), "--file", str(tmp_path / "none.csv"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "no_such_file"
    assert not home.exists()


def test_a_line_manager_is_somebody_who_is_there(desk):
    words = ("staff", "add", "new.one", "--role", "researcher", "--line-manager")
    assert desk.refusal(*words, "nobody") == "not_found"
    assert desk.ask(*words, "su")["state"] == "proposed"
    assert desk.ask("staff", "confirm", "new.one", who="su")["id"] == "new.one"


def test_who_is_suspended_is_told_no_more_than_a_stranger(desk):
    desk.hire("gone", "researcher")
    desk.ask("staff", "suspend", "gone")
    assert desk.refusal("work", "list", who="gone") == "token_refused"
    desk.tokens["stranger"] = desk.tokens["gone"]
    assert desk.refusal("work", "list", who="stranger") == "token_refused"
    assert desk.refusal("staff", "token", "gone") == "suspended"


def test_staff_of_a_casebook_with_a_service_do_not_work_at_the_machine(desk, monkeypatch):
    desk.ask("work", "list", who="su")
    monkeypatch.setenv("CASEBOOK_STAFF_ACCESS", "service")
    assert desk.refusal("work", "list", who="su") == "not_here"
    assert desk.ask("staff", "list")
    monkeypatch.setenv("CASEBOOK_STAFF_ACCESS", "anything")
    assert desk.refusal("staff", "list", code=2) == "wrong_usage"

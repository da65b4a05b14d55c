"""The `casebook` command as people and programs meet it: exit codes, JSON, bad input, awkward homes."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from casebook.cli import main

COMMAND = str(Path(sys.executable).with_name("casebook"))
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("CASEBOOK_", "PREFECT_"))}


def call(*words, home=None, stdin="", **environment):
    """Run the command as its own process."""
    settings = CLEAN | ({"CASEBOOK_HOME": str(home)} if home else {}) | environment
    return subprocess.run(
        [COMMAND, *words], input=stdin, capture_output=True, text=True, env=settings, check=False, timeout=120
    )


def said(*words, home=None, stdin="", **environment):
    """Run the command in this process, with the same environment and answer as `call`."""
    out, err = io.StringIO(), io.StringIO()
    settings = CLEAN | ({"CASEBOOK_HOME": str(home)} if home else {}) | environment
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        for name in set(os.environ) - set(settings):
            patched.delenv(name)
        for name, value in settings.items():
            patched.setenv(name, value)
        patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
        code = main.main([*words])
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def told(done):
    """The one JSON document of an answer; anything else on stdout is a failure."""
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def kept_home():
    """A home whose server and connections stay open while this module runs, so that a call costs its own time only."""
    from casebook.casework.opening_home import open_casebook  # noqa: PLC0415
    from casebook.storage import session as storage  # noqa: PLC0415
    from casebook.storage.server import cluster  # noqa: PLC0415

    home = Path(tempfile.mkdtemp(prefix="casebook-test-", dir="/tmp"))
    home.chmod(0o711)
    with cluster.running(home) as server, storage.in_use(open_casebook(home, server.url("casebook"))):
        yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.mark.parametrize(
    "words",
    [
        ("--json", "identifiers", "check", "2004/0123456A"),
        ("identifiers", "--json", "check", "2004/0123456A"),
        ("identifiers", "check", "--json", "2004/0123456A"),
        ("identifiers", "check", "2004/0123456A", "--json"),
        ("--home", "/nowhere", "--as=somebody", "identifiers", "check", "2004/0123456A", "--json"),
        ("identifiers", "--as", "somebody", "check", "2004/0123456A", "--home=/nowhere", "--json"),
    ],
)
def test_global_options_may_stand_anywhere(words):
    (found,) = told(said(*words))
    assert found["value"] == "2004/0123456A"


# what is called, and how it ends
ENDINGS = [
    (["--version"], 0),
    (["--help"], 0),
    (["staff", "--help"], 0),
    (["work", "do", "--help"], 0),
    (["identifiers", "check", "nonsense"], 0),  # being invalid is an answer
    (["nonsense"], 2),
    (["applications"], 2),
    (["--home"], 2),
    (["--as="], 2),
    (["--home", "--json"], 2),  # an option is not a place
    (["applications", "import", "/nowhere/at/all.csv"], 2),
    (["work", "do", "x", "--file", "/nowhere/at/all.json"], 2),
    (["score", "/nowhere/at/all.json"], 2),
    (["match", "--subjects", "/nowhere/a", "--persons", "/nowhere/b", "--out", "/nowhere/c"], 2),
    (["monitor", "analyse", "/nowhere/at/all.csv"], 2),
    (["sources", "load", "pnc", "--persons", "/nowhere/at/all.csv"], 2),
    (["sources", "load", "nonsense", "--persons", "x"], 2),
    (["applications", "import", "/"], 2),
    (["applications", "import", "/dev/null"], 2),
    (["staff", "add", "x", "--role", "nonsense"], 2),
    (["staff", "add", "x", "--role", "operator"], 1),
    (["staff", "add", "no spaces", "--role", "researcher"], 1),
    (["staff", "competence", "nobody", "pnc", "--until", "soon"], 2),
    (["staff", "competence", "nobody", "pnc", "--from", "once", "--until", "2030-01-01"], 2),
    (["staff", "suspend", "nobody"], 1),
    (["staff", "list"], 0),
    (["applications", "list"], 0),
    (["applications", "list", "--stage", "nonsense"], 2),
    (["applications", "show", "CL-2026-000001"], 1),
    (["applications", "show", "\udcff"], 2),
    (["applications", "show", "'; DROP TABLE staff; --"], 1),
    (["work", "list"], 0),
    (["work", "list", "--as", "nobody"], 1),
    (["work", "claim", "x"], 1),
    (["urgent", "CL-2026-000001", "--reason", "new_threat"], 1),
    (["search", "--source", "pnc", "--forename", "A", "--surname", "B"], 1),  # nothing loaded is no nil
    (["reconcile"], 0),
    (["sweep"], 0),
    (["audit", "verify"], 0),
    (["audit", "seal"], 0),
]


@pytest.mark.parametrize(("words", "exit_code"), ENDINGS, ids=[" ".join(words) for words, _ in ENDINGS])
def test_every_call_ends_with_its_code_and_one_json_document(kept_home, words, exit_code, capsys, monkeypatch):
    for name in set(os.environ) - set(CLEAN):
        monkeypatch.delenv(name)
    monkeypatch.setenv("CASEBOOK_HOME", str(kept_home))
    ended = main.main([*words, "--json"] if words[-1] != "--home" else ["--json", *words])
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert ended == exit_code, printed.err
    assert "Traceback" not in printed.err
    if ended:
        assert printed.err.startswith("casebook: ")
        assert document["error"]["code"]
        assert document["error"]["message"]


HOSTILE = (
    "", " ", "\t", "-", "--", "---", "-1", "--x", "=", "%s", "{}", "../../etc/passwd", "é", "\u202e", "\udcff",
    "'", '"', ";", "x" * 5000, "99999999999999999999", "nan", "0", "null", "[]", "CL-2026-000001", "/", "/dev/null",
)  # fmt: skip
WITH_A_VALUE = (
    ("applications", "show"), ("applications", "import"), ("applications", "list", "--stage"),
    ("work", "claim"), ("work", "schema"), ("work", "list", "--role"), ("work", "do", "x", "--file"), ("staff", "add"),
    ("staff", "token"), ("staff", "suspend"), ("staff", "duty"), ("urgent",), ("audit",), ("deadlines", "--received"),
    ("identifiers", "check"), ("score",), ("sources", "load"), ("monitor", "analyse"), ("search", "--source"),
    ("database-url",), ("--as",), ("pack",),
)  # fmt: skip


@pytest.mark.parametrize("words", WITH_A_VALUE, ids=" ".join)
def test_no_word_however_hostile_shows_a_traceback_or_is_called_a_fault(kept_home, words, capsys, monkeypatch):
    monkeypatch.setenv("CASEBOOK_HOME", str(kept_home))
    for word in HOSTILE:
        ended = main.main(["--json", *words, word])
        printed = capsys.readouterr()
        json.loads(printed.out)
        assert ended in {0, 1, 2}, (words, word, printed.err)
        assert "Traceback" not in printed.err


def test_without_json_a_refusal_says_why_on_stderr_and_nothing_on_stdout(kept_home):
    done = said("applications", "show", "CL-2026-000001", home=kept_home)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "casebook: there is no application CL-2026-000001 [not_found]\n"


def test_a_column_that_stands_twice_is_refused_except_where_applications_would_be_left_lying(kept_home, tmp_path):
    repeated = tmp_path / "repeated.csv"
    repeated.write_text("person_id,decided_on,decider,outcome,decider\np1,2026-01-02,d1,disclosed,d2\n")
    done = said("monitor", "analyse", str(repeated), "--json")
    assert (done.returncode, told(done)["error"]["code"]) == (2, "repeated_column")
    assert "decider more than once" in told(done)["error"]["message"]
    repeated.write_text("person_id,surname,surname\np1,Khan,Kahn\n")
    done = said("sources", "load", "pnc", "--persons", str(repeated), "--json", home=kept_home)
    assert (done.returncode, told(done)["error"]["code"]) == (2, "repeated_column")
    repeated.write_text("external_id,submitted_at,route,applicant,b_surname,b_surname\n,,,,,\nX-1,,,,Khan,Kahn\n")
    done = said("applications", "import", str(repeated), "--json", home=kept_home)
    assert (done.returncode, told(done)["ignored_columns"]) == (1, ["b_surname"])  # its one row lacks what it needs
    assert {fault["code"] for fault in told(done)["rejected"]} == {"missing"}


def test_the_first_member_of_staff_is_the_operator_s_and_their_token_opens_the_door(kept_home):
    added = told(said("staff", "add", "first.one", "--role", "researcher", "second_reader", "--json", home=kept_home))
    assert added["roles"] == ["researcher", "second_reader"]
    right = said("work", "list", "--as", "first.one", "--json", home=kept_home, CASEBOOK_TOKEN=added["token"])
    assert (right.returncode, told(right)) == (0, [])
    wrong = said("work", "list", "--as", "first.one", "--json", home=kept_home, CASEBOOK_TOKEN="guessed")
    assert (wrong.returncode, told(wrong)["error"]["code"]) == (1, "token_refused")
    assert "guessed" not in wrong.stdout + wrong.stderr


@pytest.mark.parametrize(
    "text", ["", "not json", "[1", '"\\u0000"', "\x00", "[" * 100_000, "NaN", "{}", '{"version": 1e999}', "\ufeff{}"]
)
def test_an_answer_from_standard_input_is_refused_before_anything_is_written(kept_home, text):
    done = said("work", "do", "no-such-item", "--file", "-", "--json", home=kept_home, stdin=text)
    assert done.returncode == 1, done.stderr
    assert told(done)["error"]["code"] in {"invalid_answer", "not_found", "too_deep", "not_finite"}


def test_an_answer_that_is_not_utf_8_is_refused(kept_home, tmp_path):
    file = tmp_path / "answer.json"
    file.write_bytes(b'{"reason": "\xff"}')
    done = said("work", "do", "x", "--file", str(file), "--json", home=kept_home)
    assert (done.returncode, told(done)["error"]["code"]) == (1, "invalid_answer")


def test_a_home_on_a_long_path_works_and_survives_its_commands():
    root = Path(tempfile.mkdtemp(prefix="casebook-test-", dir="/tmp"))
    root.chmod(0o711)
    home = root / "/".join(["a-rather-long-directory-name"] * 6)
    try:
        added = call("staff", "add", "r1", "--role", "researcher", "--json", home=home)
        assert added.returncode == 0, added.stderr
        listed = told(call("staff", "list", "--json", "--home", str(home)))
        assert [member["id"] for member in listed] == ["r1"]
        assert stat.S_IMODE((home / "secrets" / "ledger.key").stat().st_mode) == 0o600
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.mark.parametrize("place", ["/dev/null/home", "/proc/casebook", "/sys/casebook", f"/var/{'x' * 300}"])
def test_a_home_that_cannot_be_made_is_a_fault_in_one_sentence(place):
    done = said("staff", "list", "--json", home=place)
    assert done.returncode == 3
    assert told(done)["error"]["code"] == "home_unusable"
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody@127.0.0.1:1/none",
        "postgresql://nobody:secret-word@localhost:1/none?connect_timeout=2",
        "postgresql://nobody@no-such-host.invalid/none",
        "mysql://a/b",
        "nonsense",
        "postgresql://",
    ],
)
def test_a_wrong_database_address_is_told_in_one_sentence_without_its_password(tmp_path, url):
    done = said("staff", "list", "--json", home=tmp_path, CASEBOOK_DATABASE_URL=url)
    assert done.returncode in {2, 3}, done.stderr
    assert told(done)["error"]["code"] in {"database_unavailable", "wrong_usage"}
    assert len(done.stderr.splitlines()) == 1
    assert "secret-word" not in done.stdout + done.stderr


def test_file_commands_touch_no_home(tmp_path):
    home = tmp_path / "untouched"
    assert call("deadlines", "--received", "2026-03-01T09:00:00+00:00", "--json", home=home).returncode == 0
    assert call("identifiers", "check", "x", home=home).returncode == 0
    assert not home.exists()


def test_a_reader_that_goes_away_is_no_error(kept_home):
    piped = ["bash", "-c", f"{shlex.quote(str(COMMAND))} --help | head -1"]
    done = subprocess.run(piped, capture_output=True, text=True, env=CLEAN, check=False)
    assert done.stderr == ""


def test_names_that_a_narrow_terminal_cannot_show_do_not_stop_the_answer(kept_home):
    done = call("applications", "show", "Zoë", "--json", home=kept_home, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 1
    told(done)
    shown = call("identifiers", "check", "Zoë", "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (shown.returncode, told(shown)[0]["value"]) == (0, "Zoë")


@pytest.mark.parametrize(
    ("content", "exit_code", "code"),
    [
        (None, 2, "no_such_file"),  # the call is wrong
        ("", 1, "no_header"),  # the call is right, and the file is refused
        ("external_id,route\nX,right_to_ask\n", 1, "missing_column"),
    ],
)
def test_an_import_tells_a_wrong_call_from_a_file_it_refuses(kept_home, tmp_path, content, exit_code, code):
    path = tmp_path / "applications.csv"
    if content is not None:
        path.write_text(content, "utf-8")
    done = said("applications", "import", str(path), "--json", home=kept_home)
    assert (done.returncode, told(done)["error"]["code"]) == (exit_code, code)


def test_an_import_can_say_what_the_gate_finds_in_the_file_as_a_whole(kept_home, tmp_path):
    path = tmp_path / "applications.csv"
    row = "2026-03-02T09:00:00+00:00,right_to_ask,a\n"
    path.write_text(f"external_id,submitted_at,route,applicant\nQ-1,{row}Q-1,{row},yesterday,sideways,a\n", "utf-8")
    done = said("applications", "import", str(path), "--quality", "--json", home=kept_home)
    found = told(done)
    assert (done.returncode, len(found["accepted"])) == (1, 1)
    assert found["quality"] == {
        "external_id_missing": 1, "external_id_repeated": 3, "submitted_at_invalid": 1, "route_invalid": 1,
        "row_rejected": 1,
    }  # fmt: skip
    assert (found["landed"], found["rows"]) == (2, 3)
    assert "quality" not in told(said("applications", "import", str(path), "--json", home=kept_home))

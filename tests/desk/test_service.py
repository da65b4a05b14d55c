"""The service for staff: a command from another machine, with nothing but the desk's address and a token."""

from __future__ import annotations

import json

import pytest

from casebook.cli import main


@pytest.fixture
def say(office, monkeypatch, capsys, tmp_path):
    """Give a command at a machine that has no home."""

    def command(who, *words):
        monkeypatch.setenv("CASEBOOK_SERVICE_URL", office.address)
        monkeypatch.setenv("CASEBOOK_TOKEN", office.token(who))
        monkeypatch.setenv("CASEBOOK_HOME", str(tmp_path / "none"))
        code = main.main(["--as", who, *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


def test_a_command_works_through_it(office, reference, say, tmp_path):
    code, out, _ = say("research", "applications", "show", reference, "--json")
    assert code == 0
    assert json.loads(out)["reference"] == reference
    (view,) = office.entries(reference, "personal_detail_viewed")
    assert (view.actor, view.origin) == ("research", "desk")
    assert view.token
    assert not (tmp_path / "none").exists()


def test_its_text_and_its_errors_are_those_of_the_command(office, reference, say):
    assert "research" in say("supervise", "staff", "workload")[1]
    code, out, err = say("research", "applications", "hold", reference, "--reason", "x", "--json")
    assert (code, json.loads(out)["error"]["code"]) == (1, "not_permitted")
    assert "[not_permitted]" in err
    assert say("research", "applications", "show")[0] == 2


def test_files_go_there_and_come_back(office, reference, say, tmp_path):
    paper, back = tmp_path / "a letter.txt", tmp_path / "back.txt"
    paper.write_text("To whom it may concern")
    code, out, _ = say(
        "research",
        "applications",
        "attach",
        reference,
        "--category",
        "letter",
        "--title",
        "A letter",
        "--file",
        str(paper),
        "--json",
    )
    assert code == 0, out
    document = json.loads(out)["document"]
    assert say("research", "applications", "paper", document, "--out", str(back))[0] == 0
    assert back.read_text() == "To whom it may concern"
    answer = tmp_path / "search.json"
    answer.write_text('{"surname": "Ottershaw"}')
    code, out, _ = say("research", "find", "--file", str(answer), "--json")
    assert [hit["reference"] for hit in json.loads(out)["hits"]] == [reference]


@pytest.mark.parametrize(
    "words", [("up",), ("desk",), ("demo",), ("database-url",), ("reconcile",), ("watchdog",), ("match",)]
)
def test_what_is_the_operator_s_is_refused(say, words):
    code, _, err = say("head", *words)
    assert code in {1, 2}
    assert "[not_here]" in err or "[wrong_usage]" in err


@pytest.mark.parametrize("name", ["/etc/hostname", "../../etc/hostname", "ledger.key"])
def test_no_path_of_the_server_is_read_or_written(office, reference, name, tmp_path):
    client = office.client()
    for words in (["applications", "attach", reference, "--category", "letter", "--title", "t", "--file", name],
                  ["find", "--file", name], ["policy", "check", name], ["audit", "check", name]):  # fmt: skip
        answer = client.post(
            "/service",
            data={"as": "head", "words": json.dumps(words)},
            headers={"authorization": f"Bearer {office.token('head')}"},
        ).json()
        assert answer["error"]["code"] in {"no_such_file", "not_permitted", "not_a_file"}, answer
    out = tmp_path / "out-of-the-way.pdf"
    words = ["pack", reference, "--pdf", str(out)]
    client.post(
        "/service",
        data={"as": "research", "words": json.dumps(words)},
        headers={"authorization": f"Bearer {office.token('research')}"},
    )
    assert not out.exists()


@pytest.mark.parametrize(
    ("headers", "data"),
    [
        ({}, {"as": "head", "words": '["board"]'}),
        ({"authorization": "Bearer wrong"}, {"as": "head", "words": '["board"]'}),
        ({"authorization": "Basic abc"}, {"as": "head", "words": '["board"]'}),
        ("theirs", {"as": "nobody", "words": '["board"]'}),
        ("theirs", {"as": "head", "words": "board"}),
        ("theirs", {"as": "head", "words": "[]"}),
        ("theirs", {"as": "head", "words": "[1]"}),
        ("theirs", {"as": "head"}),
        ("theirs", {"as": "head", "words": '["board", "--as", "risk"]'}),
        ("theirs", {"as": "head", "words": '["board", "--home", "elsewhere"]'}),
    ],
)
def test_a_crooked_call_is_refused_with_a_code(office, headers, data):
    if headers == "theirs":
        headers = {"authorization": f"Bearer {office.token('head')}"}
    answer = office.client().post("/service", data=data, headers=headers)
    told = answer.json()
    assert told["exit_code"] in {1, 2}
    assert told["error"]["code"]
    assert answer.headers["content-type"] == "application/json"


def test_a_token_goes_to_no_other_machine_in_the_clear(monkeypatch, capsys):
    monkeypatch.setenv("CASEBOOK_SERVICE_URL", "http://desk.example")
    monkeypatch.setenv("CASEBOOK_TOKEN", "secret")
    assert main.main(["--as", "head", "board"]) == 1
    assert "[not_encrypted]" in capsys.readouterr().err


def test_a_desk_that_is_not_there_is_told(monkeypatch, capsys):
    monkeypatch.setenv("CASEBOOK_SERVICE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CASEBOOK_TOKEN", "secret")
    assert main.main(["--as", "head", "board"]) == 3
    assert "[desk_unreachable]" in capsys.readouterr().err

"""What is too large, too deep or no file is refused by the commands themselves: a code, one line, nothing kept."""

from __future__ import annotations

import json
import os

import openpyxl
import pytest

from casebook import bounds

ROW = "{},2026-03-02T09:00:00+00:00,right_to_ask,a,no,Anna,Quill,Barry,Otter,{}\n"
HEADER = (
    "external_id,submitted_at,route,applicant,immediate_danger,a_forename,a_surname,b_forename,b_surname,b_aliases\n"
)
DEEP = "[" * 900 + "]" * 900


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """The files that somebody gives: bombs, and what is no file."""
    folder = tmp_path_factory.mktemp("given")
    book = openpyxl.Workbook()
    book.active.cell(1_048_576, 16_384, "x")
    book.save(folder / "corner.xlsx")
    os.mkfifo(folder / "pipe.csv")
    (folder / "zero.csv").symlink_to("/dev/zero")
    (folder / "deep.json").write_text(DEEP)
    (folder / "long.json").write_text("9" * 100_000)
    (folder / "nan.json").write_text('{"today": NaN}')
    (folder / "deep.toml").write_text(f"columns = {DEEP}")
    (folder / "odd.json").write_text('{"entries": [{"chain": 1}], "items": [7]}')
    with (folder / "huge").open("wb") as file:
        file.truncate(1 << 40)
    return folder


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("review", "preview", "corner.xlsx"), "file_too_large"),
        (("review", "import", "corner.xlsx"), "file_too_large"),
        (("review", "preview", "pipe.csv"), "not_a_file"),
        (("applications", "import", "pipe.csv"), "not_a_file"),
        (("applications", "import", "zero.csv"), "not_a_file"),
        (("applications", "import", "."), "not_a_file"),
        (("applications", "import", "huge"), "file_too_large"),
        (("sources", "load", "rms", "--persons", "pipe.csv"), "not_a_file"),
        (("sources", "load", "rms", "--persons", "zero.csv"), "not_a_file"),
        (("monitor", "analyse", "pipe.csv"), "not_a_file"),
        (("monitor", "threshold", "--arl0", "100", "--odds-ratio", "2", "--expected", "zero.csv"), "not_a_file"),
        (("match", "--subjects", "pipe.csv", "--persons", "zero.csv", "--out", "out.csv"), "not_a_file"),
        (("demo", "--file", "pipe.csv"), "not_a_file"),
        (("score", "deep.json"), "too_deep"),
        (("score", "long.json"), "number_too_long"),
        (("score", "nan.json"), "not_finite"),
        (("score", "huge"), "file_too_large"),
        (("audit", "check", "deep.json"), "too_deep"),
        (("audit", "check", "pipe.csv"), "not_a_file"),
        (("audit", "check", "long.json"), "number_too_long"),
        (("audit", "check", "odd.json"), "not_a_bundle"),
        (("policy", "check", "deep.toml"), "too_deep"),
        (("policy", "check", "pipe.csv"), "not_a_file"),
        (("review", "preview", "pipe.csv", "--map", "deep.toml"), "too_deep"),
        (("work", "do", "nothing", "--file", "huge"), "file_too_large"),
        (("search", "--source", "pnd", "--forename", "A", "--surname", "B", "--limit", "9" * 5_000), "wrong_usage"),
        (("search", "--source", "pnd", "--forename", "A", "--surname", "B", "--limit", "99999999"), "wrong_usage"),
        (("search", "--source", "pnd", "--forename", "A", "--surname", "B", "--limit", "0"), "wrong_usage"),
        (("review", "queue", "--limit", "99999999999999999999"), "wrong_usage"),
        (("forecast", "--seed", "-1"), "wrong_usage"),
        (("forecast", "--seed", "99999999999999999999"), "wrong_usage"),
        (("demo", "--applications", "1000000000"), "wrong_usage"),
        (("demo", "--past", "-1"), "wrong_usage"),
        (("demo", "--seed", "1e9"), "wrong_usage"),
        (("audit", "seal", "--every", "1e300"), "wrong_usage"),
        (("audit", "seal", "--every", "nan"), "wrong_usage"),
    ],
)  # fmt: skip
def test_a_command_refuses_what_it_could_not_take(desk, given, monkeypatch, words, reason):
    monkeypatch.chdir(given)
    at_fault = words[:2] == ("applications", "import") and reason != "not_a_file"  # the file, not the call
    assert desk.refusal(*words, code=1 if at_fault else 2) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [(DEEP, "too_deep"), ("9" * 100_000, "number_too_long"), (" " * (bounds.ANSWER.most_bytes + 1), "file_too_large")],
)
def test_an_answer_from_standard_input_has_the_same_bounds(desk, text, reason):
    assert desk.refusal("work", "do", "nothing", "--file", "-", who="in", stdin=text) == reason


def test_a_row_with_thousands_of_aliases_is_listed_and_holds_nobody_up(desk, tmp_path):
    names = [f"K {number}" for number in range(5_000)]
    file = tmp_path / "applications.csv"
    file.write_text(HEADER + ROW.format("many", ";".join(names)) + ROW.format("most", ";".join(names[: bounds.NAMES])))
    imported = desk.ask("applications", "import", file, code=1)
    assert [row["external_id"] for row in imported["accepted"]] == ["most"]
    assert [(row["line"], row["column"], row["code"]) for row in imported["rejected"]] == [
        (2, "b_aliases", "too_many_items")
    ]
    [reference] = [row["reference"] for row in imported["accepted"]]
    details = tmp_path / "details.json"
    details.write_text(json.dumps({"people": {"b": {"aliases": names[: bounds.NAMES + 1]}}}))
    assert desk.refusal("applications", "correct", reference, "--file", details, who="in") == "invalid_answer"
    details.write_text(json.dumps({"people": {"b": {"aliases": names[: bounds.NAMES]}}}))
    assert desk.ask("applications", "correct", reference, "--file", details, who="in")["reference"] == reference


def test_a_row_of_an_extract_with_too_many_aliases_is_listed_and_counted(desk, tmp_path):
    many = ";".join(f"Kai Mor{number}" for number in range(bounds.NAMES + 1))
    persons, records = tmp_path / "persons.csv", tmp_path / "records.csv"
    persons.write_text(f"person_id,surname,aliases\nP1,Otter,{many}\nP2,Otter,Kai Mor\n")
    records.write_text("record_id,person_id,kind\nR1,P1,conviction\nR2,P2,conviction\n")
    loaded = desk.ask("sources", "load", "rms", "--persons", persons, "--records", records, code=1)
    assert {name: loaded[name]["new"] for name in ("persons", "records")} == {"persons": 1, "records": 1}
    found = [(row["line"], row["code"]) for row in loaded["rejected"] if not row["landed"]]
    assert found == [(2, "too_many_items"), (2, "unknown_person")]
    assert {row["rows"] for row in desk.ask("sources", "missing", "rms")} == {1}

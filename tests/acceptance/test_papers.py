"""Papers by the command: attached from any file there is, listed, written out, and told to nobody else."""

from __future__ import annotations

import os
import stat

import pytest
from papers import DOCX, JPEG, pdf

from casebook import bounds
from casebook.storage import paper_keys

HEADER = "external_id,submitted_at,route,applicant,concern,immediate_danger,a_forename,a_surname,b_forename,b_surname\n"
ROW = "P-1,2026-03-02T09:00:00+00:00,right_to_ask,a,He frightens me,no,Anna,Quill,Barry,Otter\n"
CANARY = "Canaryten"
CONTENT = pdf(CANARY)
GIVEN = ("--category", "identity_proof", "--title", "driving licence", "--about", "a")


@pytest.fixture(scope="module")
def reference(desk, tmp_path_factory):
    file = tmp_path_factory.mktemp("in") / "applications.csv"
    file.write_text(HEADER + ROW)
    (accepted,) = desk.ask("applications", "import", file)["accepted"]
    return accepted["reference"]


@pytest.fixture(scope="module")
def document(desk, reference, tmp_path_factory):
    file = tmp_path_factory.mktemp("in") / "licence.doc"  # its name says nothing
    file.write_bytes(CONTENT)
    attached = desk.ask("applications", "attach", reference, *GIVEN, "--file", file, who="in")
    assert attached["kind"] == "pdf"
    return attached["document"]


def test_a_paper_comes_out_as_it_went_in_for_its_reader_alone(desk, document, tmp_path):
    out = tmp_path / "licence.pdf"
    code, said, _ = desk.say("applications", "paper", document, "--out", out, who="re")
    assert code == 0
    assert out.read_bytes() == CONTENT
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert CANARY not in said


def test_the_list_shows_what_each_is(desk, reference, document):
    code, said, _ = desk.say("applications", "papers", reference, who="re")
    assert code == 0
    assert document in said
    assert "proof of identity" in said
    assert "driving licence" in said


def test_a_paper_is_written_over_no_link_and_under_no_other_kind_of_name(desk, document, tmp_path):
    (tmp_path / "a.pdf").symlink_to(tmp_path / "b.pdf")
    out = ("applications", "paper", document, "--out")
    assert desk.refusal(*out, tmp_path / "a.pdf", who="re", code=2) == "output_is_link"
    assert desk.refusal(*out, tmp_path / "a.exe", who="re") == "wrong_ending"
    assert desk.refusal(*out, tmp_path / "none" / "a.pdf", who="re", code=2) == "unwritable_file"
    assert not (tmp_path / "b.pdf").exists()
    assert not (tmp_path / "a.exe").exists()


FILES = {
    "a pipe": (os.mkfifo, "not_a_file", 2),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "not_a_file", 2),
    "a directory": (lambda path: path.mkdir(), "not_a_file", 2),
    "nothing": (lambda _path: None, "no_such_file", 2),
    "empty": (lambda path: path.touch(), "empty_file", 1),
    "one byte too many": (lambda path: path.write_bytes(b"x" * (bounds.PAPER.most_bytes + 1)), "file_too_large", 2),
    "a terabyte of nothing": (lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_RDWR), 1 << 40), "file_too_large", 2),
    "a program": (lambda path: path.write_bytes(b"MZ\x90\0"), "kind_not_taken", 1),
    "two kinds": (lambda path: path.write_bytes(JPEG + DOCX), "two_kinds", 1),
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_what_is_no_paper_is_refused(desk, reference, tmp_path, what):
    make, reason, code = FILES[what]
    make(tmp_path / "licence.pdf")
    given = ("--file", tmp_path / "licence.pdf")
    assert desk.refusal("applications", "attach", reference, *GIVEN, *given, who="in", code=code) == reason


def test_a_name_with_control_characters_moves_no_cursor(desk, reference, tmp_path):
    file = tmp_path / "\x1b[2J\x07licence.pdf"
    file.write_bytes(b"MZ\x90\0")
    code, out, err = desk.say("applications", "attach", reference, *GIVEN, "--file", file, who="in")
    assert code == 1
    code, out_missing, err_missing = desk.say(
        "applications", "attach", reference, *GIVEN, "--file", f"{file}.x", who="in"
    )
    assert code == 2
    assert not set("\x1b\x07") & set(out + err + out_missing + err_missing)


def test_a_paper_that_is_elsewhere_is_written_down(desk, reference):
    where = ("--category", "undertaking", "--title", "signed", "--where", "paper file 7/26")
    done = desk.ask("applications", "refer-paper", reference, *where, who="in")
    rows = {row["id"]: row for row in desk.ask("applications", "papers", reference, who="re")}
    assert rows[done["document"]]["where_kept"] == "paper file 7/26"


def test_the_operator_may_not(desk, reference, document, tmp_path):
    file = tmp_path / "a.pdf"
    file.write_bytes(CONTENT)
    assert desk.refusal("applications", "attach", reference, *GIVEN, "--file", file) == "not_permitted"
    assert desk.refusal("applications", "paper", document, "--out", tmp_path / "b.pdf") == "not_permitted"
    assert not (tmp_path / "b.pdf").exists()


def test_without_the_key_a_paper_is_a_fault_that_says_what_to_bring_back(desk, document, tmp_path):
    file = paper_keys.paper_key_file(desk.home)
    kept = file.rename(tmp_path / "papers.key")
    try:
        code, _, err = desk.say("applications", "paper", document, "--out", tmp_path / "a.pdf", who="re")
        assert (code, "backup" in err) == (3, True)
    finally:
        kept.rename(file)


def test_no_word_of_a_paper_is_in_the_home_or_what_is_said(desk, reference, document):
    desk.ask("applications", "show", reference, who="re")
    for words in (("pack", reference), ("applications", "timeline", reference), ("audit", "verify")):
        _, out, err = desk.say(*words, "--json", who=None if words[0] == "audit" else "re")
        assert CANARY not in out + err
    holding = [
        path for path in desk.home.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()
    ]  # the data of the server, its logs, and whatever else a home has
    assert holding == []

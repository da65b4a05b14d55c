"""A file that is refused as a whole leaves one entry in the ledger, whatever it was given as, and nothing personal in it."""

from __future__ import annotations

import json
from functools import partial

import pytest
from sqlalchemy import select

from casebook import files
from casebook.casework.core import refused_files
from casebook.casework.review import files as review_files
from casebook.cli.main import main
from casebook.errors import UnreadableFile
from casebook.policies import documents
from casebook.storage.tables import LedgerEntry

TABLE = partial(files.read, known=("external_id", "person_id"), required=("external_id",))
NO_HEADER = "Jenny Quill,1985-03-02,SN1 2AB,tonight\n"


@pytest.fixture
def entries(store):
    def find():
        with store.session() as session:
            rows = session.scalars(select(LedgerEntry).where(LedgerEntry.event == refused_files.EVENT))
            return [row.body for row in rows]

    return find


@pytest.fixture
def refuse(acting, tmp_path):
    """Read a file of this text as the kind that it is given as; it is refused."""

    def run(kind, text, name="list.csv"):
        path = tmp_path / name
        path.write_text(text)
        read = review_files.read if kind == "register" else TABLE
        with pytest.raises(UnreadableFile), refused_files.noted(acting, kind, path, None):
            read(path)

    return run


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("applications", NO_HEADER, "missing_column"),
        ("applications", "", "no_header"),
        ("applications", "external_id;person_id\n1;2\n", "not_commas"),
        ("extract", NO_HEADER * 2, "missing_column"),
        ("extract", "PK\x03\x04", "not_csv"),
        ("extract", "1,2,3,4\nexternal_id,person_id\n", "header_not_first"),
        ("register", NO_HEADER, "no_register"),
        ("register", "", "no_header"),
    ],
)
def test_a_refused_file_is_in_the_ledger_once(refuse, entries, kind, text, reason):
    refuse(kind, text)
    refuse(kind, text, "the same under another name.csv")
    [body] = entries()
    assert (body["kind"], body["reason"], body["files"], body["bytes"]) == (kind, reason, 1, len(text.encode()))
    assert len(body["digest"]) == 40
    assert not [word for word in ("Quill", "1985", "SN1", "tonight", "list") if word in json.dumps(body)]


def test_another_file_or_another_kind_is_another_entry(refuse, entries):
    refuse("extract", NO_HEADER)
    refuse("extract", NO_HEADER * 2)
    refuse("applications", NO_HEADER)
    assert sorted((body["kind"], body["lines"]) for body in entries()) == [
        ("applications", 1), ("extract", 1), ("extract", 2),
    ]  # fmt: skip


def test_a_file_that_is_not_there_was_not_refused(acting, entries, tmp_path):
    path = tmp_path / "nowhere.csv"
    with pytest.raises(UnreadableFile), refused_files.noted(acting, "extract", path):
        files.read(path, known=("id",))
    assert entries() == []


def test_each_command_that_takes_a_file_in_notes_its_refusal(begun_home, tmp_path, capsys):
    path = tmp_path / "list.csv"
    path.write_text(NO_HEADER)
    for words in (
        ("applications", "import"), ("sources", "load", "rms", "--persons"), ("review", "import"), ("review", "preview"),
    ):  # fmt: skip
        assert main([*words, str(path), "--json", "--home", str(begun_home)]) in {1, 2}
    capsys.readouterr()
    assert main(["audit", "verify", "--json", "--home", str(begun_home)]) == 0
    # when the home was first opened: an entry for each document of policy, one for the keys and one for the schema
    taken_over = len(list(documents.shipped())) + 2
    assert json.loads(capsys.readouterr().out)["checked"] == 3 + taken_over

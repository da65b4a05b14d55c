"""The minutes of a panel's meeting become a paper of each case that it heard: sealed, listed, disposed of with the case."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from walking import ROW, through_everything

from casebook.casework.governance import governance
from casebook.casework.panel_decision import panel_pack
from casebook.cli import main
from casebook.domain.vocabulary import Stage
from casebook.storage.tables import CaseDocument

OTHER = {
    "external_id": "M-2",
    "a_surname": "Otherwise",
    "a_forename": "Olga",
    "b_surname": "Nobodyknown",
    "b_forename": "Quentin",
}


@pytest.fixture
def ask(office, monkeypatch, capsys, tmp_path):
    """Give a command through the desk; the one JSON document."""

    def command(who, *words, code=0):
        monkeypatch.setenv("CASEBOOK_SERVICE_URL", office.address)
        monkeypatch.setenv("CASEBOOK_TOKEN", office.token(who))
        monkeypatch.setenv("CASEBOOK_HOME", str(tmp_path / "none"))
        ended = main.main(["--as", who, *map(str, words), "--json"])
        told = capsys.readouterr()
        assert ended == code, told.err
        return json.loads(told.out)

    return command


@pytest.fixture
def ready(office, fill_once):
    """Two cases that wait for a panel."""

    def fill():
        references = [office.unit.receive(row) for row in ({**ROW, "external_id": "M-1"}, {**ROW, **OTHER})]
        for reference in references:
            assert through_everything(office.unit, reference, until=Stage.PANEL_DECISION) == Stage.PANEL_DECISION
            office.unit.carry(reference)
        return references, office.unit.now

    references, office.unit.now = fill_once("two cases that wait for a panel", fill)
    return references


@pytest.fixture
def heard(office, ask, ready):
    """A meeting that has begun, and the two cases that it hears."""
    references = ready
    at = office.unit.now + timedelta(hours=2)
    asked = ("--at", at.isoformat(), "--chair", "chair", "--member", "member:probation")
    meeting = ask("supervise", "panel", "meeting", *asked)["meeting"]
    assert ask("chair", "panel", "agenda", meeting, "--add", *references)["added"] == references
    office.unit.now = at + timedelta(minutes=5)
    return meeting, references


def test_each_case_gets_the_minutes_as_a_paper_once(office, ask, heard, tmp_path):
    meeting, references = heard
    kept = ask("chair", "panel", "minutes", meeting, "--keep")["kept"]
    assert [line["reference"] for line in kept] == references
    for line in kept:
        (paper,) = ask("research", "applications", "papers", line["reference"])
        assert (paper["id"], paper["category"], paper["media_type"]) == (line["document"], "minutes", "pdf")
        assert (paper["title"], paper["about"], paper["added_by"]) == (f"minutes of {meeting}", "b", "chair")
        file = tmp_path / f"{line['reference']}.pdf"
        ask("research", "applications", "paper", line["document"], "--out", file)
        assert file.read_bytes().startswith(b"%PDF-")
        with office.unit.acting("read") as act:
            assert [paper["title"] for paper in panel_pack.pack(act, line["reference"])["papers"]] == [paper["title"]]
    again = ask("supervise", "panel", "minutes", meeting, "--keep")["kept"]
    assert [line["document"] for line in again] == [None, None]  # nothing was said since


def test_minutes_with_something_new_are_one_more_paper(ask, heard):
    meeting, (reference, other) = heard
    ask("chair", "panel", "minutes", meeting, "--keep")
    said = ("--agency", "probation", "--by", "the duty officer", "--handling", "P", "--words", "he moved out")
    ask("chair", "panel", "say", reference, *said)
    again = {
        line["reference"]: line["document"] for line in ask("chair", "panel", "minutes", meeting, "--keep")["kept"]
    }
    assert again[reference]
    assert again[other] is None
    assert len(ask("research", "applications", "papers", reference)) == 2


def test_disposal_empties_them(office, ask, heard):
    meeting, (reference, _) = heard
    (document, _) = (line["document"] for line in ask("chair", "panel", "minutes", meeting, "--keep")["kept"])
    with office.unit.acting("supervise") as act:
        application = act.application(reference)
        application.stage, application.outcome, application.closed_at = Stage.CLOSED, "not_disclosed", act.now
        act.record(application, "stage_changed", to="closed")
    for who in ("supervise", "head"):
        with office.unit.acting(who) as act:
            governance.dispose(act, reference, reason="time_is_over")
    with office.unit.store.session() as session:
        row = session.get_one(CaseDocument, document)
        assert (row.sealed, row.title, row.digest, row.category) == (None, None, None, "minutes")


def test_a_case_that_takes_no_paper_does_not_keep_the_others_from_it(office, ask, heard):
    meeting, (reference, other) = heard
    with office.unit.acting("supervise") as act:
        application = act.application(reference)
        application.disposed_at = act.now
        act.record(application, "application_disposed", reason="time_is_over")
    kept = ask("chair", "panel", "minutes", meeting, "--keep", code=1)["kept"]
    assert [(line["reference"], line.get("code")) for line in kept] == [(reference, "disposed"), (other, None)]

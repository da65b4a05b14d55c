"""Whoever fills a form can look up the codes under which its questions are answered."""

from __future__ import annotations

import json

import pytest

from casebook.casework import playbook
from casebook.cli.main import main
from casebook.domain.risk import instruments
from casebook.domain.risk.instruments import Instrument
from casebook.domain.vocabulary import WorkKind
from casebook.policies import risk_model

FORMS = risk_model.load().numbers.instruments


def told(capsys, *words):
    assert main(["instruments", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_instrument_that_a_meeting_may_use_is_printed(capsys):
    schema = playbook.answer(WorkKind.MEET_APPLICANT).schema.model_json_schema()
    given = schema["$defs"]["InstrumentGiven"]["properties"]
    assert {row["instrument"] for row in told(capsys)} == set(given["name"]["enum"]) == set(FORMS)
    assert "casebook instruments" in given["answers"]["description"]


@pytest.mark.parametrize("name", sorted(FORMS))
def test_the_printed_codes_are_those_that_the_score_understands(capsys, name):
    (row,) = told(capsys, name.lower())
    codes = [each["code"] for each in row["questions"]]
    assert len(codes) == len(set(codes)) == len(FORMS[name].questions) > 0
    assert all(each["question"] for each in row["questions"])
    reading = instruments.read(Instrument(name=name, answers=tuple((code, "yes") for code in codes)), FORMS)
    assert (len(reading.yes), reading.foreign_yes, reading.unknown) == (len(codes), (), ())


def test_people_read_code_and_question(capsys):
    assert main(["instruments", "DASH"]) == 0
    lines = capsys.readouterr().out.splitlines()
    first = FORMS["DASH"].questions[0]
    assert lines[1].split(maxsplit=1) == [first.code, first.topic.replace("_", " ")]


def test_a_form_that_is_none_is_wrong_usage(capsys):
    assert main(["instruments", "VIPER"]) == 2
    assert "DARA, DASH, SAFELIVES" in capsys.readouterr().err

"""A refused answer is told everything that is wrong with it, in words, and where the choices can be read."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import pytest
from pydantic import Field

from casebook.casework.core import answers
from casebook.casework.core.answers import Answer
from casebook.domain.vocabulary import WorkKind
from casebook.errors import InvalidAnswer


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Line(Answer):
    name: str = Field(min_length=1)


class Asked(Answer):
    agrees: bool
    result: Literal["hit", "nil"]
    colour: Colour
    reason: str = Field(min_length=1)
    count: int = Field(default=1, ge=1)
    lines: list[Line] = Field(min_length=1)


GOOD = {"agrees": True, "result": "hit", "colour": "red", "reason": "r", "lines": [{"name": "n"}]}


def refused(**changed):
    raw = {name: value for name, value in {**GOOD, **changed}.items() if value is not ...}
    with pytest.raises(InvalidAnswer) as refusal:
        answers.parse(WorkKind.REVIEW_MATCH, Asked, raw)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"agrees": ...}, "agrees is missing"),
        ({"agrees": "perhaps"}, "agrees must be true or false"),
        ({"result": "nothing"}, "result must be one of: 'hit', 'nil'"),
        ({"colour": "green"}, "colour must be one of: 'red', 'blue'"),
        ({"reason": "  "}, "reason must not be empty"),
        ({"count": 0}, "count should be greater than or equal to 1"),
        ({"lines": []}, "lines must name at least 1"),
        ({"lines": [{"name": ""}]}, "lines.0.name must not be empty"),
        ({"other": 1}, "other is no field of this answer"),
        ({"occurred_at": "2026-03-02T10:00:00"}, "occurred_at must have an offset from UTC"),
    ],
)
def test_each_fault_is_told_in_words(changed, told):
    assert told in refused(**changed)


def test_all_faults_are_told_at_once_and_where_the_choices_are():
    message = refused(agrees=..., result="x", reason="")
    assert message.count(";") == 2
    assert message.endswith("casebook work schema review_match")


def test_no_fault_repeats_what_was_given():
    given = "Canary Name 1985-02-03"
    assert given not in refused(agrees=given, result=given, colour=given, count=given, lines=given)

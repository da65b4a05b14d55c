"""The gate for an incoming file of applications."""

from __future__ import annotations

import pandas as pd
import pytest

from casebook.domain.gates import GateOutcome
from expectations.application_file import ESSENTIAL, GATE, frames
from expectations.gate import ask

ROW = {
    "external_id": "x1",
    "submitted_at": "2024-03-01T09:30:00+00:00",
    "route": "right_to_ask",
    "applicant": "third_party",
    "concern": "free text",
}


def judge(*rows: dict[str, object]):
    return ask(GATE, frames(pd.DataFrame(rows, dtype="object")))


def failing(verdict) -> set[str]:
    return {result.code for result in verdict.results if not result.success}


def test_a_file_in_order_passes():
    verdict = judge(ROW, {**ROW, "external_id": "x2", "submitted_at": "2024-03-01 09:30Z"})
    assert verdict.outcome is GateOutcome.PASSES
    assert failing(verdict) == set()


@pytest.mark.parametrize("column", ESSENTIAL)
def test_a_file_without_an_essential_column_is_held(column):
    verdict = judge({name: value for name, value in ROW.items() if name != column})
    assert verdict.outcome is GateOutcome.HELD
    assert [result.code for result in verdict.holding] == ["essential_column_absent"]


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ({"external_id": ""}, "external_id_missing"),
        ({"external_id": " "}, "external_id_missing"),
        ({"external_id": "x1"}, "external_id_repeated"),
        ({"submitted_at": "2024-03-01T09:30:00"}, "submitted_at_invalid"),  # no offset
        ({"submitted_at": ""}, "submitted_at_invalid"),
        ({"route": "Right to ask"}, "route_invalid"),
        ({"applicant": None}, "applicant_invalid"),
    ],
)
def test_a_bad_row_is_counted_and_does_not_take_the_file_down(damage, code):
    verdict = judge(ROW, {**ROW, "external_id": "x2", **damage})
    assert code in failing(verdict)
    assert verdict.outcome is GateOutcome.PASSES


def test_a_file_with_a_header_only_passes_with_a_warning():
    verdict = ask(GATE, frames(pd.DataFrame(columns=list(ROW))))
    assert verdict.outcome is GateOutcome.PASSES
    assert failing(verdict) == {"file_empty"}

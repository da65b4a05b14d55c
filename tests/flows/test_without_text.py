"""An exception's text may hold a birth date. What leaves a step is its type, its code and the place."""

from __future__ import annotations

import ast
import asyncio
import traceback
from pathlib import Path

import pytest

from casebook.domain.case import application_file
from casebook.errors import NotFound
from tasks.without_text import StepFailed, without_text

ROOT = Path(__file__).resolve().parents[2]
CANARY = "Karl Canaryfive, born 1979-01-02"


@without_text
def careless(error):
    """Says more than it should."""
    try:
        {}[CANARY]
    except KeyError:
        raise error from None


@without_text
async def careless_later(error):
    raise error


@without_text
def inside():
    application_file.read({"external_id": object()})  # a fault in one of our own modules


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError(CANARY), "ValueError [step_failed]"),
        (NotFound(f"there is no application {CANARY}"), "NotFound [not_found]"),
        (StepFailed("ValueError [step_failed] at tasks/x.py:1"), "ValueError [step_failed] at tasks/x.py:1"),
    ],
)
def test_its_text_and_its_causes_stay_behind(error, told):
    for raising in (lambda: careless(error), lambda: asyncio.run(careless_later(error))):
        with pytest.raises(StepFailed) as caught:
            raising()
        assert str(caught.value).startswith(told)
        assert caught.value.__cause__ is caught.value.__context__ is None
        shown = [line for line in traceback.format_exception(caught.value) if "raise" not in line]
        assert "Canaryfive" not in "".join(shown)


def test_the_place_is_the_innermost_line_of_ours():
    with pytest.raises(StepFailed, match=r"at casebook/[a-z_/]+\.py:[0-9]+$"):
        inside()


def test_the_answer_of_a_step_and_its_name_stay():
    @without_text
    def step(number: int) -> int:
        """One more."""
        return number + 1

    assert (step(2), step.__name__, step.__doc__) == (3, "step", "One more.")


def test_the_parameters_of_a_flow_are_validated_as_it_declares_them():
    from prefect.exceptions import ParameterTypeError  # noqa: PLC0415

    from flows.application_lifecycle import application_lifecycle  # noqa: PLC0415
    from flows.urgent_case import urgent_case  # noqa: PLC0415

    assert application_lifecycle.validate_parameters({"reference": "CL-2026-000001"}) == {"reference": "CL-2026-000001"}
    for flow, wrong in (
        (application_lifecycle, {"reference": "Karl Canaryfive"}),
        (urgent_case, {"reference": "CL-2026-000001", "reason": "he is at the door"}),
    ):
        with pytest.raises(ParameterTypeError):
            flow.validate_parameters(wrong)
    assert application_lifecycle.parameters.properties["reference"]["pattern"]


def test_every_flow_and_task_is_wrapped():
    found = 0
    for path in sorted([*(ROOT / "flows").glob("*.py"), *(ROOT / "tasks").glob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            names = [ast.unparse(each.func if isinstance(each, ast.Call) else each) for each in node.decorator_list]
            if {"flow", "task"} & set(names):
                found += 1
                assert names[-1] == "without_text", f"{path.name}: {node.name}"
    assert found > 25

"""Exceptions leave a step as type, code and place: their text may hold a personal detail, and Prefect keeps and shows it."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast, get_type_hints

from casebook.errors import CasebookError, Fault

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = frozenset({"casebook", "deployments", "expectations", "flows", "tasks"})

P = ParamSpec("P")
R = TypeVar("R")


class StepFailed(Fault):
    """A step of a flow failed."""

    code = "step_failed"


def without_text(step: Callable[P, R]) -> Callable[P, R]:
    """Wrap a flow or task: whatever exception it raises goes on without its text, its values and its cause."""
    if inspect.iscoroutinefunction(step):

        @wraps(step)
        async def awaited(*args: P.args, **kwargs: P.kwargs) -> Any:  # noqa: ANN401 - whatever the step returns
            try:
                return await step(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - each of them is told, by what it is and where
                told = told_of(error)
            raise told

        _declare(awaited, step)
        return cast("Callable[P, R]", awaited)

    @wraps(step)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return step(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - as above
            told = told_of(error)
        raise told

    _declare(called, step)
    return called


def _declare(wrapper: Callable[..., Any], step: Callable[..., Any]) -> None:
    """Give a wrapper the step's signature with its types resolved: Prefect would look for their names in this module."""
    known, signature = get_type_hints(step, include_extras=True), inspect.signature(step)
    parameters = [
        each.replace(annotation=known.get(name, each.annotation)) for name, each in signature.parameters.items()
    ]
    returned = known.get("return", signature.return_annotation)
    wrapper.__signature__ = signature.replace(parameters=parameters, return_annotation=returned)  # type: ignore[attr-defined]


def told_of(error: Exception) -> StepFailed:
    """What may be told of an exception: its type, its reason code if it has one, and the last line of ours that it passed."""
    if isinstance(error, StepFailed):
        return StepFailed(error.message, error.code)  # without what it met on its way
    code = error.code if isinstance(error, CasebookError) else StepFailed.code
    return StepFailed(f"{type(error).__name__} [{code}] at {_place(error)}", code)


def _place(error: Exception) -> str:
    """The innermost line of one of our packages."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in PACKAGES:
            return f"{path.relative_to(ROOT)}:{frame.lineno}"
    return "an unknown place"

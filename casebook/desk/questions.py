"""What the forms ask, as data: the label and hint of each field, their order, and after which answer one is asked.

`questions.en.toml` has them in English. A section is a kind of work; `any` holds for all. A language is another file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, kw_only=True)
class FormQuestion:
    """How one field is asked. `hint` None: as the model describes it."""

    label: str = ""
    hint: str | None = None
    long: bool = False
    shown_if: str = ""


@cache
def _all(language: str = "en") -> dict[str, dict[str, Any]]:
    found = resources.files("casebook.desk").joinpath(f"questions.{language}.toml")
    return tomllib.loads(found.read_text("utf-8"))


def of(kind: str, name: str) -> FormQuestion:
    """The question of a field: that of its kind of work, else that of any."""
    for section in (kind, "any"):
        given = _all().get(section, {}).get(name)
        if given is not None:
            return FormQuestion(**({"label": given} if isinstance(given, str) else given))
    return FormQuestion()


def ordered(kind: str, prefix: str, names: Iterable[str]) -> Sequence[str]:
    """The names of fields in the order in which they are asked; those that no order names come last, as the model has them."""
    known = list(names)
    wanted = [] if prefix else _all().get(kind, {}).get("order", [])
    last = [] if prefix else [name for name in _all()["any"]["last"] if name in known]
    first = [name for name in wanted if name in known]
    middle = [name for name in known if name not in first and name not in last]
    return [*first, *middle, *(name for name in last if name not in first)]

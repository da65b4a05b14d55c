"""What every answer to a work item has in common, and the registry of them: kind -> schema and handler."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from casebook.casework.acting import Act
from casebook.domain.vocabulary import WorkKind
from casebook.errors import InvalidAnswer
from casebook.storage.tables import Application, WorkItem


class Answer(BaseModel):
    """Fields of every answer."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, hide_input_in_errors=True)

    occurred_at: AwareDatetime | None = Field(
        default=None, description="When it was done, if that was before it is being written down."
    )
    version: int | None = Field(
        default=None,
        description="The application's decision round that was looked at; a later round refuses the answer.",
    )


@dataclass(frozen=True, kw_only=True)
class Doing:
    """One work item being answered."""

    act: Act
    application: Application
    item: WorkItem
    answer: Any  # an instance of the kind's schema

    @property
    def occurred_at(self) -> datetime:
        moment: datetime = self.answer.occurred_at or self.act.now
        return moment


@dataclass(frozen=True, kw_only=True)
class HouseDoing:
    """One work item being answered that belongs to no application."""

    act: Act
    item: WorkItem
    answer: Any  # an instance of the kind's schema


Handler = Callable[[Doing], None]
HouseHandler = Callable[[HouseDoing], None]

# each module offers ANSWERS: dict[WorkKind, tuple[type[Answer], Handler]]
MODULES = (
    "danger", "emergency", "oversight", "intake", "record_checks", "risk_scoring", "panel_decision", "disclosure",
    "follow_up", "transfer", "watch", "quality",
)  # fmt: skip


# each offers HOUSE: dict[WorkKind, tuple[type[Answer], HouseHandler]], for items that belong to no application
HOUSE_MODULES = ("review_examining", "review_people", "review_looking", "signals", "dip_sampling")


@cache
def registry() -> dict[WorkKind, tuple[type[Answer], Handler]]:
    """Every kind of work item that can be answered."""
    found: dict[WorkKind, tuple[type[Answer], Handler]] = {}
    for name in MODULES:
        found.update(importlib.import_module(f"casebook.casework.{name}").ANSWERS)
    return found


@cache
def house() -> dict[WorkKind, tuple[type[Answer], HouseHandler]]:
    """Every kind of work item that can be answered although it belongs to no application."""
    found: dict[WorkKind, tuple[type[Answer], HouseHandler]] = {}
    for name in HOUSE_MODULES:
        found.update(importlib.import_module(f"casebook.casework.{name}").HOUSE)
    return found


def _storable(value: object) -> bool:
    """Whether PostgreSQL can hold every text in it."""
    match value:
        case str():
            return "\x00" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
        case dict():
            return all(_storable(key) and _storable(held) for key, held in value.items())
        case list():
            return all(map(_storable, value))
        case _:
            return True


def schema(kind: WorkKind) -> type[Answer]:
    if (found := registry().get(kind) or house().get(kind)) is None:
        raise InvalidAnswer(f"{kind} is not answered here", "no_such_answer")
    return found[0]


def parse(kind: WorkKind, raw: object) -> Answer:
    """Check an answer against its schema. The error names fields and rules, never what was written in them."""
    if not _storable(raw):
        raise InvalidAnswer(
            "an answer may hold no NUL and no half of a surrogate pair: they cannot be kept", "undecodable"
        )
    try:
        return schema(kind).model_validate(raw)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'answer'}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        ]
        raise InvalidAnswer("; ".join(faults)) from None

"""What every answer to a work item has in common, and how one is checked before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from casebook.casework.core.acting import Act
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


Parsed = TypeVar("Parsed", bound=Answer)


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
class UnitDoing:
    """One work item being answered that belongs to no application."""

    act: Act
    item: WorkItem
    answer: Any  # an instance of the kind's schema


Handler = Callable[[Doing], None]
UnitHandler = Callable[[UnitDoing], None]


@dataclass(frozen=True, kw_only=True)
class Answering:
    """How one kind of work item is answered; a kind can belong to applications, to the unit, or to both."""

    schema: type[Answer]
    handler: Handler | None = None  # of an item that belongs to an application
    unit_handler: UnitHandler | None = None  # of an item that belongs to none


# each module that answers kinds of work offers one as ANSWERS; the playbook knows which module answers which kind
Answers = Mapping[WorkKind, Answering]


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


def parse(schema: type[Parsed], raw: object) -> Parsed:
    """Check an answer against its schema. The error names fields and rules, never what was written in them."""
    if not _storable(raw):
        raise InvalidAnswer(
            "an answer may hold no NUL and no half of a surrogate pair: they cannot be kept", "undecodable"
        )
    try:
        return schema.model_validate(raw)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'answer'}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        ]
        raise InvalidAnswer("; ".join(faults)) from None

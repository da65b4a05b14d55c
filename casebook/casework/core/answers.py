"""Answers to work items: the fields they share, and how an answer is checked before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from casebook import bounds
from casebook.bounds import BadInput
from casebook.casework.core.acting import Act
from casebook.domain.actors import Reason
from casebook.domain.vocabulary import WorkKind
from casebook.errors import InvalidAnswer
from casebook.storage.tables import Application, WorkItem

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


class Answer(BaseModel):
    """Fields of every answer."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, hide_input_in_errors=True)

    occurred_at: AwareDatetime | None = Field(default=None, description="When it was done, if that was before now.")
    before_submission_because: str | None = Field(
        default=None,
        min_length=1,
        description="Only if occurred_at is before the application was submitted: why. Such an act meets no time limit.",
    )
    version: int | None = Field(
        default=None,
        description="The decision round this answer is about. Refused if the application is in a later round.",
    )

    @property
    def signs(self) -> bool:
        """Whether this answer signs what its item rests on. What must not wait for reading does not."""
        return True


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
    """One work item of the unit being answered: it belongs to no application."""

    act: Act
    item: WorkItem
    answer: Any  # an instance of the kind's schema


Handler = Callable[[Doing], None]
UnitHandler = Callable[[UnitDoing], None]
TakeBack = Callable[[Act, Application, WorkItem], None]
RestsOn = Callable[[Act, Application, WorkItem], object]  # ids and codes of the rows; None: this item is no signature
WhyNotThem = Callable[[Act, Application, WorkItem], Reason | None]
Detail = Callable[[Act, WorkItem], Mapping[str, object]]


@dataclass(frozen=True, kw_only=True)
class Answering:
    """How one kind of work item is answered. A kind can belong to applications, to the unit, or to both."""

    schema: type[Answer]
    handler: Handler | None = None  # of an item that belongs to an application
    unit_handler: UnitHandler | None = None  # of an item that belongs to none
    rests_on: RestsOn | None = None  # of a signature
    why_not_them: WhyNotThem | None = None  # why the actor may not do this item, whatever they answer
    take_back: TakeBack | None = None  # undoes what an answer did, once it is superseded
    detail: Detail | None = None  # what is read before answering, for whoever may do it; the ledger records the view


# each module that handles answers exports ANSWERS; the playbook knows which module handles which kind
Answers = Mapping[WorkKind, Answering]


def _storable(value: object) -> bool:
    """Whether PostgreSQL can store every text in a value."""
    match value:
        case str():
            return "\x00" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
        case dict():
            return all(_storable(key) and _storable(element) for key, element in value.items())
        case list():
            return all(map(_storable, value))
        case _:
            return True


def parse(kind: WorkKind, schema: type[Parsed], raw: object) -> Parsed:
    """Check the answer to a kind of work against its schema. The error names every fault at once, never what was given."""
    try:
        bounds.refuse_shape(raw, text=bounds.LONG_TEXT, listed=bounds.LISTED)
    except BadInput as fault:
        raise InvalidAnswer(f"the answer {fault}", fault.code) from None
    if not _storable(raw):
        raise InvalidAnswer(
            "the answer has a character that cannot be stored (NUL, or half of a surrogate pair): remove it",
            "undecodable",
        )
    try:
        return schema.model_validate(raw)
    except ValidationError as error:
        faults = [_fault(fault) for fault in error.errors(include_input=False, include_url=False)]
        told = dict.fromkeys(f"{field or 'the answer'} {rule}" for field, rule in faults)
        where = f"The fields and their choices: casebook work schema {kind}"
        refusal = InvalidAnswer(f"{'; '.join(told)}. {where}")
        refusal.faults = tuple(faults)
        raise refusal from None


# what pydantic calls a fault: what the field must be
_RULES = {
    "missing": "is missing",
    "extra_forbidden": "is no field of this answer",
    "literal_error": "must be one of: {expected}",
    "enum": "must be one of: {expected}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_long": "must name at most {max_length}",
    "too_short": "must name at least {min_length}",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "timezone_aware": "must have an offset from UTC, as in 2026-03-02T10:00:00+00:00",
}


def _fault(fault: ErrorDetails) -> tuple[str, str]:
    """One fault: the field, empty for the answer as a whole, and what it must be in words."""
    field = ".".join(map(str, fault["loc"]))
    if rule := _RULES.get(fault["type"]):
        limits = {name: str(limit).replace(" or ", ", ") for name, limit in fault.get("ctx", {}).items()}
        return field, rule.format(**limits)
    message = fault["msg"].removeprefix("Input ").removeprefix("Value error, ")
    return field, f"{message[:1].lower()}{message[1:]}"

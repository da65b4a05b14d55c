"""The fields of a form, made from the model of an answer. A page adds choices that only the case knows."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from casebook.case_page.blocks import as_sentence
from casebook.desk import questions
from casebook.domain import words

FieldKind = Literal[
    "text",
    "area",
    "yes_no",
    "choice",
    "many",
    "lines",
    "moment",
    "day",
    "number",
    "group",
    "list",
    "map",
    "pairs",
    "ranges",
    "file",
]
Choices = tuple[tuple[str, str], ...]  # code, words


@dataclass(frozen=True, kw_only=True)
class Field:
    """One question of a form. `name` is its path in the answer, such as `searches.0.surname`."""

    name: str
    kind: FieldKind
    label: str
    hint: str = ""
    required: bool = False
    choices: Choices = ()
    parts: tuple[Field, ...] = ()  # of a group; of a list, those of one entry; of a map, one group for each key
    shown_if: str = ""  # `held=no`: only asked after that answer
    start: str = ""  # what stands in it before anybody types

    @property
    def last(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]

    @property
    def id(self) -> str:
        """Its id in the page."""
        return self.name.replace(".", "-")


def of_model(model: type[BaseModel], kind: str, *, leave_out: Iterable[str] = (), prefix: str = "") -> list[Field]:
    """The fields of an answer to one kind of work, in the order in which they are asked."""
    hidden = frozenset(leave_out)
    made = {
        name: _field(name, info.annotation, info.description, kind, prefix=prefix, required=info.is_required())
        for name, info in model.model_fields.items()
        if name not in hidden
    }
    return [made[name] for name in questions.ordered(kind, prefix, made)]


def _field(
    name: str,
    annotation: Any,  # noqa: ANN401 - any annotation
    description: str | None,
    kind: str,
    *,
    prefix: str,
    required: bool,
) -> Field:
    question = questions.of(kind, name)
    field = Field(
        name=f"{prefix}{name}",
        kind="text",
        label=question.label or as_sentence(words.spelled(name)),
        hint=question.hint if question.hint is not None else description or "",
        required=required,
        shown_if=f"{prefix}{question.shown_if}" if question.shown_if else "",
    )
    return _of_type(field, _bare(annotation), name, kind, is_long=question.long)


def _of_type(field: Field, annotation: Any, name: str, kind: str, *, is_long: bool) -> Field:  # noqa: ANN401, C901, PLR0911, PLR0912 - one case for each kind of value
    arguments = get_args(annotation)
    match get_origin(annotation) or annotation:
        case origin if origin is Literal:
            return replace(field, kind="choice", choices=choices_of(name, [code for code in arguments if code]))
        case origin if origin is list and _choices_of(name, _bare(arguments[0])):
            return replace(field, kind="many", choices=_choices_of(name, _bare(arguments[0])))
        case origin if origin is list and get_origin(_bare(arguments[0])) is tuple:
            return replace(field, kind="ranges")
        case origin if origin is list and _is_model(_bare(arguments[0])):
            parts = of_model(_bare(arguments[0]), kind, prefix=f"{field.name}.#.")
            return replace(field, kind="list", parts=tuple(parts))
        case origin if origin is list:
            return replace(field, kind="lines")
        case origin if origin is dict and _is_model(_bare(arguments[1])):
            keys = _choices_of(name, _bare(arguments[0]))
            return replace(
                field, kind="map", parts=tuple(_entry(field, key, _bare(arguments[1]), kind) for key in keys)
            )
        case origin if origin is dict:
            return replace(field, kind="pairs", choices=_choices_of("answer", _bare(arguments[1])))
        case origin if _is_model(origin):
            return replace(field, kind="group", parts=tuple(of_model(origin, kind, prefix=f"{field.name}.")))
        case origin if isinstance(origin, type) and issubclass(origin, StrEnum):
            return replace(field, kind="choice", choices=_choices_of(name, origin))
        case origin if origin is bool:
            return replace(field, kind="yes_no")
        case origin if origin is int:
            return replace(field, kind="number")
        case origin if origin is datetime:
            return replace(field, kind="moment")
        case origin if origin is date:
            return replace(field, kind="day")
        case _:
            return replace(field, kind="area" if is_long else "text")


def _entry(field: Field, key: tuple[str, str], model: type[BaseModel], kind: str) -> Field:
    name = f"{field.name}.{key[0]}"
    return Field(name=name, kind="group", label=key[1], parts=tuple(of_model(model, kind, prefix=f"{name}.")))


def _bare(annotation: Any) -> Any:  # noqa: ANN401 - as above
    """An annotation without what may be absent, and without its bounds."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        return _bare(next(each for each in get_args(annotation) if each is not type(None)))
    if isinstance(annotation, type) and annotation.__name__ == "AwareDatetime":
        return datetime
    return annotation


def _is_model(annotation: Any) -> bool:  # noqa: ANN401 - as above
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _choices_of(name: str, annotation: Any) -> Choices:  # noqa: ANN401 - as above
    if get_origin(annotation) is Literal:
        return choices_of(name, [code for code in get_args(annotation) if code])
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return choices_of(name, list(annotation))
    return ()


def choices_of(name: str, codes: Iterable[str]) -> Choices:
    """Codes of a field, each with its words."""
    return tuple((str(code), as_sentence(words.of_field(name, code) or words.spelled(code))) for code in codes)


def chosen(fields: Iterable[Field], offered: Mapping[str, Choices]) -> list[Field]:
    """The fields, with the choices that a case offers: name of the field, without the numbers of lists -> choices."""
    return [_offered(field, offered) for field in fields]


def _offered(field: Field, offered: Mapping[str, Choices]) -> Field:
    plain = ".".join(part for part in field.name.split(".") if part != "#")
    parts = tuple(_offered(part, offered) for part in field.parts)
    if plain not in offered:
        return replace(field, parts=parts)
    kind: FieldKind = {"lines": "many", "text": "choice", "area": "choice"}.get(field.kind, field.kind)  # type: ignore[assignment]
    return replace(field, parts=parts, kind=kind, choices=offered[plain])


def entries(field: Field, number: int) -> list[Field]:
    """The fields of one entry of a list."""
    return [_renamed(part, f"{field.name}.#.", f"{field.name}.{number}.") for part in field.parts]


def _renamed(field: Field, old: str, new: str) -> Field:
    shown_if = field.shown_if.replace(old, new, 1)
    parts = tuple(_renamed(part, old, new) for part in field.parts)
    return replace(field, name=field.name.replace(old, new, 1), parts=parts, shown_if=shown_if)

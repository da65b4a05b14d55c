"""From what was typed in a form to an answer, and from the faults of an answer to the fields that have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from casebook.desk.bodies import numbered
from casebook.desk.fields import Field, entries

ZONE = ZoneInfo("Europe/London")  # what staff type is local time
Typed = Mapping[str, Sequence[str]]
MOST_ENTRIES = 200


def answer(fields: Iterable[Field], typed: Typed) -> dict[str, Any]:
    """The answer that was typed. What was left empty is left out; the answer's own model says what it must have."""
    given = ((field.last, _value(field, typed)) for field in fields)
    return {name: value for name, value in given if value is not None}


def asked(fields: Iterable[Field], typed: Typed, start: Typed) -> dict[str, Sequence[str]]:
    """What was typed, without what the page itself put into questions that were not asked after this answer.

    What somebody typed there is kept: then the answer's own model says that it does not belong there.
    """
    kept = dict(typed)
    for field in fields:
        condition, _, answers = field.shown_if.partition("=")
        if not condition or set(typed.get(condition, ())) & set(answers.split("|")):
            continue
        inside = {name: typed[name] for name in typed if name == field.name or name.startswith(f"{field.name}.")}
        if all(not any(values) or list(values) == list(start.get(name, ())) for name, values in inside.items()):
            kept = {name: values for name, values in kept.items() if name not in inside}
    return kept


def _value(field: Field, typed: Typed) -> Any:  # noqa: ANN401, PLR0911 - any JSON; one case for each kind of field
    texts = [text.strip() for text in typed.get(field.name, ()) if text.strip()]
    match field.kind:
        case "group":
            return answer(field.parts, typed) or None
        case "map":
            given = {part.last: answer(part.parts, typed) for part in field.parts}
            return {key: value for key, value in given.items() if value} or None
        case "list":
            rows = (answer(entries(field, number), typed) for number in numbered(typed, field.name))
            return [row for row in rows if row] or None
        case "many":
            return texts or None
        case "lines":
            return [line for text in texts for line in map(str.strip, text.split("\n")) if line] or None
        case "pairs":
            return _pairs(field, typed) or None
        case "ranges":
            return _ranges(texts)
        case _:
            return _one(field, texts[0]) if texts else None


def _one(field: Field, text: str) -> object:
    match field.kind:
        case "yes_no":
            return {"yes": True, "no": False}.get(text, text)
        case "number":
            return int(text) if text.isdecimal() and len(text) < len("1000000000") else text
        case "moment":
            return moment(text)
        case _:
            return text


def moment(text: str) -> str:
    """A moment as a browser writes it, `2026-03-02T09:00`, with the offset of local time; any other text as it is."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return read.isoformat() if read.tzinfo else read.replace(tzinfo=ZONE).isoformat()


def _pairs(field: Field, typed: Typed) -> dict[str, str]:
    """Keys that the page shows, each with what was typed beside it."""
    start = f"{field.name}."
    return {
        name[len(start) :]: texts[0].strip()
        for name, texts in typed.items()
        if name.startswith(start) and texts and texts[0].strip()
    }


def _ranges(texts: Sequence[str]) -> list[list[str]] | None:
    """Spans of time, one on a line: `09:00-12:00`. What is none goes on as it is, so that its fault is told."""
    lines = [line for text in texts for line in map(str.strip, text.replace(",", "\n").split("\n")) if line]
    return [[end.strip() for end in line.replace(" to ", "-").split("-")] for line in lines] or None


def as_typed(fields: Iterable[Field], value: Mapping[str, Any]) -> dict[str, list[str]]:
    """An answer as it would have been typed, to begin a form with it."""
    found: dict[str, list[str]] = {}
    for field in fields:
        known = value.get(field.last)
        if known is None or (isinstance(known, list | dict) and not known):
            continue
        match field.kind:
            case "group":
                found |= as_typed(field.parts, known)
            case "list":
                for number, row in enumerate(known):
                    found |= as_typed(entries(field, number), row)
            case "many":
                found[field.name] = list(map(str, known))
            case "lines":
                found[field.name] = ["\n".join(map(str, known))]
            case "yes_no":
                found[field.name] = ["yes" if known else "no"]
            case "map" | "pairs" | "ranges":
                continue
            case _:
                found[field.name] = [str(known)]
    return found


def counts(fields: Iterable[Field], typed: Typed, more: str = "") -> dict[str, list[int]]:
    """The numbers of the entries of each list that a form shows. `more`: the list that gets one more."""
    shown: dict[str, list[int]] = {}
    for field in _every(fields, typed):
        if field.kind == "list":
            numbers = list(numbered(typed, field.name))[:MOST_ENTRIES]
            if field.name == more or not numbers:
                numbers.append(max(numbers, default=-1) + 1)
            shown[field.name] = numbers
    return shown


def _every(fields: Iterable[Field], typed: Typed) -> Iterable[Field]:
    for field in fields:
        yield field
        if field.kind == "list":
            for number in [*numbered(typed, field.name)][:MOST_ENTRIES]:
                yield from _every(entries(field, number), typed)
        elif field.kind in {"group", "map"}:
            yield from _every(field.parts, typed)

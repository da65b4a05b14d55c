"""Prints a panel pack as text, as one HTML page that loads nothing else, or as PDF. Each page names who printed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casebook.cli import printing
from casebook.domain import words

Pack = Mapping[str, Any]

_TEMPLATE = "panel_pack.html"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line, and the lines that belong under it."""

    text: str
    under: tuple[Entry, ...] = ()


def mark(pack: Pack) -> str:
    """What stands at the top. What is kept as a paper of a case has its time and its person in the row of the paper."""
    printed = f" - printed {pack['printed_at']} by {pack['printed_by']}" if "printed_at" in pack else ""
    return f"{pack['reference']} - for the panel only{printed}"


def sections(pack: Pack) -> Iterator[Entry]:
    """Every section of the pack, with a line for each fact. What is not known has a line too."""
    for name, section in pack.items():
        if name not in {"reference", "printed_at", "printed_by"}:
            yield Entry(text=_words(name), under=tuple(_entries(section)))


def _entries(value: object) -> Iterator[Entry]:
    match value:
        case _ if value in (None, [], {}):
            yield Entry(text="none")
        case Mapping():
            for key, fact in value.items():
                if isinstance(fact, Mapping) or (
                    isinstance(fact, list) and any(isinstance(entry, Mapping) for entry in fact)
                ):
                    yield Entry(text=f"{_words(key)}:", under=tuple(_entries(fact)))
                else:
                    yield Entry(text=f"{_words(key)}: {_field(key, fact)}")
        case list():
            for number, fact in enumerate(value, 1):
                if isinstance(fact, Mapping):
                    yield Entry(text=f"{number}.", under=tuple(_entries(fact)))
                else:
                    yield Entry(text=_value(fact))
        case _:
            yield Entry(text=_value(value))


def _field(name: str, value: object) -> str:
    """The value of a field: its words if it is a code."""
    return (words.of_field(name, value) if value else None) or _value(value)


def _value(value: object) -> str:
    match value:
        case None | "" | []:
            return "not known"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(_value, value))
        case _:
            return str(value)


def _words(name: str) -> str:
    """The words for a section or field: a person (A, B or C), a source with a family of identity variants, or a name."""
    if ":" in name:
        return words.source_and_family(name)
    return words.PARTY.words.get(name) or words.UNCOVERED.words.get(name) or words.spelled(name)


def as_text(pack: Pack) -> Iterator[str]:
    yield mark(pack)
    for section in sections(pack):
        yield f"\n{section.text.upper()}"
        yield from _indented(section.under, 1)


def _indented(entries: tuple[Entry, ...], depth: int) -> Iterator[str]:
    for entry in entries:
        first, *more = entry.text.splitlines() or [""]
        yield f"{'  ' * depth}{first}"
        yield from (f"{'  ' * (depth + 1)}{line}" for line in more)  # or a text could look like a section
        yield from _indented(entry.under, depth + 1)


def as_html(pack: Pack) -> str:
    return printing.html(_TEMPLATE, title=pack["reference"], mark=mark(pack), sections=sections(pack))


def as_pdf(pack: Pack, *, made_at: datetime | None = None) -> bytes:
    """`made_at`: what the file says of when it was made, else now. With it the same pack gives the same bytes."""
    return printing.pdf(_TEMPLATE, title=pack["reference"], mark=mark(pack), made_at=made_at, sections=sections(pack))

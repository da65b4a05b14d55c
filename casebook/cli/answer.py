"""What a command handler is given and what it gives back."""

from __future__ import annotations

import json
import os
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from casebook.domain.words import of_field, spelled
from casebook.errors import Collision


def default_home() -> Path:
    """`CASEBOOK_HOME`, else `$XDG_DATA_HOME/casebook`; for root `/var/lib/casebook`."""
    if chosen := os.environ.get("CASEBOOK_HOME"):
        return Path(chosen).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/casebook")
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data).expanduser().absolute() / "casebook"


@dataclass(frozen=True, kw_only=True)
class Call:
    """The global options of one `casebook` call, and the function that runs another call."""

    run: Callable[[Call, list[str]], Output]  # parses the words of a command and calls its handler
    parser: Callable[[str], ArgumentParser]  # the parser of a command, by its name

    home: Path = field(default_factory=default_home)
    staff_id: str | None = None  # from --as; None means the operator
    json: bool = False
    opened: object = None  # where the home is open already: what `opening.opened` gives


@dataclass(frozen=True, kw_only=True)
class Output:
    """`data` is printed as one JSON document with --json, `lines` otherwise."""

    data: object
    lines: Iterable[str] = ()
    exit_code: int = 0


TRIES = 5
PAUSE = 0.05  # seconds before the second try after a collision; each later try waits longer


def call_handler(handler: Callable[[Namespace, Call], Output], options: Namespace, call: Call) -> Output:
    """Call a handler; call it again after a collision with another act, because a collision changes nothing."""
    for number in range(1, TRIES):
        try:
            return handler(options, call)
        except Collision:
            time.sleep(PAUSE * number)
    return handler(options, call)


def as_json(data: object, *, ensure_ascii: bool = False) -> str:
    """One JSON document; a moment is ISO 8601 with its offset."""
    return json.dumps(data, default=_text, ensure_ascii=ensure_ascii)


def plain(value: object) -> str:
    """A value as text on one line."""
    return _text(value) if isinstance(value, str | date) else as_json(value)


def page(data: Mapping[str, object]) -> Iterator[str]:
    """An answer as text: one line for each key, codes in words; a text of several lines under its key."""
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from page({f"{key} {name}": inner for name, inner in value.items()})
        elif "\n" in (text := _in_words(key, value)):
            yield f"{spelled(key)}:"
            yield from (f"  {line}" for line in text.rstrip().splitlines())  # or a text could look like the next key
        else:
            yield f"{spelled(key)}: {text}"


def _in_words(key: str, value: object) -> str:
    match value:
        case None | [] | ():
            return "none"
        case bool():
            return "yes" if value else "no"
        case _:
            return of_field(key, value) or plain(value)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)

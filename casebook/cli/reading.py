"""Types of command arguments: a code, a day, a moment, JSON from a file or from standard input."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from casebook import json_once
from casebook.errors import InvalidAnswer, UnreadableFile

W = TypeVar("W", bound=StrEnum)


def one_of(words: type[W]) -> Callable[[str], W]:
    """The type of an argument that is one of a set of codes; the error for any other word lists them."""

    def read(text: str) -> W:
        if text not in set(words):
            raise ArgumentTypeError(f"{text!r} is not one of: {', '.join(words)}")
        return words(text)

    return read


def day(text: str) -> date:
    """The type of an argument that is a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("write a date like 2027-03-02") from None


def moment(text: str) -> datetime:
    """The type of an argument that is a moment, with its offset."""
    try:
        read = datetime.fromisoformat(text.strip().upper())
    except ValueError:
        raise ArgumentTypeError("write date and time like 2026-03-02T09:00:00+00:00") from None
    if read.tzinfo is None:
        raise ArgumentTypeError("add the offset from UTC, as in 2026-03-02T09:00:00+00:00")
    return read


def read_json(name: str) -> object:
    """The type of an argument that names a JSON file, or - for standard input.

    It is read while the arguments are parsed, and only once: a second read would find standard input empty.
    """
    path = Path(name)
    try:
        text = sys.stdin.read() if name == "-" else path.read_text("utf-8")
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror or 'cannot be opened'}", "no_such_file") from None
    except UnicodeDecodeError:
        raise InvalidAnswer("the answer is not UTF-8 text") from None
    try:
        return json_once.loads(text)
    except json_once.RepeatedKey:
        raise InvalidAnswer("the answer has one key twice: keep one of each", "repeated_key") from None
    except (ValueError, RecursionError) as error:
        raise InvalidAnswer(f"the answer is not JSON: {getattr(error, 'msg', 'it cannot be read')}") from None

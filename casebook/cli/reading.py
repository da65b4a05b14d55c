"""Reading a JSON answer from a file or from standard input."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from casebook.errors import InvalidAnswer, UnreadableFile

W = TypeVar("W", bound=StrEnum)


def one_of(words: type[W]) -> Callable[[str], W]:
    """The type of an argument that is a word of a vocabulary; another word is told what the words are."""

    def read(text: str) -> W:
        if text not in set(words):
            raise ArgumentTypeError(f"{text!r} is none of: {', '.join(words)}")
        return words(text)

    return read


def day(text: str) -> date:
    """The type of an argument that is a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("a date looks like 2027-03-02") from None


def moment(text: str) -> datetime:
    """The type of an argument that is a moment, with its offset."""
    try:
        found = datetime.fromisoformat(text.strip().upper())
    except ValueError:
        raise ArgumentTypeError("a moment looks like 2026-03-02T09:00:00+00:00") from None
    if found.tzinfo is None:
        raise ArgumentTypeError("a moment needs its offset, as in 2026-03-02T09:00:00+00:00")
    return found


def read_json(name: str) -> object:
    """The type of an argument: read while the words are, hence once; a second try finds standard input empty."""
    path = Path(name)
    try:
        text = sys.stdin.read() if name == "-" else path.read_text("utf-8")
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror or 'cannot be opened'}", "no_such_file") from None
    except UnicodeDecodeError:
        raise InvalidAnswer("the answer is not UTF-8 text") from None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidAnswer(f"the answer is not JSON: {getattr(error, 'msg', 'it cannot be read')}") from None

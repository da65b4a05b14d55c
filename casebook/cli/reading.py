"""Types of command arguments: a code, a day, a moment, JSON from a file or from standard input."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from casebook import bounds, json_once
from casebook.bounds import BadInput
from casebook.errors import InvalidAnswer, UnreadableFile

W = TypeVar("W", bound=StrEnum)
_ATTACHED: ContextVar[Mapping[str, bytes] | None] = ContextVar(
    "attached", default=None
)  # files of a call from elsewhere
_SENT: ContextVar[dict[str, bytes] | None] = ContextVar("sent", default=None)  # files of a call that goes elsewhere


def one_of(words: type[W]) -> Callable[[str], W]:
    """The type of an argument that is one of a set of codes; the error for any other word lists them."""

    def read(text: str) -> W:
        if text not in set(words):
            raise ArgumentTypeError(f"{text!r} is not one of: {', '.join(words)}")
        return words(text)

    read.choices = tuple(words)  # type: ignore[attr-defined] # a form offers them
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


def whole(least: int, most: int) -> Callable[[str], int]:
    """The type of an argument that is a whole number within bounds."""

    def read(text: str) -> int:
        if not (re.fullmatch(r"[+-]?[0-9]{1,18}", text, re.ASCII) and least <= int(text) <= most):
            raise ArgumentTypeError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def words_of(text: str) -> str:
    """The type of an argument in words: - reads them from standard input, so that the list of processes does not show them."""
    return text if text != "-" else str(_content("-"))


def read_json(name: str) -> object:
    """The type of an argument that names a JSON file, or - for standard input.

    It is read while the arguments are parsed, and only once: a second read would find standard input empty.
    """
    try:
        return json_once.loads(_content(name))
    except BadInput as fault:
        code = "invalid_answer" if fault.code in {"not_json", "not_utf8"} else fault.code
        raise InvalidAnswer(f"the answer {fault}", code) from None


@contextmanager
def attached(files: Mapping[str, bytes]) -> Iterator[None]:
    """Read what a command line names from these files, and from no others: it was sent by somebody elsewhere."""
    before = _ATTACHED.set(files)
    try:
        yield
    finally:
        _ATTACHED.reset(before)


@contextmanager
def sent() -> Iterator[dict[str, bytes]]:
    """Collect what a command line reads, by its name: it is sent to whoever carries the command out."""
    files: dict[str, bytes] = {}
    before = _SENT.set(files)
    try:
        yield files
    finally:
        _SENT.reset(before)


def _content(name: str) -> str | bytes:
    if (files := _ATTACHED.get()) is not None:
        return _decoded(files, name)
    content = _standard_input() if name == "-" else bounds.content(Path(name), bounds.ANSWER)
    if (collected := _SENT.get()) is not None:
        collected[name] = content.encode() if isinstance(content, str) else content
    return content


def _decoded(files: Mapping[str, bytes], name: str) -> str:
    if name not in files:
        raise UnreadableFile(f"the file {Path(name).name} was not sent", "no_such_file")
    try:
        return files[name].decode()
    except UnicodeDecodeError:
        raise BadInput("is not UTF-8 text", "not_utf8") from None


def _standard_input() -> str:
    try:
        text = sys.stdin.read(bounds.ANSWER.most_bytes + 1)
    except OSError as error:
        raise UnreadableFile(f"standard input: {error.strerror or 'cannot be read'}", "no_such_file") from None
    except UnicodeDecodeError:
        raise BadInput("is not UTF-8 text", "not_utf8") from None
    if len(text) > bounds.ANSWER.most_bytes:
        raise BadInput(f"has more than {bounds.ANSWER.most_bytes // bounds.MIB} MiB", "file_too_large")
    return text

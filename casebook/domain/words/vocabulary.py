"""A vocabulary: the codes of one kind, each with its words as they stand inside a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

NOTHING = "-"  # what a screen shows where there is no code


class Vocabulary:
    """The words of every code of one kind. `title` heads its table in the glossary."""

    def __init__(self, title: str, words: Mapping[str, str], *, also: Mapping[str, str] | None = None) -> None:
        self.title = title
        self.words = MappingProxyType({**words, **(also or {})})

    def of(self, code: object) -> str:
        """The words of a code; a dash if there is no code."""
        if code is None or code == "":
            return NOTHING
        return self.words.get(str(code)) or spelled(code)

    def of_all(self, codes: object) -> str:
        """The words of several codes in a row, or "none"."""
        many = [codes] if isinstance(codes, str) else codes
        return ", ".join(map(self.of, many)) or "none" if isinstance(many, list | tuple | set | frozenset) else NOTHING

    def choices(self, codes: Iterable[str]) -> str:
        """The codes that somebody may type, each with its words in brackets."""
        return "; ".join(f"{code} ({self.of(code)})" for code in codes)


def spelled(code: object) -> str:
    """For codes that a force may add in its own policy or that staff choose: the code as it is, with spaces.

    A code that the program itself can write never gets here: `tests/architecture/test_words.py` sees to that.
    """
    return str(code).replace("_", " ")

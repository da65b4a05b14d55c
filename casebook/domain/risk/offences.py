"""Finds the group of an offence by its CJS code, or else by its text. If neither shows the group, it is unmapped."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

UNMAPPED = "unmapped"  # as a value in the table: the code is known, and is in no group on purpose


class Basis(StrEnum):
    CODE = "code"
    TEXT = "text"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Grading:
    group: str  # UNMAPPED if neither code nor text shows it
    basis: Basis


def finds(phrase: str, plain: str) -> bool:
    """Whether the text has these words in this order. `strang*`: the start of a word; a single `*`: up to six words."""
    return _pattern(phrase).search(plain) is not None


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    parts = (
        r"(?:\w+ ){0,6}" if word == "*" else re.escape(word).replace(r"\*", r"\w*") + " " for word in phrase.split()
    )
    return re.compile(r"\b" + "".join(parts))


@dataclass(frozen=True, kw_only=True)
class OffenceTable:
    groups: Mapping[str, str]  # CJS code -> group
    phrases: tuple[tuple[str, str], ...]  # (phrase, group): the first that is found decides, so graver ones come first

    def grade(self, code: str, text: str) -> Grading:
        if (group := self.by_code(code)) != UNMAPPED:
            return Grading(group=group, basis=Basis.CODE)
        if (group := self.by_text(text)) != UNMAPPED:
            return Grading(group=group, basis=Basis.TEXT)
        return Grading(group=UNMAPPED, basis=Basis.NONE)

    def by_code(self, code: str) -> str:
        """The group of a code. `SC15005A` is an attempt at `SC15005`: if the table lacks it, the offence itself counts."""
        wanted = re.sub(r"\s", "", code).upper()
        group = self.groups.get(wanted) or self.groups.get(re.sub(r"(?<=\d)[A-Z]$", "", wanted))
        return group or UNMAPPED

    def by_text(self, text: str) -> str:
        plain = " ".join(re.findall(r"\w+", text.casefold())) + " "
        return next((group for phrase, group in self.phrases if finds(phrase, plain)), UNMAPPED)

"""Which group an offence belongs to: by its CJS code, else by its text. What neither tells is unmapped, and says so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

UNMAPPED = "unmapped"  # as a value of the table: the code is known and is deliberately in no group


class Basis(StrEnum):
    CODE = "code"
    TEXT = "text"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Grading:
    group: str  # UNMAPPED if neither code nor text tells
    basis: Basis


def finds(phrase: str, plain: str) -> bool:
    """Whether the words stand in this order; `strang*` is the start of a word, a lone `*` up to six words."""
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
    phrases: tuple[tuple[str, str], ...]  # (phrase, group): the first that is found decides; graver ones stand first

    def grade(self, code: str, text: str) -> Grading:
        if (group := self.by_code(code)) != UNMAPPED:
            return Grading(group=group, basis=Basis.CODE)
        if (group := self.by_text(text)) != UNMAPPED:
            return Grading(group=group, basis=Basis.TEXT)
        return Grading(group=UNMAPPED, basis=Basis.NONE)

    def by_code(self, code: str) -> str:
        """`SC15005A` is the attempt at `SC15005`: a variant that the table lacks counts as the offence itself."""
        wanted = re.sub(r"\s", "", code).upper()
        found = self.groups.get(wanted) or self.groups.get(re.sub(r"(?<=\d)[A-Z]$", "", wanted))
        return found or UNMAPPED

    def by_text(self, text: str) -> str:
        plain = " ".join(re.findall(r"\w+", text.casefold())) + " "
        return next((group for phrase, group in self.phrases if finds(phrase, plain)), UNMAPPED)

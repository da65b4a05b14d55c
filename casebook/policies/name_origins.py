"""Classifies names roughly by origin, to check whether some names are searched worse than others.

It says nothing about a person and is stored nowhere. Only the report on fairness uses it.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from casebook.policies import reading

OTHER = "british_or_other"


@cache
def _table() -> dict[str, dict[str, str]]:
    """Part -> name or ending -> origin."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in reading.rows("name_origins"):
        for name in row["names"].split(";"):
            found[row["part"]].setdefault(name, row["origin"])
    return dict(found)


def origin_of(forename: str | None, surname: str | None) -> str:
    """The origin of a name: by the surname, or else its longest known ending, or else the forename."""
    given, family = _plain(forename), _plain(surname)
    table = _table()
    if family in table["surname"]:
        return table["surname"][family]
    for length in range(min(6, len(family) - 2), 1, -1):
        if (origin := table["surname_ending"].get(family[-length:])) is not None:
            return origin
    return table["forename"].get(given, OTHER)


def _plain(name: str | None) -> str:
    words = (name or "").upper().replace("-", " ").split()
    return "".join(each for each in (words[-1] if words else "") if each.isalpha())

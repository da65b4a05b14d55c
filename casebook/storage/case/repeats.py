"""Finds other applications about the same people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from sqlalchemy import String, TextClause, bindparam, text
from sqlalchemy.orm import Session

from casebook.storage.tables import Person

LINKED = 10  # an application is linked to so many of its latest repeats; those are linked to the ones before

# in the form of the indexes: the part of a name that an index holds, then the latest first
_NAME = """left(lower(surname), 100) = left(lower(:surname), 100) AND lower(surname) = lower(:surname)
    AND left(lower(forename), 100) = left(lower(:forename), 100) AND lower(forename) = lower(:forename)
    AND (dob IS NULL OR dob = :dob)"""
_NUMBERS = (f"left({number}, 40) = left(:{number}, 40) AND {number} = :{number}" for number in ("pnc_id", "cro"))
_LATEST = " UNION ALL ".join(
    f"(SELECT party, reference FROM person WHERE party = :party AND {same} ORDER BY reference DESC LIMIT {LINKED})"
    for same in (_NAME, *_NUMBERS)
)
_NAMES = ("party", "forename", "surname", "dob", "pnc_id", "cro")


def of_people(session: Session, people: Sequence[Person]) -> list[tuple[str, str]]:
    """Party and reference of people with the same name and no different birth date or identifier."""
    if not people:
        return []
    values = {f"{name}_{at}": getattr(person, name) for at, person in enumerate(people) for name in _NAMES}
    matches = sorted({(party, reference) for party, reference in session.execute(_query(len(people)), values)})
    return [repeat for person in people for repeat in [it for it in matches if it[0] == person.party][-LINKED:]]


@cache
def _query(people: int) -> TextClause:
    asked = (re.sub(r":(\w+)", rf":\1_{at}", _LATEST) for at in range(people))
    return text(" UNION ALL ".join(asked)).bindparams(
        *(bindparam(f"{name}_{at}", type_=String) for at in range(people) for name in _NAMES)
    )

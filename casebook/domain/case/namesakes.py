"""Where a person stands whom a search found: read one by one, a line of a list, folded below the line, or counted.

The failure of 2018 was a right name with a wrong birth date, and "no trace" (IOPC). So whoever bears the name comes before
people whatever the date says, and whoever does not fit on a list is counted: then no page says that there is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

HIGH_RISK = "2"  # as `Found.grave`, where it is kept: a high-risk indicator
ASKED = ("age", "area", "looks", "phone")  # what the applicant is asked when others of the name cannot be told apart
NEAR_MISS = -16.0  # bits: from here on somebody with grave records is a line of the list under another name too


@dataclass(frozen=True, kw_only=True)
class NameBounds:
    """How many people of a name somebody reads, and how. From the policy.

    Of 1,000,000 simulated persons with English shares of names, 95 in 100 applications have at most 14 people with qualifying
    records who bear the name and were born within ten years, and 99 in 100 at most 49.
    """

    one_by_one: int  # of a name and a source; the others are lines of the list
    listed: int  # lines of a source; the others are counted
    within_years: int  # between the birth date told and theirs, for somebody to be read one by one


class ListPlace(StrEnum):
    """How people come to see a person whom the machine found."""

    ONE_BY_ONE = "one_by_one"
    LISTED = "listed"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A person in a source, as far as the rule needs them."""

    person_id: str
    weight: float  # bits, with the birth date as told
    read: bool  # the weight alone puts them before people
    bears_name: bool  # under any spelling, nickname or alias that was searched
    years_apart: int | None  # between the birth date told and theirs; None: one of them is not known
    grave: int  # 2: a high-risk indicator, 1: a record that may be disclosed, 0: neither


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Everybody whom a source returned, each in one place."""

    one_by_one: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()  # the gravest first
    folded: tuple[str, ...] = ()  # another name, and nothing grave
    beyond: int = 0  # bearers of the name who are on no list


def first_read(by_weight: Sequence[str], at_most: int) -> tuple[Sequence[str], bool]:
    """Those whose weight alone puts them before people, the heaviest first, and whether all of them fit."""
    return by_weight[:at_most], len(by_weight) <= at_most


def place(found: Iterable[Found], bounds: NameBounds, *, not_returned: int = 0) -> Placed:
    """Place everybody. `not_returned`: bearers of the name whom the source has, and did not return."""
    everybody = sorted(found, key=lambda person: (-person.grave, -person.weight, person.person_id))
    near = [person for person in everybody if not person.read and _comes_singly(person, bounds.within_years)]
    single = {person.person_id for person in everybody if person.read} | {
        person.person_id for person in near[: bounds.one_by_one]
    }
    lines = [person.person_id for person in everybody if person.person_id not in single and _is_a_line(person)]
    kept = {*single, *lines}
    return Placed(
        one_by_one=tuple(person.person_id for person in everybody if person.person_id in single),
        listed=tuple(lines[: bounds.listed]),
        folded=tuple(person.person_id for person in everybody if person.person_id not in kept),
        beyond=len(lines[bounds.listed :]) + not_returned,
    )


def _comes_singly(person: Found, within_years: int) -> bool:
    near_in_time = person.years_apart is None or person.years_apart <= within_years
    return person.bears_name and person.grave > 0 and near_in_time


def _is_a_line(person: Found) -> bool:
    return person.bears_name or (person.grave > 0 and person.weight >= NEAR_MISS)


def not_told_apart(people: int) -> str:
    """What a page says of a source that has so many bearers of the name whom nobody will look at."""
    return f"not told apart from {people:,} {'person' if people == 1 else 'people'} of this name"

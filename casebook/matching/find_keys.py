"""The keys by which people of applications are found, kept in `person_keys.found_by`. Those of A, B and C are the same.

A key is a 32-bit number, as in the keys of record checks: two that collide cost one comparison, and show nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zlib import crc32

from casebook.matching.known_people import DetailsKnown, FullName
from casebook.matching.names import NamePart

DAY, MONTH, YEAR = len("YYYY-MM-DD"), len("YYYY-MM"), len("YYYY")


def of_details(details: DetailsKnown, *, apart: str = "") -> list[int]:
    """All keys of a person, each once, in order. `apart`: see `signed`."""
    return sorted(signed(texts_of(details), apart=apart))


def signed(texts: Iterable[str], *, apart: str = "") -> set[int]:
    """Keys as signed 32-bit numbers.

    `apart`: the reference of a restricted application. Its keys are its own, so that whoever is not named for it does not
    meet them: their search reads no row of it, and takes no longer for its sake.
    """
    start = crc32(apart.encode())
    numbers = (crc32(text.encode(), start) for text in texts)
    return {number - (1 << 32) if number >= 1 << 31 else number for number in numbers}


def texts_of(details: DetailsKnown) -> Iterator[str]:
    """All keys of a person as texts; some may occur twice."""
    for name in details.names:
        for root in (*name.given.roots, *name.middle.roots, *name.family.roots):
            yield f"name:{root}"
        yield from both(name)
        yield from near(name)
    for date in details.born:
        yield from (f"born:{date[:length]}" for length in (DAY, MONTH, YEAR) if len(date) >= length)
        if len(date) < DAY:
            yield f"born only:{date}"
        else:
            yield swapped(date)
    for whole, outward in details.postcodes:
        yield f"postcode:{whole}"
        yield f"district:{outward}"
    yield from (f"phone:{number}" for number in details.phones)
    yield from (f"email:{address}" for address in details.emails)
    yield from (f"number:{number}" for number in details.identifiers)
    yield from (f"word:{word}" for word in details.code_words)


def both(name: FullName) -> Iterator[str]:
    """Keys of forename and surname together, in any order, under all that each may stand for."""
    for given in {*name.given.roots, *name.middle.roots}:
        for family in name.family.roots:
            yield f"both:{min(given, family)}~{max(given, family)}"


def near(name: FullName) -> Iterator[str]:
    """Keys that tolerate a slip in one of the two names, or in both if they sound alike."""
    parts = [part for part in (name.given, name.middle) if part.forms]
    for given in {form for part in parts for form in part.forms}:
        for family in name.family.forms:
            yield f"near:{family}~{given[0]}"
            yield f"near:{family}~{given[-2:]}"
            yield f"near:{given}~{family[:2]}"
            yield f"near:{given}~{family[-2:]}"
    sounds = [part.sound for part in (*parts, name.family) if part.sound]
    yield from (f"sound:{sound}" for sound in sounds)
    if name.family.sound:
        for part in parts:
            one, other = sorted((part.sound or "", name.family.sound))
            yield f"sounds:{one}~{other}"


def swapped(date: str) -> str:
    """A key that a date and the same date with day and month swapped have in common."""
    year, month, day = date.split("-")
    return f"swapped:{year}-{min(month, day)}-{max(month, day)}"


def roots_of(part: NamePart) -> set[str]:
    """The keys of one name alone."""
    return {f"name:{root}" for root in part.roots}

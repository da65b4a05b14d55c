"""The other names that a name may stand for: nicknames, other spellings and transliterations.

`casebook.values.names` says what the words of a name are.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from nicknames import NickNamer

from casebook.values.names import PARTICLES, spellings, split_full, words

# words that stand in so many addresses that they tell nothing
ADDRESS_NOISE = tuple(
    name
    for line in (
        "STREET ST ROAD RD AVENUE AVE LANE LN CLOSE DRIVE DR CRESCENT PLACE PL COURT CT GARDENS TERRACE WAY",
        "FLAT APARTMENT APT UNIT FLOOR HOUSE THE OF UK ENGLAND WALES UNITED KINGDOM",
    )
    for name in line.split()
)

# letters that sound alike (Russell and Odell's Soundex of 1918); vowels, H, W and Y have no sound of their own
_SOUNDS = {
    letter: str(group)
    for group, letters in enumerate(("BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"), start=1)
    for letter in letters
}
FEMININE = (("SKA", "SKI"), ("CKA", "CKI"), ("DZKA", "DZKI"), ("OVA", "OV"), ("EVA", "EV"), ("INA", "IN"))


@dataclass(frozen=True, kw_only=True)
class NamePart:
    """One part of a name. `joined` or `spellings` are compared, `forms` are what is written, `roots` what it may stand for."""

    joined: str | None = None
    spellings: tuple[str, ...] = ()  # `joined`, and its other spellings where a letter has two: MUELLER beside MULLER
    forms: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    sound: str | None = None  # of `joined`; people who hear two names of one sound write either


@dataclass(frozen=True, kw_only=True)
class Aliases:
    given: NamePart
    family: NamePart
    pairs: tuple[tuple[str, str], ...] = ()


def sound(name: str) -> str:
    """The consonants of a name in the six groups of Soundex, the first letter's group in front, repeats left out.

    >>> sound("CATTERALL"), sound("KATEREL")
    ('2364', '2364')
    """
    groups = [_SOUNDS.get(letter, "") for letter in name]
    kept = [groups[0] or "0", *(group for before, group in pairwise(groups) if group != before)]
    return "".join(kept)


def given(text: str) -> NamePart:
    return _name(spellings(text), _given_roots)


def family(text: str) -> NamePart:
    return _name(spellings(text), _family_roots)


def middle(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for spelling in spellings(text) for word in spelling))


def aliases(cell: str) -> Aliases:
    """Each alias of a `;`-list is "Forename Surname"; a lone word may be either."""
    split = [split_full(alias) for alias in cell.split(";") if words(alias)]
    return Aliases(
        given=_merged(given(first or last) for first, last in split),
        family=_merged(family(last) for _, last in split),
        pairs=tuple(split),
    )


def nickname_relatives(name: str) -> list[str]:
    """Nicknames and canonical names of one forename, both directions, in a stable order."""
    return sorted(
        {relative.upper() for relative in (*_nicknamer().canonicals_of(name), *_nicknamer().nicknames_of(name))}
    )


def spelling_relatives(name: str, part: str) -> list[str]:
    """The other members of the spelling families of a `given` or `family` name."""
    index = _families(part)
    members = (member for root in index.get(name, ()) for member, roots in index.items() if root in roots)
    return sorted(set(members) - {name})


def _name(spelled: tuple[tuple[str, ...], ...], roots_of: Callable[[str], tuple[str, ...]]) -> NamePart:
    if not spelled:
        return NamePart()
    joined = tuple(dict.fromkeys("".join(spelling) for spelling in spelled))
    parts = (word for spelling in spelled for word in spelling if len(word) > 1 and word not in PARTICLES)
    forms = tuple(dict.fromkeys((*joined, *parts)))
    roots = (root for form in forms for root in (form, *roots_of(form)))
    return NamePart(
        joined=joined[0], spellings=joined, forms=forms, roots=tuple(dict.fromkeys(roots)), sound=sound(joined[0])
    )


def _merged(parts: Iterable[NamePart]) -> NamePart:
    kept = tuple(parts)
    return NamePart(
        forms=tuple(dict.fromkeys(form for part in kept for form in part.forms)),
        roots=tuple(dict.fromkeys(root for part in kept for root in part.roots)),
    )


@cache
def _given_roots(name: str) -> tuple[str, ...]:
    canonical = sorted(root.upper() for root in _nicknamer().canonicals_of(name))
    return (*_families("given").get(name, ()), *canonical)


@cache
def _family_roots(name: str) -> tuple[str, ...]:
    return (*_families("family").get(name, ()), *_grammar_roots(name))


def _grammar_roots(name: str) -> Iterable[str]:
    if name.startswith("MAC") and len(name) > 5:  # noqa: PLR2004 - MACE and MACK are no sons of anyone
        yield "MC" + name[3:]
    if name.startswith("O") and len(name) > 4 and name[1] not in "AEIOU":  # noqa: PLR2004 - OBRIEN may be kept as BRIEN
        yield name[1:]
    for ending, masculine in FEMININE:
        if name.endswith(ending) and len(name) > len(ending) + 2:
            yield name.removesuffix(ending) + masculine


@cache
def _families(part: str) -> dict[str, tuple[str, ...]]:
    """For each name the first names of the families it belongs to."""
    index: defaultdict[str, list[str]] = defaultdict(list)
    with files("casebook.matching").joinpath("spelling_families.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            members = row["names"].split(";")
            for member in members if row["part"] == part else ():
                index[member].append(members[0])
    return {name: tuple(roots) for name, roots in index.items()}


@cache
def _nicknamer() -> NickNamer:
    return NickNamer()

"""Names as the matching compares them: upper case, no accents or marks, and the other names each may stand for.

The cleaning follows the Ministry of Justice's person matching (`docs/matching.md`), except that no word is dropped.
"""

from __future__ import annotations

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from nicknames import NickNamer

# words that stand in so many addresses that they tell nothing
ADDRESS_NOISE = tuple(
    name
    for line in (
        "STREET ST ROAD RD AVENUE AVE LANE LN CLOSE DRIVE DR CRESCENT PLACE PL COURT CT GARDENS TERRACE WAY",
        "FLAT APARTMENT APT UNIT FLOOR HOUSE THE OF UK ENGLAND WALES UNITED KINGDOM",
    )
    for name in line.split()
)

TITLES = frozenset({"MR", "MRS", "MISS", "MS", "DR", "REV", "SIR", "PROF"})
# what a hurried clerk or a migration writes where a name is not known
FILLERS = frozenset(
    {"UNKNOWN", "UNK", "NK", "NONE", "NULL", "UNNAMED", "NOTKNOWN", "NOTGIVEN", "NONAME", "DATAMIGRATION"}
)
# words that belong to the surname that follows; alone they identify nobody
PARTICLES = frozenset(
    {
        "AL",
        "EL",
        "BIN",
        "IBN",
        "BINT",
        "ABU",
        "VAN",
        "VON",
        "DER",
        "DEN",
        "DE",
        "DEL",
        "DELLA",
        "LA",
        "LE",
        "DI",
        "DA",
        "DOS",
        "DU",
    }
    | {"MC", "MAC", "O", "D", "ST", "UD", "UL", "UR", "TE", "TER"}
)
LETTERS = str.maketrans(
    {
        "Ł": "L",
        "Ø": "O",
        "ß": "SS",
        "ẞ": "SS",
        "Æ": "AE",
        "Œ": "OE",
        "Đ": "D",
        "Þ": "TH",
        "Ð": "D",
        "İ": "I",
        "\u0131": "I",
    }
)
MARKS = str.maketrans("", "", "'`\"\u2019\u2018\u00b4\u02bc\u02b9")  # apostrophes, however they are typed
FEMININE = (("SKA", "SKI"), ("CKA", "CKI"), ("DZKA", "DZKI"), ("OVA", "OV"), ("EVA", "EV"), ("INA", "IN"))


@dataclass(frozen=True, kw_only=True)
class NamePart:
    """One part of a name. `joined` is compared, `forms` are what is written, `roots` what it may stand for."""

    joined: str | None = None
    forms: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Aliases:
    given: NamePart
    family: NamePart
    pairs: tuple[tuple[str, str], ...] = ()


def words(text: str) -> list[str]:
    """The words of a name: MARY-JANE O'CONNOR is MARY, JANE, OCONNOR; titles and fillers are no words."""
    plain = unicodedata.normalize("NFKD", text.upper().translate(MARKS).translate(LETTERS))
    kept = (sign if sign.isalpha() else "" if unicodedata.combining(sign) else " " for sign in plain)
    found = [word for word in "".join(kept).split() if word not in TITLES]
    return [] if "".join(found) in FILLERS else found


def given(text: str) -> NamePart:
    return _name(words(text), _given_roots)


def family(text: str) -> NamePart:
    return _name(words(text), _family_roots)


def middle(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words(text)))


def aliases(cell: str) -> Aliases:
    """Each alias of a `;`-list is "Forename Surname"; a lone word may be either."""
    split = [split_full(alias) for alias in cell.split(";") if words(alias)]
    return Aliases(
        given=_merged(given(first or last) for first, last in split),
        family=_merged(family(last) for _, last in split),
        pairs=tuple(split),
    )


def split_full(text: str) -> tuple[str, str]:
    """Forename(s) and surname of a full name: the last word is the surname, with the particles before it.

    >>> split_full("Jan van der Berg")
    ('Jan', 'van der Berg')
    """
    parts = text.split()
    start = len(parts) - 1
    while start > 1 and "".join(words(parts[start - 1])) in PARTICLES:
        start -= 1
    return " ".join(parts[:start]), " ".join(parts[start:])


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


def _name(found: list[str], roots_of: Callable[[str], tuple[str, ...]]) -> NamePart:
    if not found:
        return NamePart()
    joined = "".join(found)
    forms = tuple(dict.fromkeys((joined, *(word for word in found if len(word) > 1 and word not in PARTICLES))))
    roots = (root for form in forms for root in (form, *roots_of(form)))
    return NamePart(joined=joined, forms=forms, roots=tuple(dict.fromkeys(roots)))


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

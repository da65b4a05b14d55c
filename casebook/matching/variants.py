"""The identities that a search for one person must cover, each with the reason it exists, in order of searching."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from casebook.domain.case.coverage import Terms, Variant, VariantFamily
from casebook.domain.vocabulary import Certainty
from casebook.matching import names
from casebook.values.names import PARTICLES, split_full, words
from casebook.values.text import squeezed

FULL_DATE = len("YYYY-MM-DD")


@dataclass(frozen=True, kw_only=True)
class KnownPerson:
    """What is known of the person looked for. Names as written; identifiers in canonical form."""

    forename: str = ""
    middle_names: str = ""
    surname: str = ""
    former_names: tuple[str, ...] = ()  # a surname, or "Forename Surname"
    aliases: tuple[str, ...] = ()  # "Forename Surname"
    dob: str = ""  # ISO 8601, may be partial
    dob_certainty: Certainty = Certainty.UNKNOWN
    addresses: tuple[str, ...] = ()  # postcodes too
    phones: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()  # PNC and CRO numbers whose check letter is right


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The most variants of one family for each identity they depart from, and of all together. From the policy."""

    per_family: int = 30
    date_slips: int = 40
    total: int = 400


def identities(known: KnownPerson, bounds: Bounds, confirmed: Sequence[KnownPerson] = ()) -> tuple[Variant, ...]:
    """In order: as given, former names, aliases, the pivots, those of confirmed persons, then each name's variants.

    Known identities come before supposed ones, so that the bound on all together cuts the supposed ones. The same terms
    are never searched twice: the first reason is kept.
    """
    told = said(known)
    learnt = _once((variant for person in confirmed for variant in of_confirmed(known, person)), beside=told)
    departures = (departure for base in _bases(known) for departure in _departures(base, known, bounds))
    # what a confirmed record says is kept beside the same words as a supposed variant
    return (*told, *learnt, *_once(departures, beside=told))[: bounds.total]


def said(known: KnownPerson) -> tuple[Variant, ...]:
    """What is told of the person: as given, former names, aliases, the pivots."""
    return _once((*_bases(known), *_pivots(known)))


def _once(every: Iterable[Variant], *, beside: Iterable[Variant] = ()) -> tuple[Variant, ...]:
    """The variants, the same terms once and not if they stand beside them."""
    there = {_searched_as(variant.terms) for variant in beside}
    first: dict[tuple[str, ...], Variant] = {}
    for variant in every:
        if any(variant.terms.plain) and (terms := _searched_as(variant.terms)) not in there:
            first.setdefault(terms, variant)
    return tuple(first.values())


def of_confirmed(known: KnownPerson, person: KnownPerson) -> Iterator[Variant]:
    """What the record of a confirmed person adds: their names and the names told, with their birth date; their pivots.

    It has no variants of its own: what a record says was written down, not heard.
    """
    dob = person.dob or known.dob
    for base in (*_bases(person), *_bases(known)):
        terms = Terms(forename=base.forename, surname=base.surname, dob=dob)
        if base.forename or base.surname:
            yield _variant(terms, terms, VariantFamily.CONFIRMED, "the record of a confirmed person has it so")
    yield from _pivots(person)


def _searched_as(terms: Terms) -> tuple[str, ...]:
    """The terms for comparing: an address written in another way is no other address."""
    return (*terms.plain[:3], squeezed(terms.pivot) or terms.plain[3])


def _bases(known: KnownPerson) -> Iterator[Variant]:
    def base(forename: str, surname: str, family: VariantFamily, reason: str) -> Variant:
        terms = Terms(forename=forename, surname=surname, dob=known.dob)
        return _variant(terms, terms, family, reason)

    yield base(known.forename, known.surname, VariantFamily.AS_GIVEN, "as given")
    for name in known.former_names:
        forename, surname = split_full(name)
        yield base(forename or known.forename, surname, VariantFamily.FORMER_NAME, "a former name")
    for name in known.aliases:
        forename, surname = split_full(name)
        yield base(forename or known.forename, surname, VariantFamily.ALIAS, "an alias")


def _departures(base: Variant, known: KnownPerson, bounds: Bounds) -> Iterator[Variant]:
    origin = base.terms
    per_name = {
        VariantFamily.SWAPPED_NAMES: _swapped(origin),
        VariantFamily.MIDDLE_NAME: _middle_first(
            origin, known.middle_names if base.family is VariantFamily.AS_GIVEN else ""
        ),
        VariantFamily.PUNCTUATION: _punctuated(origin),
        VariantFamily.NICKNAME: _nicknamed(origin),
        VariantFamily.SPELLING: _spelled(origin),
    }
    for family, found in per_name.items():
        for forename, surname, reason in islice(found, bounds.per_family):
            yield _variant(Terms(forename=forename, surname=surname, dob=origin.dob), origin, family, reason)
    for family, dob, reason in _dates(origin.dob, known.dob_certainty, bounds):
        yield _variant(Terms(forename=origin.forename, surname=origin.surname, dob=dob), origin, family, reason)


def _variant(terms: Terms, origin: Terms, family: VariantFamily, reason: str) -> Variant:
    return Variant(
        forename=terms.forename,
        surname=terms.surname,
        dob=terms.dob,
        pivot=terms.pivot,
        family=family,
        departs_from=origin,
        reason=reason,
    )


def _swapped(name: Terms) -> Iterator[tuple[str, str, str]]:
    if name.forename and name.surname:
        yield name.surname, name.forename, "forename and surname swapped"


def _middle_first(name: Terms, middle_names: str) -> Iterator[tuple[str, str, str]]:
    for middle in middle_names.split():
        yield middle, name.surname, "a middle name used as forename"


def _punctuated(name: Terms) -> Iterator[tuple[str, str, str]]:
    for surname, reason in _marks(name.surname):
        yield name.forename, surname, reason
    for forename, reason in _marks(name.forename):
        yield forename, name.surname, reason


def _marks(name: str) -> Iterator[tuple[str, str]]:
    """Hyphens, apostrophes, Mc and Mac: the same name as other keyboards and clerks write it."""
    found = words(name)
    joined = "".join(found)
    if not found:
        return
    if len(found) > 1:
        yield " ".join(found), "parts apart"
        yield "-".join(found), "parts joined by a hyphen"
        yield joined, "parts run together"
        for part in found:
            if len(part) > 1 and part not in PARTICLES:
                yield part, "one part of the name"
    elif joined != name.upper():
        yield joined, "without accents and marks"
    if len(found) == 1 or found[0] in PARTICLES:
        yield from _gaelic(joined)


def _gaelic(name: str) -> Iterator[tuple[str, str]]:
    for short, long in (("MAC", "MC"), ("MC", "MAC")):
        if name.startswith(short) and len(name) > len("MACE"):
            yield long + name.removeprefix(short), "Mc and Mac"
            yield f"{short} {name.removeprefix(short)}", "Mc and Mac, apart"
            return
    if name.startswith("O") and len(name) > len("OABC") and name[1] not in "AEIOU":
        yield f"O'{name[1:]}", "with an apostrophe"
        yield name[1:], "without the O"


def _nicknamed(name: Terms) -> Iterator[tuple[str, str, str]]:
    for word in words(name.forename):
        for relative in names.nickname_relatives(word):
            yield relative, name.surname, "a nickname, or the name it stands for"


def _spelled(name: Terms) -> Iterator[tuple[str, str, str]]:
    for surname in _relatives(name.surname, "family"):
        yield name.forename, surname, "another spelling of the surname"
    for forename in _relatives(name.forename, "given"):
        yield forename, name.surname, "another spelling of the forename"


def _relatives(name: str, part: str) -> Iterable[str]:
    return names.spelling_relatives("".join(words(name)), part)


def _dates(dob: str, certainty: Certainty, bounds: Bounds) -> Iterator[tuple[VariantFamily, str, str]]:
    """Variants of the date of birth, however certain the applicant is: a date given as certain once hid a dangerous man."""
    if not dob:
        return
    yield VariantFamily.DATE_UNKNOWN, "", "no date of birth, in case the one given is wrong"
    year, month, day = (int(part) for part in f"{dob}-01-01".split("-")[:3])
    if len(dob) == FULL_DATE and month != day and _exists(year, day, month):
        yield VariantFamily.DAY_MONTH_SWAPPED, _iso(year, day, month), "day and month swapped"
    for away in (-1, 1, -2, 2) if certainty is Certainty.APPROXIMATE else (-1, 1):
        if _exists(year + away, month, day):
            yield VariantFamily.YEAR_NEAR, _iso(year + away, month, day)[: len(dob)], "the year before or after"
    for slip in islice(_slips(dob), bounds.date_slips) if len(dob) == FULL_DATE else ():
        yield VariantFamily.DATE_SLIP, slip, "one digit of the date wrong"


def _slips(dob: str) -> Iterator[str]:
    """Every real date that differs in one digit, the day's first: days are misheard more often than decades."""
    for at in (9, 8, 6, 5, 3, 2):
        for digit in "0123456789":
            year, month, day = (int(part) for part in f"{dob[:at]}{digit}{dob[at + 1 :]}".split("-"))
            if digit != dob[at] and _exists(year, month, day):
                yield _iso(year, month, day)


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]  # noqa: PLR2004 - months of a year


def _iso(year: int, month: int, day: int) -> str:
    return f"{year:04}-{month:02}-{day:02}"


def _pivots(known: KnownPerson) -> Iterator[Variant]:
    for family, values, reason in (
        (VariantFamily.IDENTIFIER, known.identifiers, "an identifier finds its holder under any name"),
        (VariantFamily.ADDRESS, known.addresses, "somebody else's record may name who lives there"),
        (VariantFamily.PHONE, known.phones, "somebody else's record may name who answers"),
    ):
        for value in values:
            terms = Terms(pivot=value)
            yield _variant(terms, terms, family, reason)

"""The keys by which a person of an extract is found: two persons that share a key are worth comparing.

The rules are those of `casebook.matching.prepare.KEYS` (a test compares them): single fields, and pairs of fields of
which one may be wrong. A key is kept as a 32-bit number; two that collide cost one comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any
from zlib import crc32

from casebook.matching import names
from casebook.matching.names import ADDRESS_NOISE
from casebook.values import dates, fillers, identifiers, short_forms
from casebook.values.addresses import address as address_of
from casebook.values.identifiers import postcode as postcode_of

_NAMES_KEPT = 200_000  # distinct cells: a force has fewer forenames and surnames
_HOUSE = re.compile(r"[0-9]+[A-Z]? [A-Z]{2,}")


def numbers(source: str, cells: Mapping[str, str], this_year: int) -> list[int]:
    """The keys of a row of persons.csv as signed 32-bit numbers, each once. Keys of different sources are distinct by rule."""
    start = crc32(source.encode())
    return [_signed(crc32(key.encode(), start)) for key in {*texts(cells, this_year)}]


def of_full_names(source: str, cells: Mapping[str, str]) -> list[int]:
    """The keys that whoever bears the name shares: of forename and surname together, or of the one that is known."""
    given, family = _names(cells)
    single = [f"name:{name}" for name in (given.forms or family.forms)] if not (given.roots and family.roots) else []
    pairs = [f"both:{min(g, f)}~{max(g, f)}" for g in given.roots for f in family.roots]
    start = crc32(source.encode())
    return [_signed(crc32(key.encode(), start)) for key in {*single, *pairs}]


def of_names(source: str, cells: Mapping[str, str]) -> dict[str, int]:
    """Each single name of a row, with the key that finds people who have it."""
    others = _aliases(cells["aliases"])
    parts = (*_names(cells), others.given, others.family)
    every = {*_middle(cells["middle_names"]), *(form for part in parts for form in part.forms)}
    start = crc32(source.encode())
    return {name: _signed(crc32(f"name:{name}".encode(), start)) for name in every}


def texts(cells: Mapping[str, str], this_year: int) -> Iterator[str]:
    """The keys as texts; some may occur twice."""
    given, family = _names(cells)
    others, more = _aliases(cells["aliases"]), _middle(cells["middle_names"])
    given_all = {*given.forms, *more, *others.given.forms}
    family_all = {*family.forms, *others.family.forms}
    yield from _of_names(given_all, family_all)
    for g in {*given.roots, *more, *others.given.roots}:
        for f in {*family.roots, *others.family.roots}:
            yield f"both:{g}~{f}" if g < f else f"both:{f}~{g}"
    dob = _born(cells["dob"], this_year)
    yield from _of_sounds(given.sound, family.sound, dob)
    postcode, outward = postcode_of(cells["postcode"])
    everyone = given_all | family_all
    if outward:
        yield from (f"area:{name}{outward}" for name in everyone)
    if postcode:
        yield f"postcode:{postcode}"
    if dob:
        yield from _of_birth(dob, everyone)
    if cells["address"]:
        yield from (f"house:{house}" for house in _HOUSE.findall(address_of(cells["address"])))
    if cells["pnc_id"] and (pnc := identifiers.check_pnc(cells["pnc_id"], this_year)) and pnc.evidence:
        yield f"pnc:{pnc.evidence}"
    if cells["cro"] and (cro := identifiers.check_cro(cells["cro"])) and cro.evidence:
        yield f"cro:{cro.evidence}"


def plain(cells: Mapping[str, str]) -> tuple[str | None, str | None, str | None]:
    """Forename, surname and postcode in the form in which they are compared and counted."""
    given, family = _names(cells)
    return given.joined, family.joined, postcode_of(cells["postcode"])[0] or None


def compared(cells: Mapping[str, str], this_year: int) -> dict[str, Any]:
    """The columns that the linkage model compares, as `casebook.matching.prepare` makes them from the same row."""
    given, family = _names(cells)
    others, more = _aliases(cells["aliases"]), list(_middle(cells["middle_names"]))
    postcode, outward = postcode_of(cells["postcode"])
    dob, address = _born(cells["dob"], this_year), address_of(cells["address"])
    pnc, cro = identifiers.check_pnc(cells["pnc_id"], this_year), identifiers.check_cro(cells["cro"])
    return {
        "forename": given.joined,
        "surname": family.joined,
        "forename_spellings": list(given.spellings) or None,
        "surname_spellings": list(family.spellings) or None,
        "forename_sound": given.sound,
        "surname_sound": family.sound,
        "forename_roots": list(given.roots) or None,
        "surname_roots": list(family.roots) or None,
        "middle": more,
        "given_all": _distinct(given.forms, more, others.given.forms),
        "family_all": _distinct(family.forms, others.family.forms),
        "given_roots": _distinct(given.roots, more, others.given.roots),
        "family_roots": _distinct(family.roots, others.family.roots),
        "dob": dob or None,
        "dob_year": int(dob[:4]) if dob else None,
        "dob_month": int(dob[5:7]) if dob[5:7] else None,
        "dob_day": int(dob[8:10]) if dob[8:10] else None,
        "dob_number": _number(dob),
        "sex": short_forms.compared_sex(cells["sex"]),
        "postcode": postcode or None,
        "outward": outward or None,
        "address": address or None,
        "address_words": [word for word in dict.fromkeys(address.split()) if word not in ADDRESS_NOISE]
        if address
        else None,
        "pnc_id": pnc.evidence if pnc else None,
        "cro": cro.evidence if cro else None,
    }


def _distinct(*parts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(chain.from_iterable(parts)))


def _of_names(given: set[str], family: set[str]) -> Iterator[str]:
    for name in given | family:
        yield f"name:{name}"
    for f in family:
        for g in given:
            yield f"initial:{f}{g[0]}"
            yield f"forename end:{f}{g[-2:]}"
            yield f"surname start:{g}{f[:2]}"
            yield f"surname end:{g}{f[-2:]}"
            yield f"surname ends:{g}{f[0]}{f[-1]}"


def _of_sounds(given: str | None, family: str | None, dob: str) -> Iterator[str]:
    """Keys that tolerate a slip in forename, surname and birth date together."""
    year, month, day = dob[:4], dob[5:7], dob[8:10]
    for sound in (given, family) if year else ():
        if sound:
            yield f"sound end+year:{sound[1:]}~{year}"
    if not (given and family):
        return
    yield f"sound:{family}~{given[0]}"
    yield f"sound:{given}~{family[0]}"
    if year:
        yield f"sound+year:{family[:2]}~{given[0]}~{year}"
        yield f"sound+year:{given[:2]}~{family[0]}~{year}"
    if day:
        yield f"sound+day:{family[0]}~{given[0]}~{int(month)}-{int(day)}"


def _of_birth(dob: str, everyone: set[str]) -> Iterator[str]:
    """Keys of a birth date. A full date also finds dates with another year, month or day, or with day and month swapped."""
    year, month, day = dob[:4], dob[5:7], dob[8:10]
    for name in everyone:
        yield f"year:{name}{year}"
        if day:
            yield f"month+day:{name}{month}-{day}"
    if month:
        day = day or month
        yield f"born:{year}-{min(month, day)}-{max(month, day)}"


@lru_cache(_NAMES_KEPT)
def _given(text: str) -> names.NamePart:
    return names.given(text)


@lru_cache(_NAMES_KEPT)
def _family(text: str) -> names.NamePart:
    return names.family(text)


@lru_cache(_NAMES_KEPT)
def _middle(text: str) -> tuple[str, ...]:
    return names.middle(text)


@lru_cache(_NAMES_KEPT)
def _aliases(cell: str) -> names.Aliases:
    return names.aliases(cell)


def _born(text: str, this_year: int) -> str:
    return dates.of_birth(text, this_year).compared if text else ""


def _number(dob: str) -> int | None:
    """The days from the start of 1900 to a birth date, if it is a whole one that exists."""
    try:
        return (date.fromisoformat(dob) - date(1900, 1, 1)).days if len(dob) == len("YYYY-MM-DD") else None
    except ValueError:
        return None


def _names(cells: Mapping[str, str]) -> tuple[names.NamePart, names.NamePart]:
    """Forename and surname; neither, if together they are a filler."""
    forename, surname = cells["forename"], cells["surname"]
    if fillers.is_no_name(forename, surname):
        return names.NamePart(), names.NamePart()
    return _given(forename), _family(surname)


def _signed(number: int) -> int:
    return number - (1 << 32) if number >= 1 << 31 else number

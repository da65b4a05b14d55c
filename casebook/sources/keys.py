"""The keys by which a person of an extract is found: two persons that share a key are worth comparing.

The rules are those of `casebook.matching.prepare.KEYS` (a test compares them): single fields, and pairs of fields of
which one may be wrong. A key is kept as a 32-bit number; two that collide cost one comparison.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any
from zlib import crc32

from casebook.domain.case import identifiers
from casebook.matching import names
from casebook.matching.names import ADDRESS_NOISE

_NAMES_KEPT = 200_000  # distinct cells: a force has fewer forenames and surnames
_HOUSE = re.compile(r"[0-9]+[A-Z]? [A-Z]{2,}")


def numbers(source: str, cells: Mapping[str, str], this_year: int) -> list[int]:
    """The keys of a row of persons.csv as signed 32-bit numbers, each once. Keys of different sources are distinct by rule."""
    start = crc32(source.encode())
    return [_signed(crc32(key.encode(), start)) for key in {*texts(cells, this_year)}]


def of_names(source: str, cells: Mapping[str, str]) -> dict[str, int]:
    """Each single name of a row, with the key that finds people who have it."""
    others = _aliases(cells["aliases"])
    parts = (_given(cells["forename"]), _family(cells["surname"]), others.given, others.family)
    every = {*_middle(cells["middle_names"]), *(form for part in parts for form in part.forms)}
    start = crc32(source.encode())
    return {name: _signed(crc32(f"name:{name}".encode(), start)) for name in every}


def texts(cells: Mapping[str, str], this_year: int) -> Iterator[str]:
    """The keys as texts; some may occur twice."""
    given, family = _given(cells["forename"]), _family(cells["surname"])
    others, more = _aliases(cells["aliases"]), _middle(cells["middle_names"])
    given_all = {*given.forms, *more, *others.given.forms}
    family_all = {*family.forms, *others.family.forms}
    yield from _of_names(given_all, family_all)
    for g in {*given.roots, *more, *others.given.roots}:
        for f in {*family.roots, *others.family.roots}:
            yield f"both:{g}~{f}" if g < f else f"both:{f}~{g}"
    postcode, outward = _postcode(cells["postcode"])
    everyone = given_all | family_all
    if outward:
        yield from (f"area:{name}{outward}" for name in everyone)
    if postcode:
        yield f"postcode:{postcode}"
    if dob := _born(cells["dob"], this_year):
        yield from _of_birth(dob, everyone)
    if cells["address"]:
        yield from (f"house:{house}" for house in _HOUSE.findall(_plain(cells["address"])))
    if cells["pnc_id"] and (pnc := identifiers.check_pnc(cells["pnc_id"], this_year)) and pnc.canonical:
        yield f"pnc:{pnc.canonical}"
    if cells["cro"] and (cro := identifiers.check_cro(cells["cro"])) and cro.canonical:
        yield f"cro:{cro.canonical}"


def plain(cells: Mapping[str, str]) -> tuple[str | None, str | None, str | None]:
    """Forename, surname and postcode in the form in which they are compared and counted."""
    return _given(cells["forename"]).joined, _family(cells["surname"]).joined, _postcode(cells["postcode"])[0] or None


def compared(cells: Mapping[str, str], this_year: int) -> dict[str, Any]:
    """The columns that the linkage model compares, as `casebook.matching.prepare` makes them from the same row."""
    given, family = _given(cells["forename"]), _family(cells["surname"])
    others, more = _aliases(cells["aliases"]), list(_middle(cells["middle_names"]))
    postcode, outward = _postcode(cells["postcode"])
    dob, address = _born(cells["dob"], this_year), _plain(cells["address"]).strip()
    pnc, cro = identifiers.check_pnc(cells["pnc_id"], this_year), identifiers.check_cro(cells["cro"])
    return {
        "forename": given.joined,
        "surname": family.joined,
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
        "sex": {"f": "f", "female": "f", "m": "m", "male": "m"}.get(cells["sex"].lower()),
        "postcode": postcode or None,
        "outward": outward or None,
        "address": address or None,
        "address_words": [word for word in dict.fromkeys(address.split()) if word not in ADDRESS_NOISE]
        if address
        else None,
        "pnc_id": pnc.canonical if pnc else None,
        "cro": cro.canonical if cro else None,
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


@lru_cache(_NAMES_KEPT)
def _born(text: str, this_year: int) -> str:
    """The birth date as compared. An impossible date is a real one with a typing fault, and still finds its person."""
    birth = identifiers.check_date_of_birth(text, this_year) if text else None
    if birth is None:
        return ""
    return birth.value.strip() if birth.reason == "impossible_date" else birth.canonical or ""


def _postcode(text: str) -> tuple[str, str]:
    """The postcode and, if it is complete, its outward part."""
    squeezed = re.sub(r"[^A-Z0-9]", "", text.upper())
    if not squeezed or squeezed in identifiers.NO_POSTCODE:
        return "", ""
    return squeezed, squeezed[:-3] if identifiers.POSTCODE.fullmatch(squeezed) else ""


def _plain(text: str) -> str:
    upper = text.upper() if text.isascii() else _unaccented(text)
    return re.sub(r"[^A-Z0-9]+", " ", upper)


def _unaccented(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.upper())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _signed(number: int) -> int:
    return number - (1 << 32) if number >= 1 << 31 else number

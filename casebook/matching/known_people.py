"""What is known of a person in an application, in the form in which people are found: names, dates, numbers, places."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from casebook.domain.case.finding import AskedKind
from casebook.matching import names
from casebook.matching.names import NamePart
from casebook.values import contact, dates, fillers, identifiers
from casebook.values.names import split_full
from casebook.values.text import KEPT, items, squeezed

_NOTHING = NamePart()
EVERY_KIND = frozenset(AskedKind)


@dataclass(frozen=True, kw_only=True)
class FullName:
    """One name of a person. `told`: the one that the application gives, not an alias or another record's."""

    given: NamePart = _NOTHING
    middle: NamePart = _NOTHING
    family: NamePart = _NOTHING
    told: bool = True


@dataclass(frozen=True, kw_only=True)
class DetailsKnown:
    """Everything by which one person is found, as it is compared."""

    names: tuple[FullName, ...] = ()
    born: tuple[str, ...] = ()
    postcodes: tuple[tuple[str, str], ...] = ()  # whole and district
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    code_words: tuple[str, ...] = ()


def details_of(
    person: Mapping[str, Any],
    *,
    confirmed: Iterable[Mapping[str, Any]] = (),
    code_words: Iterable[str],
    this_year: int,
    kinds: Collection[AskedKind] = EVERY_KIND,
) -> DetailsKnown:
    """What is known of a person: their columns, those of the records confirmed to be them, and their code words.

    `kinds`: only these are read, because reading what nobody asked takes most of a search's time.
    """
    records = [person, *({**record, "aliases": items(str(record.get("aliases") or ""))} for record in confirmed)]
    written = [{name: str(record.get(name) or "") for name in _TEXTS} for record in records]

    def read(kind: AskedKind, of: Callable[[Mapping[str, str]], Iterable[Any]]) -> tuple[Any, ...]:
        values = (value for cells in written for value in of(cells)) if kind in kinds else ()
        return tuple(dict.fromkeys(values))

    return DetailsKnown(
        names=tuple(dict.fromkeys(_names(records))) if AskedKind.NAME in kinds else (),
        born=read(AskedKind.BORN, lambda cells: filter(None, [dates.of_birth(cells["dob"], this_year).compared])),
        postcodes=read(AskedKind.POSTCODE, lambda cells: filter(any, [identifiers.postcode(cells["postcode"])])),
        phones=read(AskedKind.PHONE, lambda cells: contact.phones(cells["phone"])),
        emails=read(AskedKind.EMAIL, lambda cells: _email(cells["email"])),
        identifiers=read(AskedKind.IDENTIFIER, lambda cells: numbers(cells["pnc_id"], cells["cro"], this_year)),
        code_words=tuple(dict.fromkeys(filter(None, map(squeezed, code_words)))),
    )


def _email(written: str) -> Iterable[str]:
    return [contact.email(written)] if written and not fillers.is_filler(written) else []


_TEXTS = ("dob", "postcode", "phone", "email", "pnc_id", "cro")


def numbers(pnc_id: str, cro: str, this_year: int) -> list[str]:
    """The PNC and CRO numbers that are written, if they can tell who somebody is."""
    read = (identifiers.check_pnc(pnc_id, this_year), identifiers.check_cro(cro))
    return [number.evidence for number in read if number and number.evidence]


def name_of(forename: str, middle_names: str, surname: str, *, told: bool = True) -> FullName | None:
    """A name as it is compared; None if it says that nobody knows it."""
    return None if fillers.is_no_name(forename, surname) else _name(forename, middle_names, surname, told)


@lru_cache(KEPT)
def _name(forename: str, middle_names: str, surname: str, told: bool) -> FullName | None:  # noqa: FBT001 - lru_cache
    name = FullName(given=_given(forename), middle=_given(middle_names), family=names.family(surname), told=told)
    return name if name.given.forms or name.middle.forms or name.family.forms else None


def one_word(text: str) -> FullName | None:
    """A name of which nobody says whether it is the forename or the surname; None if it says that nobody knows it."""
    if fillers.is_no_name(text, "") or not (given := _given(text)).forms:
        return None
    family = names.family(text)
    return FullName(given=replace(given, roots=tuple(dict.fromkeys((*given.roots, *family.roots)))))


def _given(text: str) -> NamePart:
    """A forename, which also stands for what its British or Polish short form is short for."""
    part = names.given(text)
    longer = (name for form in part.forms for name in _short_forms().get(form, ()))
    return replace(part, roots=tuple(dict.fromkeys((*part.roots, *longer))))


@cache
def _short_forms() -> Mapping[str, tuple[str, ...]]:
    """Short forms that are usual here, and that the table of nicknames does not have."""
    with files("casebook.matching").joinpath("british_short_forms.csv").open(encoding="utf-8") as lines:
        return {row["short"]: tuple(row["names"].split(";")) for row in csv.DictReader(lines)}


def _names(records: Sequence[Mapping[str, Any]]) -> Iterable[FullName]:
    """Every name, the one that was told first. A former name of one word is a former surname."""
    for at, record in enumerate(records):
        forename, middle, surname = (str(record.get(part) or "") for part in ("forename", "middle_names", "surname"))
        if name := name_of(forename, middle, surname, told=not at):
            yield name
        for other in (*(record.get("aliases") or ()), *(record.get("former_names") or ())):
            first, last = split_full(other)
            former = not first and other in (record.get("former_names") or ())
            if name := name_of(forename if former else first, "", last, told=False):
                yield name

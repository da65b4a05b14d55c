"""Synthetic people, the households they live in, and the rows that record sources hold about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from casebook.demo import numbers
from casebook.demo.clerical import carelessly
from casebook.demo.names import ENGLISH, ORIGINS, Origin
from casebook.demo.spellings import other_form

if TYPE_CHECKING:
    from collections import Counter
    from random import Random

    from casebook.demo.numbers import Home

YEAR = 365.2425


class PersonRow(NamedTuple):
    """One line of persons.csv. Rows are tuples: a million of them must stream in seconds."""

    source: str
    person_id: str
    forename: str
    middle_names: str
    surname: str
    aliases: str
    dob: str
    sex: str
    address: str
    postcode: str
    pnc_id: str
    cro: str


class Identity(NamedTuple):
    """The truth beside a row: which human it is about."""

    source: str
    person_id: str
    human: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Human:
    key: str
    origin: Origin
    sex: str
    forename: str
    middle: str
    surname: str
    former: str = ""  # a surname before marriage or deed poll
    aliases: tuple[str, ...] = ()
    born: date
    home: Home
    former_home: Home
    pnc_id: str = ""
    cro: str = ""

    @property
    def name(self) -> str:
        return f"{self.forename} {self.surname}"


class Tie(NamedTuple):
    one: Human
    other: Human
    kind: str  # as victim_relationship


@dataclass(frozen=True, kw_only=True, slots=True)
class Household:
    people: tuple[Human, ...]
    ties: tuple[Tie, ...] = ()


def chance(rng: Random, share: float) -> bool:
    return rng.random() < share


def born_between(rng: Random, now: date, youngest: float, oldest: float) -> date:
    """Ages crowd towards the younger end, as those of suspects and victims do."""
    age = youngest + (oldest - youngest) * rng.random() ** 1.5
    return now - timedelta(days=int(age * YEAR))


class Makers:
    """Makes humans one after the other; each key is used once."""

    def __init__(self, rng: Random, now: date, prefix: str) -> None:
        self.rng, self.now, self.prefix, self.numbers = rng, now, prefix, count(1)

    def human(self, sex: str = "", *, youngest: float = 17, oldest: float = 78, home: Home | None = None) -> Human:
        rng = self.rng
        sex = sex or ("m" if chance(rng, 0.55) else "f")
        origin = ORIGINS[int(rng.random() * len(ORIGINS))]
        surname = origin.surname(rng)
        if chance(rng, 0.02):
            surname = f"{surname}-{ENGLISH.surname(rng)}"
        human = Human(
            key=f"SYN-{self.prefix}{next(self.numbers)}",
            origin=origin,
            sex="x" if chance(rng, 0.002) else sex,
            forename=origin.forename(rng, sex),
            middle=origin.forename(rng, sex) if chance(rng, 0.45) else "",
            surname=surname_of(surname, sex),
            former=surname_of(origin.surname(rng), sex) if sex == "f" and chance(rng, 0.25) else "",
            born=born_between(rng, self.now, youngest, oldest),
            home=home or numbers.home(rng),
            former_home=numbers.home(rng),
        )
        return replace(human, aliases=(alias(rng, human),)) if chance(rng, 0.12) else human

    def known_to_police(self, human: Human) -> Human:
        """Give a PNC number and perhaps a CRO number, dated from a first arrest."""
        rng = self.rng
        year = min(self.now.year, human.born.year + 14 + int(rng.random() * 18))
        return replace(
            human,
            pnc_id=numbers.pnc_id(rng, year, right=not chance(rng, 0.01)),
            cro=numbers.cro(rng, year, right=not chance(rng, 0.01)) if chance(rng, 0.7) else "",
        )


def surname_of(surname: str, sex: str) -> str:
    """Polish names ending in -ski bend with the sex."""
    return f"{surname[:-1]}a" if sex == "f" and surname.endswith(("ski", "cki")) else surname


def alias(rng: Random, human: Human) -> str:
    """Another forename, another surname, or both."""
    forename = human.origin.forename(rng, human.sex) if chance(rng, 0.5) else other_form(rng, human.forename)
    surname = human.surname if chance(rng, 0.4) else human.former or surname_of(human.origin.surname(rng), human.sex)
    return f"{forename} {surname}"


@dataclass(kw_only=True)
class Clerk:
    """Writes rows, gives them the ids of their source and keeps the truth beside them; `take` hands them over."""

    persons: list[PersonRow] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    issued: Counter[str]

    def file(self, rng: Random, human: Human, source: str, *, careful: bool = False) -> str:
        """Enter one human in one source, carefully or as it happens; returns the row's person_id."""
        self.issued[source] += 1
        person_id = f"SYN-{source.upper().replace('_', '')}-{self.issued[source]:07}"
        exact = PersonRow(
            source, person_id, human.forename, human.middle, human.surname, ";".join(human.aliases),
            human.born.isoformat(), human.sex, human.home.address, human.home.postcode, human.pnc_id, human.cro,
        )  # fmt: skip
        self.persons.append(exact if careful else carelessly(rng, human, exact))
        self.identities.append(Identity(source, person_id, human.key))
        return person_id

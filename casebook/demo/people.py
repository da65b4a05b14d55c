"""Synthetic people and their homes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from casebook.demo import numbers
from casebook.demo.dice import born_between, chance
from casebook.demo.names import ENGLISH, ORIGINS, Origin
from casebook.demo.spellings import other_form

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from casebook.demo.numbers import Dwelling


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
    home: Dwelling
    former_home: Dwelling
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


class Makers:
    """Makes humans one after the other. Each key is used once."""

    def __init__(self, rng: Random, now: date, prefix: str) -> None:
        self.rng, self.now, self.prefix, self.numbers = rng, now, prefix, count(1)

    def human(self, sex: str = "", *, youngest: float = 17, oldest: float = 78, home: Dwelling | None = None) -> Human:
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
        other = alias(rng, human) if chance(rng, 0.13) else human.name
        return replace(human, aliases=(other,)) if other != human.name else human

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
    """A surname for this sex: Polish names ending in -ski change with it."""
    return f"{surname[:-1]}a" if sex == "f" and surname.endswith(("ski", "cki")) else surname


def alias(rng: Random, human: Human) -> str:
    """Another forename, another surname, or both."""
    forename = human.origin.forename(rng, human.sex) if chance(rng, 0.5) else other_form(rng, human.forename)
    surname = human.surname if chance(rng, 0.4) else human.former or surname_of(human.origin.surname(rng), human.sex)
    return f"{forename} {surname}"

"""Households: couples, former couples, parents and grown children, twins, namesakes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from casebook.demo.dice import chance, years
from casebook.demo.people import Household, Human, Tie, surname_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from casebook.demo.people import Makers


def alone(make: Makers) -> Household:
    return Household(people=(make.human(),))


def couple(make: Makers, kind: str = "intimate_partner") -> Household:
    """A couple who live together. One in three wives has her husband's name."""
    one = make.human("m", youngest=19)
    other = partner_of(make, one)
    return Household(people=(one, other), ties=(Tie(one, other, kind),))


def former_couple(make: Makers) -> Household:
    one = make.human("m", youngest=19)
    other = replace(partner_of(make, one), home=make.human().home)
    return Household(people=(one, other), ties=(Tie(one, other, "ex_partner"),))


def partner_of(make: Makers, one: Human) -> Human:
    """A partner of about the same age; usually, not always, of the other sex."""
    rng = make.rng
    sex = ("f" if one.sex == "m" else "m") if chance(rng, 0.96) else one.sex
    other = make.human(sex, home=one.home)
    born = one.born + timedelta(days=int(rng.gauss(400, 1200)))
    latest = make.now - years(17)
    other = replace(other, born=min(born, latest))
    if sex == "f" and chance(rng, 0.33):
        other = replace(other, former=other.surname, surname=surname_of(one.surname, sex))
    return other


def family(make: Makers) -> Household:
    """A couple with a grown child, who may be the father's namesake or one of twins."""
    rng, parents = make.rng, couple(make)
    father, mother = parents.people
    youngest = make.now - years(16)
    born = min(father.born + years(20 + 15 * rng.random()), youngest)
    if born - father.born < years(16):
        return parents
    child = grown_child(make, father, namesake=chance(rng, 0.25))
    child = replace(child, born=born)
    children = (child, twin(make, child)) if chance(rng, 0.12) else (child,)
    ties = tuple(Tie(one, parent, "family") for one in children for parent in (father, mother))
    return Household(people=(father, mother, *children), ties=(*parents.ties, *ties))


def grown_child(make: Makers, father: Human, *, namesake: bool) -> Human:
    child = make.human("m" if namesake else "", home=father.home)
    child = replace(child, origin=father.origin, surname=surname_of(father.surname, child.sex), former="")
    return replace(child, forename=father.forename) if namesake else child


def twin(make: Makers, one: Human) -> Human:
    """Same surname, birthday and home; another forename and nothing else in common."""
    other = make.human(one.sex, home=one.home)
    forename = one.origin.forename(make.rng, one.sex)
    while forename == one.forename:
        forename = one.origin.forename(make.rng, one.sex)
    return replace(other, origin=one.origin, forename=forename, surname=one.surname, former="", born=one.born)


# of a hundred in a police index
KINDS: tuple[Callable[[Makers], Household], ...] = (
    *(alone,) * 42,
    *(couple,) * 26,
    *(former_couple,) * 18,
    *(family,) * 14,
)


def household(make: Makers) -> Household:
    return KINDS[int(make.rng.random() * len(KINDS))](make)

"""Variants and likeness, in the smallest form that serves, until the matching room offers its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import JaroWinkler

from casebook.domain.coverage import Family, Terms, Variant
from casebook.domain.policy import SearchRules
from casebook.domain.vocabulary import MatchBand
from casebook.matching import names


@dataclass(frozen=True, kw_only=True)
class Known:
    forename: str = ""
    middle_names: str = ""
    surname: str = ""
    dob: str = ""
    address: str = ""
    postcode: str = ""
    phone: str = ""
    pnc_id: str = ""
    cro: str = ""
    former_names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


def variants(known: Known, rules: SearchRules, *, this_year: int) -> tuple[Variant, ...]:
    given = Terms(forename=known.forename, surname=known.surname, dob=known.dob)
    found = []
    if known.forename or known.surname:
        found.append(
            Variant(
                forename=given.forename,
                surname=given.surname,
                dob=given.dob,
                family=Family.AS_GIVEN,
                departs_from=given,
                reason="as given",
            )
        )
        if given.dob:
            found.append(
                Variant(
                    forename=given.forename,
                    surname=given.surname,
                    family=Family.DATE_UNKNOWN,
                    departs_from=given,
                    reason="no date",
                )
            )
            y, m, d = (given.dob.split("-") + ["", ""])[:3]
            if m and d and int(d) <= 12:
                found.append(
                    Variant(
                        forename=given.forename,
                        surname=given.surname,
                        dob=f"{y}-{d}-{m}",
                        family=Family.DAY_MONTH_SWAPPED,
                        departs_from=given,
                        reason="swapped",
                    )
                )
        if given.forename and given.surname:
            found.append(
                Variant(
                    forename=given.surname,
                    surname=given.forename,
                    dob=given.dob,
                    family=Family.SWAPPED_NAMES,
                    departs_from=given,
                    reason="swapped",
                )
            )
    for alias in known.aliases:
        f, s = names.split_full(alias)
        t = Terms(forename=f, surname=s, dob=known.dob)
        found.append(Variant(forename=f, surname=s, dob=known.dob, family=Family.ALIAS, departs_from=t, reason="alias"))
    for pivot, family in (
        (known.postcode, Family.ADDRESS),
        (known.phone, Family.PHONE),
        (known.pnc_id, Family.IDENTIFIER),
    ):
        if pivot:
            found.append(Variant(pivot=pivot, family=family, departs_from=Terms(pivot=pivot), reason="pivot"))
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Scored:
    person_id: str
    weight: float
    probability: float
    band: MatchBand
    twin: bool
    explanation: tuple[str, ...]


def score(asked: Mapping[str, str], persons: Sequence[Mapping[str, str]], *, this_year: int) -> list[Scored]:
    found = [_one(asked, person) for person in persons]
    return sorted(found, key=lambda each: (-each.weight, each.person_id))


def _names(cells: Mapping[str, str]) -> set[tuple[str, str]]:
    pairs = [(cells["forename"], cells["surname"]), *map(names.split_full, filter(None, cells["aliases"].split(";")))]
    return {(names.given(f).joined or "", names.family(s).joined or "") for f, s in pairs}


def _one(asked: Mapping[str, str], person: Mapping[str, str]) -> Scored:
    mine, theirs = _names(asked), _names(person)
    likeness = max(JaroWinkler.similarity(" ".join(a), " ".join(b)) for a in mine for b in theirs)
    name = 17.06 if mine & theirs else 14.0 if mine & {(b, a) for a, b in theirs} else 7.3 if likeness >= 0.9 else -7.9
    dob = _dob(asked["dob"], person["dob"])
    postcode = 7.0 if asked["postcode"] and asked["postcode"] == person["postcode"] else 0.0
    weight = round(name + dob + postcode - 21.85, 3)
    band = MatchBand.STRONG if weight >= 9 else MatchBand.POSSIBLE if weight >= -10 else MatchBand.WEAK
    return Scored(
        person_id=person["person_id"],
        weight=weight,
        probability=2**weight / (1 + 2**weight),
        band=band,
        twin=False,
        explanation=(f"name {name}", f"date of birth {dob}", f"postcode {postcode}"),
    )


def _dob(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    if one == other:
        return 13.87
    differing = sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))
    if sorted(one) == sorted(other) or differing <= 1:
        return 3.29
    return -4.42 if abs(int(one[:4]) - int(other[:4])) <= 5 else -8.58

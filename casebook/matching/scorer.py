"""Scores the persons found for one subject, and says why, with the model for whole files but without its engine.

Splink and DuckDB take a tenth of a second to compare one pair or three hundred; a test holds the two to the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from math import log2
from typing import TYPE_CHECKING, Any

from casebook.matching import conditions, model
from casebook.matching.conditions import Chooser, ColumnValues

if TYPE_CHECKING:
    from casebook.domain.vocabulary import MatchBand

_DECIMALS = 3  # of a weight in bits
TELLING = 1.0  # bits: a value rarer or commoner by less is not worth a word


@dataclass(frozen=True, kw_only=True)
class Scored:
    person_id: str
    weight: float  # bits
    probability: float
    band: MatchBand
    explanation: tuple[str, ...]  # a line per field that was compared, the heaviest first; no values in it


@dataclass(frozen=True, kw_only=True)
class Level:
    """One way in which a field of two persons can stand."""

    told: str  # field and level
    bits: float | None  # None: one of the two is not known
    rarity: Callable[[ColumnValues, ColumnValues], float] | None  # bits more or less for a rare or common value


@dataclass(frozen=True, kw_only=True)
class ComparedField:
    """The ways in which one field can stand, and the function that chooses the first that holds."""

    levels: tuple[Level, ...]
    choose: Chooser


def score(subject: ColumnValues, persons: Sequence[ColumnValues], *, limit: int) -> list[Scored]:
    """The best first. All have the columns of `sources.keys.compared`, and `tf_*`, the `model.share` of the value there.

    One who stands there twice (two sources) is told once.
    """
    ranked = []
    for at, person in enumerate(persons):
        found = compared(subject, person)
        ranked.append((-round(weight(found), _DECIMALS), str(person["id"]), at, found))
    ranked.sort(key=lambda each: each[:3])
    best: dict[str, tuple[float, list[tuple[Level, float]]]] = {}
    for negative, person_id, _, found in ranked:
        best.setdefault(person_id, (-negative, found))
    return [
        Scored(
            person_id=person_id,
            weight=bits,
            probability=model.probability(bits),
            band=model.bands().of(bits),
            explanation=tuple(explain(found)),
        )
        for person_id, (bits, found) in islice(best.items(), limit)
    ]


def compared(subject: ColumnValues, person: ColumnValues) -> list[tuple[Level, float]]:
    """For each field the level that holds, and the bits that the rarity of the value adds to it."""
    found = []
    for comparison in _comparisons():
        level = comparison.levels[comparison.choose(subject, person)]
        found.append((level, level.rarity(subject, person) if level.rarity else 0.0))
    return found


def weight(found: Sequence[tuple[Level, float]]) -> float:
    """Bits, added in the order in which Splink adds them."""
    total = _prior()
    for level, rarity in found:
        total += level.bits or 0.0
        total += rarity
    return total


def weighed(subject: ColumnValues, person: ColumnValues) -> float:
    """The weight alone, as `score` has it, for whoever looks for those that are worth more."""
    return round(weight(compared(subject, person)), _DECIMALS)


def explain(found: Sequence[tuple[Level, float]]) -> list[str]:
    """A line per compared field: what was found, and how many bits it speaks for or against."""
    told = list[tuple[float, str]]()
    for level, rarity in found:
        if level.bits is None:
            continue
        rare = "" if abs(rarity) < TELLING else ", rare here" if rarity > 0 else ", common here"
        if level.bits or rare:
            bits = level.bits + rarity
            told.append((bits, f"{level.told}{rare} ({bits:+.1f})"))
    return [line for _, line in sorted(told, key=lambda each: -abs(each[0]))]


@cache
def _prior() -> float:
    chance: float = model.settings()["probability_two_random_records_match"]
    return log2(chance / (1 - chance))


@cache
def _comparisons() -> tuple[ComparedField, ...]:
    """The committed model, compiled once per process."""
    return tuple(
        ComparedField(
            levels=tuple(_level(comparison, level) for level in comparison["comparison_levels"]),
            choose=conditions.first_of([level["sql_condition"] for level in comparison["comparison_levels"]]),
        )
        for comparison in model.settings()["comparisons"]
    )


def _level(comparison: Mapping[str, Any], level: Mapping[str, Any]) -> Level:
    return Level(
        told=f"{comparison['comparison_description']}: {level['label_for_charts']}",
        bits=None if level.get("is_null_level") else log2(level["m_probability"] / level["u_probability"]),
        rarity=_rarity(level) if "tf_adjustment_column" in level else None,
    )


def _rarity(level: Mapping[str, Any]) -> Callable[[ColumnValues, ColumnValues], float]:
    column, usual = f"tf_{level['tf_adjustment_column']}", log2(level["u_probability"])
    least, trust = level["tf_minimum_u_value"], level["tf_adjustment_weight"]

    def bits(subject: ColumnValues, person: ColumnValues) -> float:
        """By the commoner of the two; nothing where no frequency is known."""
        known = [share for share in (subject[column], person[column]) if share is not None]
        return float(trust * (usual - log2(max(*known, least)))) if known else 0.0

    return bits

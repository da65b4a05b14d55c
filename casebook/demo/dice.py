"""Random draws that every part of the generator uses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

T = TypeVar("T")
YEAR = 365.2425  # days


def chance(rng: Random, share: float) -> bool:
    return rng.random() < share


def pick(rng: Random, entries: Sequence[T]) -> T:
    return entries[int(rng.random() * len(entries))]


def some_day(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=int(rng.random() * max(1, (last - first).days)))


def years(number: float) -> timedelta:
    return timedelta(days=int(number * YEAR))


def born_between(rng: Random, now: date, youngest: float, oldest: float) -> date:
    """A birth date. Younger ages are more frequent, as among suspects and victims."""
    return now - years(youngest + (oldest - youngest) * rng.random() ** 1.5)

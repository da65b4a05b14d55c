"""Which families of identity variants one search of a source covers; see source_families.toml."""

from functools import cache
from typing import Any

from casebook.domain.case.coverage import Family
from casebook.policies import reading


def extract() -> frozenset[Family]:
    return _read(_table()["extract"])


def own_register() -> frozenset[Family]:
    return _read(_table()["own_register"])


def manual(source: str) -> frozenset[Family]:
    known = _table()["manual"]
    return _read(known.get(source, known["default"]))


@cache
def _table() -> dict[str, Any]:
    return reading.table("source_families")


def _read(fact: dict[str, Any]) -> frozenset[Family]:
    return frozenset(map(Family, fact["value"]))

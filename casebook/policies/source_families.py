"""Which families of identity variants one search of a source covers; see source_families.toml."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from casebook.domain.coverage import Family


def extract() -> frozenset[Family]:
    return _read(_table()["extract"])


def own_register() -> frozenset[Family]:
    return _read(_table()["own_register"])


def manual(source: str) -> frozenset[Family]:
    known = _table()["manual"]
    return _read(known.get(source, known["default"]))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((resources.files(__package__) / "source_families.toml").read_text(encoding="utf-8"))


def _read(fact: dict[str, Any]) -> frozenset[Family]:
    return frozenset(map(Family, fact["value"]))

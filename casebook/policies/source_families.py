"""Which families of identity variants one search of a source covers; see source_families.toml."""

from functools import cache
from typing import Any

from casebook.domain.case.coverage import VariantFamily
from casebook.policies import reading


def extract() -> frozenset[VariantFamily]:
    return _read(_table()["extract"])


def own_register() -> frozenset[VariantFamily]:
    """Our own applications are found by the same keys and the same model as an extract."""
    return extract()


def manual(source: str) -> frozenset[VariantFamily]:
    known = _table()["manual"]
    return _read(known.get(source, known["default"]))


@cache
def _table() -> dict[str, Any]:
    return reading.table("source_families")


def _read(fact: dict[str, Any]) -> frozenset[VariantFamily]:
    return frozenset(map(VariantFamily, fact["value"]))

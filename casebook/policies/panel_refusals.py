"""Loads the grounds on which a panel may refuse, and the grounds that are never allowed."""

from functools import cache
from typing import Any

from casebook.domain.case.panel_decision import Limb, Refusals
from casebook.policies import reading
from casebook.policies.reading import UnreadablePolicy

FILE = "panel-refusals"


@cache
def load() -> Refusals:
    return from_table(reading.table(FILE), FILE)


def from_table(table: dict[str, Any], where: str) -> Refusals:
    """The grounds, none of which is both allowed and never allowed."""
    refusals = reading.read(Refusals, table, where)
    if any(each.limb not in {"", *Limb} for each in refusals.allowed.values()):
        raise UnreadablePolicy(f"{where}: a limb is one of {', '.join(Limb)}, or empty")
    if both := refusals.allowed.keys() & refusals.never.keys():
        raise UnreadablePolicy(f"{where}: both a reason and none: {', '.join(sorted(both))}")
    return refusals

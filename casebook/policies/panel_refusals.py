"""Loads the grounds on which a panel may refuse, and the grounds that are never allowed."""

from functools import cache

from casebook.domain.case.panel_decision import Limb, Refusals
from casebook.policies import reading
from casebook.policies.reading import UnreadablePolicy

FILE = "panel-refusals"


@cache
def load() -> Refusals:
    refusals = reading.load(Refusals, FILE)
    if any(each.limb not in {"", *Limb} for each in refusals.allowed.values()):
        raise UnreadablePolicy(f"{FILE}: a limb is one of {', '.join(Limb)}, or empty")
    if both := refusals.allowed.keys() & refusals.never.keys():
        raise UnreadablePolicy(f"{FILE}: both a reason and none: {', '.join(sorted(both))}")
    return refusals

"""Loads the reasons for which a panel may refuse, and those that are none."""

import tomllib
from functools import cache
from importlib import resources

from casebook.domain.panel_decision import Limb, Refusals
from casebook.policies.reading import UnreadablePolicy, read

FILE = "panel-refusals.toml"


@cache
def load() -> Refusals:
    refusals = read(Refusals, tomllib.loads((resources.files(__package__) / FILE).read_text(encoding="utf-8")), FILE)
    if any(each.limb not in {"", *Limb} for each in refusals.allowed.values()):
        raise UnreadablePolicy(f"{FILE}: a limb is one of {', '.join(Limb)}, or empty")
    if both := refusals.allowed.keys() & refusals.never.keys():
        raise UnreadablePolicy(f"{FILE}: both a reason and none: {', '.join(sorted(both))}")
    return refusals

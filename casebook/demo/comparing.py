"""How simulated staff compare what was told of a person with what a source has of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def agrees(told: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    """Whether a name is the same, and the birth dates differ by a slip at most."""
    names = {
        _full_name(told["forename"], told["surname"]),
        *(alias.lower() for alias in told["aliases"] + told["former_names"]),
    }
    aliases = seen.get("aliases") or []
    theirs = {_full_name(seen.get("forename"), seen.get("surname"))}
    theirs |= {alias.lower() for alias in (aliases.split(";") if isinstance(aliases, str) else aliases)}
    one, other = str(told["dob"] or ""), str(seen.get("dob") or "")
    return bool(names & theirs) and (not one or not other or sorted(one) == sorted(other) or _slips(one, other) <= 1)


def _full_name(forename: object, surname: object) -> str:
    return f"{forename or ''} {surname or ''}".strip().lower()


def _slips(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))

"""Why an identity stays uncovered after the searches that were made: worked out from coverage alone, for whoever signs it.

Each reason is what would have covered it: reading all that was typed, typing all that was planned, planning without a limit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain.case import record_checks as rules
from casebook.domain.case.coverage import PIVOTS, Terms, Variant, VariantFamily


class WhyUncovered(StrEnum):
    """In the order in which they are asked: the first that holds is the reason."""

    NOT_RETURNED = "not_returned"
    SOURCE_UNAVAILABLE = "source_unavailable"
    NO_LONGER_SAID = "no_longer_said"
    BEYOND_BOUND = "beyond_bound"
    TOO_MANY = "too_many"
    PLANNED_NOT_SEARCHED = "planned_not_searched"
    BEYOND_PLAN_LIMIT = "beyond_plan_limit"
    SOURCE_DOES_NOT_COVER = "source_does_not_cover"
    NO_SEARCH_PLANNED = "no_search_planned"


@dataclass(frozen=True, kw_only=True)
class Made:
    """One search as it was planned and returned."""

    required: Sequence[str] = ()  # keys of what it was to cover, in order
    returned: bool = True
    available: bool = True
    by_machine: bool = False
    read: Sequence[Terms] = ()  # typed, and what came back was read
    overflowed: Sequence[Terms] = ()  # typed, and more came back than can be read
    planned: Sequence[Terms] = ()
    families: frozenset[VariantFamily] = frozenset()  # that one search of the source covers of its terms


def reasons(
    missing: Collection[str], variants: Mapping[str, Variant], made: Made, salt: str
) -> dict[str, WhyUncovered]:
    """Why each of the variants, named by key, that this search was to cover is not covered by it."""
    if not made.returned:
        return dict.fromkeys(missing, WhyUncovered.NOT_RETURNED)
    if not made.available:
        return dict.fromkeys(missing, WhyUncovered.SOURCE_UNAVAILABLE)
    known = [key for key in missing if key in variants]
    why = dict.fromkeys(missing, WhyUncovered.NO_LONGER_SAID)
    why |= (
        {key: _of_machine(variants[key], made) for key in known}
        if made.by_machine
        else _by_hand(known, variants, made, salt)
    )
    return why


def beyond_bound(
    cut: Mapping[str, Variant], variants: Mapping[str, Variant], made: Made, salt: str
) -> dict[str, WhyUncovered]:
    """Of the variants that the policy's bound cut off, so that no search had to cover them: those that this one does not."""
    if not made.returned or not made.available:
        return reasons(cut, cut, made, salt)
    if made.by_machine:  # it searched every name that they depart from
        covered = {key for key, variant in cut.items() if variant.family in made.families and not made.overflowed}
    else:
        covered = rules.covered([*variants.values(), *cut.values()], made.read, made.families, salt) if cut else set()
    return {key: WhyUncovered.BEYOND_BOUND for key in cut if key not in covered}


def _of_machine(variant: Variant, made: Made) -> WhyUncovered:
    """It asks for everything that the source can be asked for, as long as the answers can be read."""
    askable = variant.family in made.families or variant.family not in PIVOTS
    return WhyUncovered.TOO_MANY if made.overflowed and askable else WhyUncovered.SOURCE_DOES_NOT_COVER


def _by_hand(known: Collection[str], variants: Mapping[str, Variant], made: Made, salt: str) -> dict[str, WhyUncovered]:
    listed = list(variants.values())
    typed = [*made.read, *made.overflowed]
    asked = [variants[key] for key in made.required if key in variants]
    unlimited = [variant.terms for variant in rules.manual_plan(asked, len(asked))]
    # each list holds the one before it, so that the first that covers a variant says what was missing
    could = {
        WhyUncovered.TOO_MANY: typed,
        WhyUncovered.PLANNED_NOT_SEARCHED: [*typed, *made.planned],
        WhyUncovered.BEYOND_PLAN_LIMIT: [*typed, *made.planned, *unlimited],
    }
    covered = {why: rules.covered(listed, terms, made.families, salt) for why, terms in could.items()}
    return {
        key: next((why for why, keys in covered.items() if key in keys), WhyUncovered.NO_SEARCH_PLANNED)
        for key in known
    }


def by_family(why: Mapping[str, Mapping[str, WhyUncovered]]) -> dict[str, dict[str, int]]:
    """`source:family` -> reason -> how many variants, of source -> key -> reason: what a person can read and name."""
    found: dict[str, dict[str, int]] = {}
    for source, reasons_of in sorted(why.items()):
        for key, reason in sorted(reasons_of.items(), key=lambda each: (rules.family_of(each[0]), each[1])):
            counted = found.setdefault(f"{source}:{rules.family_of(key)}", {})
            counted[reason.value] = counted.get(reason.value, 0) + 1
    return found

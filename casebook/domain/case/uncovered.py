"""Why the searches that were made do not cover an identity, for whoever signs for it. Calculated from coverage alone.

Each reason says what would have covered it: reading every result, making every planned search, or a plan without limit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain.case import record_checks as rules
from casebook.domain.case.coverage import PIVOTS, Terms, Variant, VariantFamily


class WhyUncovered(StrEnum):
    """The reasons in the order in which they are tested: the first that is true is given."""

    NOT_RETURNED = "not_returned"
    SOURCE_UNAVAILABLE = "source_unavailable"
    OTHERS_OF_THE_NAME = "others_of_the_name"
    NOT_WHOLE = "not_whole"
    NO_LONGER_SAID = "no_longer_said"
    BEYOND_BOUND = "beyond_bound"
    TOO_MANY = "too_many"
    PLANNED_NOT_SEARCHED = "planned_not_searched"
    BEYOND_PLAN_LIMIT = "beyond_plan_limit"
    SOURCE_DOES_NOT_COVER = "source_does_not_cover"
    NO_SEARCH_PLANNED = "no_search_planned"


# a family whose keys are counts of people or rows, and not variants -> why none of its keys is covered
COUNTED: Mapping[str, WhyUncovered] = {
    VariantFamily.SAME_NAME: WhyUncovered.OTHERS_OF_THE_NAME,
    VariantFamily.NOT_WHOLE: WhyUncovered.NOT_WHOLE,
}


@dataclass(frozen=True, kw_only=True)
class Made:
    """One search, as planned and as returned."""

    required: Sequence[str] = ()  # keys of the variants it was to cover, in order
    returned: bool = True
    available: bool = True
    by_machine: bool = False
    read: Sequence[Terms] = ()  # searched, and the result was read
    overflowed: Sequence[Terms] = ()  # searched, and the result had too many people to read
    planned: Sequence[Terms] = ()
    families: frozenset[VariantFamily] = frozenset()  # the families that one search of the source covers


def reasons(
    missing: Collection[str], variants: Mapping[str, Variant], made: Made, salt: str
) -> dict[str, WhyUncovered]:
    """Variant key -> why this search, which was to cover the variant, does not cover it."""
    if not made.returned:
        return dict.fromkeys(missing, WhyUncovered.NOT_RETURNED)
    if not made.available:
        return dict.fromkeys(missing, WhyUncovered.SOURCE_UNAVAILABLE)
    known = [key for key in missing if key in variants]
    why = {key: COUNTED.get(rules.family_of(key), WhyUncovered.NO_LONGER_SAID) for key in missing}
    why |= (
        {key: _of_machine(variants[key], made) for key in known}
        if made.by_machine
        else _by_hand(known, variants, made, salt)
    )
    return why


def beyond_bound(
    cut: Mapping[str, Variant], variants: Mapping[str, Variant], made: Made, salt: str
) -> dict[str, WhyUncovered]:
    """The variants beyond the policy's bound, which no search had to cover, that this search does not cover."""
    if not made.returned or not made.available:
        return reasons(cut, cut, made, salt)
    if made.by_machine:  # an automatic search covered every name that they depart from
        covered = {key for key, variant in cut.items() if variant.family in made.families and not made.overflowed}
    else:
        covered = rules.covered([*variants.values(), *cut.values()], made.read, made.families, salt) if cut else set()
    return {key: WhyUncovered.BEYOND_BOUND for key in cut if key not in covered}


def _of_machine(variant: Variant, made: Made) -> WhyUncovered:
    """The reason for an automatic search, which asks for everything the source can answer unless too many are found."""
    askable = variant.family in made.families or variant.family not in PIVOTS
    return WhyUncovered.TOO_MANY if made.overflowed and askable else WhyUncovered.SOURCE_DOES_NOT_COVER


def _by_hand(known: Collection[str], variants: Mapping[str, Variant], made: Made, salt: str) -> dict[str, WhyUncovered]:
    listed = list(variants.values())
    typed = [*made.read, *made.overflowed]
    asked = [variants[key] for key in made.required if key in variants]
    unlimited = [variant.terms for variant in rules.manual_plan(asked, len(asked))]
    # each list includes the one before it, so the first that covers a variant shows what was missing
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


def rows_missing(keys: Collection[str]) -> int:
    """How many rows of the source did not land, by what a search was to cover."""
    numbers = (key.partition(":")[2] for key in keys if rules.family_of(key) == VariantFamily.NOT_WHOLE)
    return sum(map(int, numbers))


def not_whole(rows: int) -> str:
    """What is said of a source of which so many rows did not land."""
    return f"not whole: {rows:,} {'row' if rows == 1 else 'rows'} did not land"


def by_family(why: Mapping[str, Mapping[str, WhyUncovered]]) -> dict[str, dict[str, int]]:
    """`source:family` -> reason -> number of variants, for people to read. `why`: source -> variant key -> reason."""
    families: dict[str, dict[str, int]] = {}
    for source, reasons_of in sorted(why.items()):
        for key, reason in sorted(reasons_of.items(), key=lambda item: (rules.family_of(item[0]), item[1])):
            counted = families.setdefault(f"{source}:{rules.family_of(key)}", {})
            number = int(key.partition(":")[2]) if reason in COUNTED.values() else 1
            counted[reason.value] = counted.get(reason.value, 0) + number
    return families

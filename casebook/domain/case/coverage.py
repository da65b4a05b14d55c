"""Which identities the searches must cover, and which of them the searches made so far do not cover.

A nil return proves nothing about an identity that no search covered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any


class VariantFamily(StrEnum):
    """The ways in which a record of a person may differ from what the application says about them."""

    AS_GIVEN = "as_given"
    FORMER_NAME = "former_name"
    ALIAS = "alias"
    CONFIRMED = "confirmed"  # as the record of a confirmed person has it
    NICKNAME = "nickname"
    SPELLING = "spelling"  # spelling and transliteration: Mohammed, Muhammad
    PUNCTUATION = "punctuation"  # hyphens, apostrophes, Mc and Mac, double-barrelled parts
    SWAPPED_NAMES = "swapped_names"
    MIDDLE_NAME = "middle_name"
    DAY_MONTH_SWAPPED = "day_month_swapped"
    DATE_SLIP = "date_slip"  # one digit of the date of birth is wrong
    YEAR_NEAR = "year_near"
    DATE_UNKNOWN = "date_unknown"
    ADDRESS = "address"
    PHONE = "phone"
    IDENTIFIER = "identifier"
    SAME_NAME = "same_name"  # no variant: bearers of the name whom no list has
    NOT_WHOLE = "not_whole"  # no variant: rows of the source that did not land


PIVOTS = frozenset({VariantFamily.ADDRESS, VariantFamily.PHONE, VariantFamily.IDENTIFIER})
NAMES = frozenset({VariantFamily.AS_GIVEN, VariantFamily.FORMER_NAME, VariantFamily.ALIAS, VariantFamily.CONFIRMED})


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The terms of a search. An empty field is not part of the search."""

    forename: str = ""
    surname: str = ""
    dob: str = ""  # ISO 8601, may be partial
    pivot: str = ""  # an address, postcode, phone or identifier

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Terms:
        """The terms of one search as it was planned or typed, and stored."""
        return cls(forename=row["forename"], surname=row["surname"], dob=row["dob"], pivot=row["pivot"])

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """The terms for comparing: differences in case and spaces do not make another search."""
        return tuple(" ".join(text.split()).casefold() for text in (self.forename, self.surname, self.dob, self.pivot))

    @cached_property
    def typed(self) -> tuple[str, ...]:
        """As `plain`, and also without spaces and punctuation in a postcode, address, phone number or identifier."""
        return (*self.plain[:3], "".join(filter(str.isalnum, self.plain[3])))


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One identity that the searches must cover."""

    forename: str = ""
    surname: str = ""
    dob: str = ""
    pivot: str = ""
    family: VariantFamily
    departs_from: (
        Terms  # the identity that this is a variant of; a name as given, an alias and a pivot have their own terms here
    )
    reason: str  # why it exists: the family's rule, never a value

    @cached_property
    def terms(self) -> Terms:
        return Terms(forename=self.forename, surname=self.surname, dob=self.dob, pivot=self.pivot)


@dataclass(frozen=True, kw_only=True)
class ReturnedSearch:
    """A search that returned: its terms, and the families of variants of these terms that the source covers."""

    terms: Terms
    families: frozenset[VariantFamily] = frozenset()


def uncovered(variants: Iterable[Variant], searches: Iterable[ReturnedSearch]) -> tuple[Variant, ...]:
    """The variants that no search covers, in the order given.

    A variant is covered by a search for its own terms, or by a search for the identity it departs from in a source that
    covers its family.
    """
    returned = tuple(searches)
    made = {search.terms.typed for search in returned}
    tolerated = {(search.terms.plain, family) for search in returned for family in search.families}
    return tuple(
        variant
        for variant in variants
        if variant.terms.typed not in made and (variant.departs_from.plain, variant.family) not in tolerated
    )

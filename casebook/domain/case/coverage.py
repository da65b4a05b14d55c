"""Which identities a search must cover, and which of them the searches made so far leave uncovered.

A nil return says nothing about an identity that no search covered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class VariantFamily(StrEnum):
    """The ways in which a record of one person differs from what we were told of them."""

    AS_GIVEN = "as_given"
    FORMER_NAME = "former_name"
    ALIAS = "alias"
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


PIVOTS = frozenset({VariantFamily.ADDRESS, VariantFamily.PHONE, VariantFamily.IDENTIFIER})
NAMES = frozenset({VariantFamily.AS_GIVEN, VariantFamily.FORMER_NAME, VariantFamily.ALIAS})


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is typed into a search. An empty field was not part of it."""

    forename: str = ""
    surname: str = ""
    dob: str = ""  # ISO 8601, may be partial
    pivot: str = ""  # an address, postcode, phone or identifier

    @property
    def plain(self) -> tuple[str, ...]:
        """For comparing: case and outer or doubled spaces do not make another search."""
        return tuple(" ".join(text.split()).casefold() for text in (self.forename, self.surname, self.dob, self.pivot))

    @property
    def typed(self) -> tuple[str, ...]:
        """As `plain`; nor do spaces and marks in a postcode, an address, a phone or an identifier."""
        return (*self.plain[:3], "".join(filter(str.isalnum, self.plain[3])))


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One identity to cover."""

    forename: str = ""
    surname: str = ""
    dob: str = ""
    pivot: str = ""
    family: VariantFamily
    departs_from: Terms  # the identity of which this is a variant; its own terms for a name as given, an alias, a pivot
    reason: str  # why it exists; names the family's rule, never a value

    @property
    def terms(self) -> Terms:
        return Terms(forename=self.forename, surname=self.surname, dob=self.dob, pivot=self.pivot)


@dataclass(frozen=True, kw_only=True)
class ReturnedSearch:
    """A search that returned: its terms, and the families of variants which that source covers of those terms."""

    terms: Terms
    families: frozenset[VariantFamily] = frozenset()


def uncovered(variants: Iterable[Variant], searches: Iterable[ReturnedSearch]) -> tuple[Variant, ...]:
    """The variants that no search covers, in their own order.

    A variant is covered by a search made under its terms, or by one made under the identity it departs from
    in a source that covers its family.
    """
    returned = tuple(searches)
    made = {search.terms.typed for search in returned}
    tolerated = {(search.terms.plain, family) for search in returned for family in search.families}
    return tuple(
        variant
        for variant in variants
        if variant.terms.typed not in made and (variant.departs_from.plain, variant.family) not in tolerated
    )

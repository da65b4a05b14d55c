"""Finding applications by the people in them: what was asked, how a person agrees with it, and who comes first.

A right name comes first whatever the birth date says: dates are misheard, and "no trace" of a right name has cost lives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from casebook.domain.vocabulary import Party


class AskedKind(StrEnum):
    """What somebody searches by."""

    REFERENCE = "reference"
    EXTERNAL_ID = "external_id"
    NAME = "name"
    BORN = "date_of_birth"
    POSTCODE = "postcode"
    PHONE = "phone"
    EMAIL = "email"
    IDENTIFIER = "identifier"
    CODE_WORD = "code_word"


class HowAgrees(StrEnum):
    """How a person agrees with one part of what was asked."""

    SAME = "same"
    OTHER_FORM = "other_form"  # of a name: a nickname, or another spelling
    SWAPPED = "swapped"  # forename and surname
    NEAR = "near"  # sounds alike, or one slip away
    PARTLY = "partly"  # one of two names, the district of a postcode, the known part of a date
    DIFFERS = "differs"
    NOT_KNOWN = "not_known"


class WhyUnused(StrEnum):
    """Why a part of what was asked cannot be searched by."""

    NOT_READ = "cannot_be_read"
    WRONG_LETTER = "wrong_check_letter"
    TOO_LITTLE = "too_little"  # a year of birth alone fits ten thousand people
    REPEATED = "given_twice"


@dataclass(frozen=True, kw_only=True)
class AskedPart:
    """One part of what was asked. Of a name: forename, surname, or one word that may be either."""

    kind: AskedKind
    text: str = ""
    forename: str = ""
    surname: str = ""


@dataclass(frozen=True, kw_only=True)
class PartAgrees:
    """How one part agrees. `other_name`: under an alias, a former name or the name of a confirmed record."""

    kind: AskedKind
    how: HowAgrees
    other_name: bool = False


@dataclass(frozen=True, kw_only=True)
class PersonAgrees:
    """One person of an application, and how they agree with every part that was asked."""

    person_id: str
    reference: str
    parts: tuple[PartAgrees, ...]

    @property
    def points(self) -> int:
        """How much speaks for this person; only for the order."""
        return sum(POINTS[part.kind].get(part.how, 0) - part.other_name for part in self.parts)


# The order in which they are listed. What differs weighs little: any one part may be misheard.
POINTS: Mapping[AskedKind, Mapping[HowAgrees, int]] = MappingProxyType({
    AskedKind.REFERENCE: {HowAgrees.SAME: 100},
    AskedKind.EXTERNAL_ID: {HowAgrees.SAME: 100},
    AskedKind.IDENTIFIER: {HowAgrees.SAME: 60, HowAgrees.DIFFERS: -6},
    AskedKind.PHONE: {HowAgrees.SAME: 50, HowAgrees.DIFFERS: -2},
    AskedKind.EMAIL: {HowAgrees.SAME: 50, HowAgrees.DIFFERS: -2},
    AskedKind.CODE_WORD: {HowAgrees.SAME: 40, HowAgrees.DIFFERS: -2},
    AskedKind.NAME: {
        HowAgrees.SAME: 40, HowAgrees.OTHER_FORM: 36, HowAgrees.SWAPPED: 34, HowAgrees.NEAR: 22, HowAgrees.PARTLY: 8,
        HowAgrees.DIFFERS: -10,
    },
    AskedKind.BORN: {HowAgrees.SAME: 30, HowAgrees.NEAR: 18, HowAgrees.PARTLY: 16, HowAgrees.DIFFERS: -8},
    AskedKind.POSTCODE: {HowAgrees.SAME: 20, HowAgrees.PARTLY: 8, HowAgrees.DIFFERS: -2},
})  # fmt: skip
DIFFERENT = frozenset({HowAgrees.DIFFERS, HowAgrees.NOT_KNOWN})
# parts of which one alone may show who somebody is
TELLING = frozenset(AskedKind) - {AskedKind.BORN, AskedKind.POSTCODE}
ENOUGH = 2  # parts that agree, if none of them tells


def is_hit(parts: Sequence[PartAgrees]) -> bool:
    """Whether a person is listed: one telling part agrees, or two others, or the only part that was asked."""
    agreeing = [part for part in parts if part.how not in DIFFERENT]
    alone = [part for part in agreeing if part.kind in TELLING and part.how is not HowAgrees.PARTLY]
    alone += agreeing if len(parts) == 1 and parts[0].kind not in TELLING else []
    return bool(alone) or len(agreeing) >= ENOUGH


def in_order(people: Iterable[PersonAgrees]) -> list[PersonAgrees]:
    """The people who are listed, best first; of two who agree alike, the newer application."""
    hits = sorted((person for person in people if is_hit(person.parts)), key=lambda person: person.person_id)
    hits.sort(key=lambda person: person.reference, reverse=True)
    return sorted(hits, key=lambda person: -person.points)


def how_born(asked: str, known: Sequence[str]) -> HowAgrees:
    """How a birth date agrees, whole or partial, with those that are known of a person."""
    if not known:
        return HowAgrees.NOT_KNOWN
    return min((_how_dates(asked, date) for date in known), key=list(HowAgrees).index)


def _how_dates(asked: str, known: str) -> HowAgrees:
    shorter, longer = sorted((asked, known), key=len)
    if asked == known:
        return HowAgrees.SAME
    if len(shorter) < len(longer) and longer.startswith(shorter):
        # whoever asks for a month finds everybody born in it; a year that is all we know agrees with any day of it
        return HowAgrees.SAME if shorter == asked else HowAgrees.PARTLY
    one, other = asked.split("-"), known.split("-")
    if len(one) == len(other) == len(("year", "month", "day")):
        slips = sum(a != b for a, b in zip(one, other, strict=True))
        swapped = one[0] == other[0] and one[1:] == other[:0:-1]
        return HowAgrees.NEAR if slips == 1 or swapped else HowAgrees.DIFFERS
    return HowAgrees.DIFFERS


def how_postcode(asked: tuple[str, str], known: Sequence[tuple[str, str]]) -> HowAgrees:
    """How a postcode agrees: whole and district of each. Whoever asks for a district alone gives no whole one."""
    if not known:
        return HowAgrees.NOT_KNOWN
    whole, outward = asked
    if (whole and any(whole == other for other, _ in known)) or (not whole and any(outward == d for _, d in known)):
        return HowAgrees.SAME
    return HowAgrees.PARTLY if outward and any(outward == district for _, district in known) else HowAgrees.DIFFERS


def how_one_of(asked: str, known: Sequence[str]) -> HowAgrees:
    """How a number, an address of e-mail or a code word agrees with those that are known."""
    if not known:
        return HowAgrees.NOT_KNOWN
    return HowAgrees.SAME if asked in known else HowAgrees.DIFFERS


class ContactCaution(StrEnum):
    """What whoever finds somebody must know before they ring them."""

    NEVER = "never"  # B, who must not learn of it
    NO_PLAN = "no_safe_contact"
    BY_PLAN = "only_by_plan"


def contact_caution(party: Party | None, channel: str | None) -> ContactCaution:
    """Whether somebody may be contacted at all. Without a plan that has a channel nobody is."""
    if party is Party.B:
        return ContactCaution.NEVER
    return ContactCaution.BY_PLAN if channel else ContactCaution.NO_PLAN

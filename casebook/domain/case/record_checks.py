"""When record checks are adequate: which searches to make, what they cover, and the signs about the applicant.

The rules answer a real case: a subject was searched twice under one wrong birth date, and a nil return cleared him
(IOPC, 2018).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from casebook.domain.actors import Reason
from casebook.domain.case import coverage
from casebook.domain.case.coverage import ReturnedSearch, Terms, Variant, VariantFamily
from casebook.domain.vocabulary import MatchBand
from casebook.values import contact, fillers, identifiers
from casebook.values.addresses import address
from casebook.values.text import squeezed

DATES = frozenset(
    {VariantFamily.DAY_MONTH_SWAPPED, VariantFamily.DATE_SLIP, VariantFamily.YEAR_NEAR, VariantFamily.DATE_UNKNOWN}
)

# the order of a manual plan: as given, without a date, other names, as a confirmed record has it, swapped, identifier, last
# address (its postcode, and its lines: a record may lack either)
PLANNED = (
    VariantFamily.AS_GIVEN, VariantFamily.DATE_UNKNOWN, VariantFamily.ALIAS, VariantFamily.FORMER_NAME,
    VariantFamily.CONFIRMED, VariantFamily.SWAPPED_NAMES, VariantFamily.IDENTIFIER, VariantFamily.ADDRESS,
)  # fmt: skip
_ONE_OF = frozenset({VariantFamily.DATE_UNKNOWN, VariantFamily.SWAPPED_NAMES})  # of these the first will do

# attempts at an automatic source before a researcher is asked to search it by hand: those of two runs, a sweep apart
FAILURES_BEFORE_A_PERSON = 6


class SearchResult(StrEnum):
    HIT = "hit"
    NIL = "nil"
    UNAVAILABLE = "unavailable"


class RowResult(StrEnum):
    """The result of one search of a manual source. If there are too many people to read, it covers nothing."""

    HIT = "hit"
    NIL = "nil"
    TOO_MANY = "too_many"


class MatchVerdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    CANNOT_TELL = "cannot_tell"  # a second person looks at it, and it counts as uncertainty


def variant_key(variant: Variant, salt: str) -> str:
    """A key for a variant that does not reveal it: its family, and a digest salted with the application's reference."""
    terms = "\x1f".join((*variant.terms.plain, *variant.departs_from.plain))
    return f"{variant.family}:{hashlib.blake2b(terms.encode(), key=salt.encode()[:64], digest_size=6).hexdigest()}"


def family_of(key: str) -> str:
    return key.partition(":")[0]


def manual_plan(variants: Sequence[Variant], at_most: int) -> list[Variant]:
    """The searches to make by hand, in order. The variants that they do not cover must be listed and signed for."""
    planned: list[Variant] = []
    for family in PLANNED:
        of_family = [variant for variant in variants if variant.family is family]
        planned += of_family[:1] if family in _ONE_OF else of_family
    # if only a date slip or a spelling is new, it gets a search of its own
    planned += [variant for variant in variants if variant.family not in PLANNED][: 0 if planned else at_most]
    return planned[:at_most]


def bounded(variants: Mapping[str, Variant], at_most: int) -> tuple[dict[str, Variant], dict[str, Variant]]:
    """The first variants, by key, which are searched, and the others, which must be listed and signed for."""
    items = list(variants.items())
    return dict(items[:at_most]), dict(items[at_most:])


def age_range(variant: Variant, years: int) -> int | None:
    """The years either side of the age to type in a source that is searched by age. None: the variant needs no age."""
    return None if variant.dob or variant.pivot else years


def covered(
    variants: Sequence[Variant], made: Iterable[Terms], families: frozenset[VariantFamily], salt: str
) -> set[str]:
    """Keys of the variants that searches for these terms cover in a source that tolerates these families.

    A search without a date of birth also covers every date of birth of the names that were searched.
    """
    searches = [search for terms in made for search in _with_dates(terms, variants, families)]
    missing = set(coverage.uncovered(variants, searches))
    return {variant_key(variant, salt) for variant in variants if variant not in missing}


def _with_dates(
    terms: Terms, variants: Sequence[Variant], families: frozenset[VariantFamily]
) -> Iterable[ReturnedSearch]:
    yield ReturnedSearch(terms=terms, families=families)
    if terms.dob or not (terms.forename or terms.surname):
        return
    names = terms.plain[:2]
    for dob in {t.dob for v in variants for t in (v.terms, v.departs_from) if t.dob and t.plain[:2] == names}:
        yield ReturnedSearch(terms=replace(terms, dob=dob), families=families | DATES)


def is_stale(returned_at: datetime, now: datetime, fresh_days: int) -> bool:
    """Whether a return is older than the policy allows for a decision."""
    return now - returned_at > timedelta(days=fresh_days)


def worth_reading(bands: Iterable[str]) -> bool:
    """Whether a candidate with one of these match bands is shown to a person."""
    return any(band in {MatchBand.STRONG, MatchBand.POSSIBLE} for band in bands)


def is_settled(verdict: str | None, second_agrees: bool | None) -> bool:  # noqa: FBT001 - a pair of facts
    """Whether a candidate is settled: two people agree, also that it is the same person. Both errors do harm."""
    return verdict is not None and second_agrees is True


def why_not_adequate(uncovered: Collection[str], listed: Collection[str]) -> Reason | None:
    """A reason if an identity is not covered and the signer did not list it."""
    if unnamed := sorted(set(uncovered) - set(listed)):
        return Reason(
            "uncovered_not_listed", f"these identities are not covered, and you must list them: {', '.join(unnamed)}"
        )
    return None


class SignCode(StrEnum):
    """Signs that the applicant may be B, act for B, or be the abuser."""

    MAY_BE_SUBJECT = "applicant_may_be_subject"  # one person in the records matches both
    SUSPECT_AGAINST_SUBJECT = "suspect_against_subject"  # our records name A as suspect and B as victim
    SHARES_CONTACT = "shares_contact_with_subject"  # phone or e-mail
    SHARES_ADDRESS = "shares_address_with_subject"  # although nobody says that they live together
    SAME_NAME_AND_BIRTH = "same_name_and_birth_as_subject"


@dataclass(frozen=True, kw_only=True)
class KnownParty:
    """What the application says about one party, for comparing."""

    forename: str = ""
    surname: str = ""
    dob: str = ""
    address: str = ""
    postcode: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class OwnRecord:
    """One of our records: who is the suspect, and who is the victim."""

    person_id: str
    victim_id: str = ""


def signs_about_applicant(
    applicants: Sequence[KnownParty],
    subject: KnownParty,
    *,
    living_together: bool,
    strong: Mapping[str, Collection[str]],
    likely: Mapping[str, Collection[str]],
    records: Iterable[OwnRecord],
) -> list[SignCode]:
    """Signs about the applicant. `applicants`: A, and C if C applies. `strong`, `likely`: party -> ids of matching people.

    A person who likely matches both A and B is often one of a couple with one name and address: only a strong match counts.
    """
    mine, theirs = set(likely.get("a", ())), set(likely.get("b", ()))
    signs: set[SignCode] = set()
    if set(strong.get("a", ())) & set(strong.get("b", ())):
        signs.add(SignCode.MAY_BE_SUBJECT)
    if any(record.person_id in mine and record.victim_id in theirs for record in records):
        signs.add(SignCode.SUSPECT_AGAINST_SUBJECT)
    for applicant in applicants:
        if _same(applicant, subject, "phone") or _same(applicant, subject, "email"):
            signs.add(SignCode.SHARES_CONTACT)
        same_address = _same(applicant, subject, "address") and _same(applicant, subject, "postcode", or_empty=True)
        if not living_together and same_address:
            signs.add(SignCode.SHARES_ADDRESS)
        if all(_same(applicant, subject, name) for name in ("forename", "surname", "dob")):
            signs.add(SignCode.SAME_NAME_AND_BIRTH)
    return sorted(signs)


def _same(one: KnownParty, other: KnownParty, name: str, *, or_empty: bool = False) -> bool:
    left, right = (_bare(getattr(party, name), name) for party in (one, other))
    return (or_empty and not (left and right)) or bool(left and left == right)


def _bare(text: str, name: str) -> str:
    match name:
        case "phone":
            return contact.phone(text)
        case "email":
            return contact.email(text)
        case "address":
            return address(text)
        case "postcode":
            return identifiers.postcode(text)[0]
    return "" if fillers.is_filler(text) else squeezed(text)


@dataclass(frozen=True, kw_only=True)
class MeetingFacts:
    """A meeting with the applicant, or an attempt to locate A, as it is reported."""

    held: bool
    reason: str | None  # why it was not held
    new_date: datetime | None  # when it is tried again; None: it cannot be held
    evidence: Collection[str] | None  # kinds of document seen; None: no identity is proved here


def why_not_as_reported(meeting: MeetingFacts, now: datetime) -> Reason | None:
    """A reason if the report of a meeting contradicts itself, or leaves out what it needs."""
    if meeting.held == bool(meeting.reason) or (meeting.held and meeting.new_date is not None):
        return Reason(
            "held_or_reason",
            "say that it was held, or give exception_reason to say why not: one of the two",
        )
    if meeting.new_date is not None and meeting.new_date <= now:
        return Reason("date_passed", "new_date must be later than now")
    if meeting.held and meeting.evidence is not None and not meeting.evidence:
        return Reason("evidence_missing", "say in identity_evidence which document proved their identity")
    return None

"""How applicants fill in applications: what they know, partly know and leave out, and when contact is safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from casebook.demo import numbers
from casebook.demo.dice import chance, pick
from casebook.demo.names import words
from casebook.demo.spellings import SURNAMES, misspelt, other_form, partial, slipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from random import Random

    from casebook.demo.people import Human

    Row = dict[str, str]

LONDON = ZoneInfo("Europe/London")
PERSON = words("forename middle_names surname former_names aliases dob sex address postcode phone email")
_SAFE = words("safe_channel safe_days safe_from safe_until safe_voicemail code_word interpreter")
COLUMNS = (
    *("external_id", "submitted_at", "route", "applicant", "concern", "immediate_danger"),
    *(f"{party}_{column}" for party in "abc" for column in PERSON),
    *("b_dob_certainty", "b_pnc_id", "b_cro"),
    *("relationship", "relationship_started", "relationship_ended", "living_together", "pregnant", "children"),
    *_SAFE,
    *(f"a_{column}" for column in _SAFE),
)


def statement(rng: Random, party: str, human: Human) -> Row:
    """The columns of one person, all correct."""
    return {
        f"{party}_{column}": value
        for column, value in {
            "forename": human.forename,
            "middle_names": human.middle,
            "surname": human.surname,
            "former_names": human.former,
            "aliases": ";".join(human.aliases),
            "dob": human.born.isoformat(),
            "sex": human.sex,
            "address": human.home.address,
            "postcode": human.home.postcode,
            "phone": numbers.phone(rng),
            "email": numbers.email(rng, human.forename, human.surname) if chance(rng, 0.6) else "",
        }.items()
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class HalfKnown:
    """One way of partly knowing who B is: the columns it changes."""

    share: int
    tell: Callable[[Random, Human], Row]


def _wrong_dob(rng: Random, b: Human) -> Row:
    return {"b_dob": slipped(rng, b.born).isoformat(), "b_dob_certainty": pick(rng, ("exact", "approximate"))}


def _age_only(rng: Random, b: Human) -> Row:
    return {"b_dob": partial(rng, b.born), "b_dob_certainty": "approximate"}


def _no_dob(_rng: Random, _b: Human) -> Row:
    return {"b_dob": "", "b_dob_certainty": "unknown"}


def _short_name(rng: Random, b: Human) -> Row:
    return {"b_forename": other_form(rng, b.forename), "b_middle_names": "", "b_dob_certainty": "exact"}


def _by_ear(rng: Random, b: Human) -> Row:
    heard = other_form(rng, b.surname, SURNAMES)
    return {"b_surname": heard if heard != b.surname else misspelt(rng, b.surname), "b_dob_certainty": "exact"}


def _as_he_calls_himself(rng: Random, b: Human) -> Row:
    if not b.aliases:
        return _short_name(rng, b)
    forename, _, surname = b.aliases[0].partition(" ")
    return {"b_forename": forename, "b_surname": surname, "b_aliases": "", **_wrong_dob(rng, b)}


def _lost_address(_rng: Random, _b: Human) -> Row:
    return {"b_address": "", "b_postcode": "", "b_phone": "", "b_email": "", "b_dob_certainty": "exact"}


def _nothing_doubted(_rng: Random, _b: Human) -> Row:
    return {"b_dob_certainty": "exact"}


def _contradiction(_rng: Random, _b: Human) -> Row:
    return {"b_dob": "", "b_dob_certainty": "exact"}


DOUBTS = (
    HalfKnown(share=40, tell=_nothing_doubted),
    HalfKnown(share=14, tell=_wrong_dob),
    HalfKnown(share=10, tell=_age_only),
    HalfKnown(share=6, tell=_no_dob),
    HalfKnown(share=10, tell=_short_name),
    HalfKnown(share=7, tell=_by_ear),
    HalfKnown(share=5, tell=_as_he_calls_himself),
    HalfKnown(share=5, tell=_lost_address),
    HalfKnown(share=3, tell=_contradiction),
)
_DOUBTS = tuple(doubt for doubt in DOUBTS for _ in range(doubt.share))


def doubtfully(rng: Random, b: Human) -> Row:
    """The columns of B as an applicant would describe them."""
    return {**statement(rng, "b", b), "b_phone": "", "b_email": "", **pick(rng, _DOUBTS).tell(rng, b)}


_CODE_WORDS = ("marigold", "blue kettle", "Aunt Vera", "library book", "")
_LANGUAGES = ("", "", "", "", "", "", "Polish", "Urdu", "Romanian", "Arabic", "British Sign Language")
_PLANS: tuple[Row, ...] = (
    {"safe_channel": "phone", "safe_days": "mon;wed;fri", "safe_from": "09:30", "safe_until": "14:30"},
    {"safe_channel": "phone", "safe_days": "tue;thu", "safe_from": "10:00;18:30", "safe_until": "12:00;20:00"},
    {"safe_channel": "text", "safe_days": "mon;tue;wed;thu;fri", "safe_from": "12:00", "safe_until": "13:00"},
    {"safe_channel": "email", "safe_days": "mon;tue;wed;thu;fri;sat;sun", "safe_from": "00:00", "safe_until": "23:59"},
    {"safe_channel": "in_person", "safe_days": "tue", "safe_from": "15:10", "safe_until": "15:40"},
    {"safe_channel": "through_agency", "safe_days": "mon;tue;wed;thu;fri", "safe_from": "09:00", "safe_until": "17:00"},
)
_NO_PLAN = dict.fromkeys(_SAFE, "")
_POOR_PLANS: tuple[Row, ...] = (
    {},
    {"safe_channel": "phone"},  # no day, no hour
    {"safe_channel": "phone", "safe_days": "mon", "safe_from": "18:00", "safe_until": "09:00", "safe_voicemail": "yes"},
    {"safe_channel": "text", "safe_days": "sat;sun", "safe_from": "10:00;14:00", "safe_until": "11:00"},
)


def safe_contact(rng: Random, *, poor: float = 0.1) -> Row:
    """A usable safe-contact plan; now and then one that is missing or contradicts itself."""
    if chance(rng, poor):
        return {**_NO_PLAN, **pick(rng, _POOR_PLANS)}
    return {
        **_NO_PLAN,
        "safe_voicemail": pick(rng, ("no", "no", "no", "yes")),
        "code_word": pick(rng, _CODE_WORDS),
        "interpreter": pick(rng, _LANGUAGES),
        **pick(rng, _PLANS),
    }


def for_a(plan: Row) -> Row:
    return {f"a_{column}": value for column, value in plan.items()}


def moment(when: datetime) -> str:
    return when.astimezone(LONDON).isoformat(timespec="seconds")

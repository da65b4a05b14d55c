"""PNC and CRO numbers, postcodes and dates of birth: which are valid, and the canonical form in which each is compared.

A value with a wrong check letter has no canonical form: it is stored as given and is not used for matching.
The rules are those of the Ministry of Justice's person-record service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from casebook.values.addresses import address
from casebook.values.dates import FILLER_DATES
from casebook.values.text import KEPT, plain_signs, squeezed

LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
LONGEST = 40  # characters; every identifier is much shorter
FIRST_YEAR = 1900

PNC = re.compile(r"([0-9]{2}|[0-9]{4})/([0-9]{1,7})([A-Z])")
UNSLASHED_PNC = re.compile(r"([0-9]{3,11})([A-Z])")
CRO = re.compile(r"([0-9]{1,6})/([0-9]{2})([A-Z])")
SEARCH_FILE_CRO = re.compile(r"SF([0-9]{2})/([0-9]{1,6})([A-Z])")
POSTCODE = re.compile(r"[A-Z][A-HJ-Y]?[0-9][A-Z0-9]?[0-9][A-Z]{2}|GIR0A{2}")
_AMONG_WORDS = re.compile(r"(?<![A-Z0-9])[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}(?![A-Z0-9])")  # SN1 2AB, Swindon
DATE_OF_BIRTH = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
OTHER_DATE = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2,4}|[0-9]{4}([-/.])[0-9]{1,2}(?:\2[0-9]{1,2})?")

NO_CRO = "000000/00Z"
NO_PNC = "2000/0000000"
# Serial 0 has the form of a number in every year, and is nobody's: it is no evidence of who somebody is.
NO_SERIAL = re.compile(r"0+/[0-9]{2}[A-Z]|SF[0-9]{2}/0+[A-Z]|[0-9]{4}/0+[A-Z]")
# Postcodes that stand for no place: no fixed abode in the Ministry of Justice's records (NF1), and the pseudo-postcodes
# of the NHS for no fixed abode, not known and every foreign country (ZZ99, Hospital Episode Statistics, field HOMEADD).
# The others are what forms and testers write: no real postcode has those letters.
NO_POSTCODE = re.compile(
    r"NF1[0-9A-Z]*|ZZ[0-9A-Z]*|NFA|AA?1+AA|XX?[0-9]+XX|(?:AA|NN|QQ|TT)(?P<d>[0-9])(?P=d)*[A-Z]{2}|0+|9+|X+"
)


class IdentifierKind(StrEnum):
    PNC = "pnc"
    CRO = "cro"
    POSTCODE = "postcode"
    DATE_OF_BIRTH = "date_of_birth"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Identifier:
    value: str  # as given
    kind: IdentifierKind
    canonical: str | None = None  # None: not to be used for matching
    reason: str | None = None  # why there is no canonical form

    @property
    def evidence(self) -> str | None:
        """The canonical form, if it can tell who somebody is."""
        return None if self.canonical is None or NO_SERIAL.fullmatch(self.canonical) else self.canonical

    @property
    def valid(self) -> bool:
        return self.canonical is not None


def check(value: str, this_year: int) -> Identifier:
    """The kind and canonical form of a value. If it fits two kinds, the first that is valid counts, in the order below."""
    readings = [
        reading
        for reading in (
            check_cro(value),
            check_pnc(value, this_year),
            check_postcode(value),
            check_date_of_birth(value, this_year),
        )
        if reading is not None
    ]
    if not readings:
        return _unrecognised(value, this_year)
    # a filler has the form of a number but means that there is none: it is not read as another kind
    return next((reading for reading in readings if reading.valid or reading.reason == "filler"), readings[0])


def check_pnc(value: str, this_year: int) -> Identifier | None:
    """The value as a PNC number; None if it does not have the form of one."""
    readings = [_pnc(value, *parts, this_year=this_year) for parts in _pnc_parts(_trimmed(value))]
    return next((reading for reading in readings if reading.valid), readings[0] if readings else None)


def check_cro(value: str) -> Identifier | None:
    """The value as a CRO number; None if it does not have the form of one."""
    text = _trimmed(value)
    if found := CRO.fullmatch(text):
        serial, year, letter = found[1].zfill(6), found[2], found[3]
        canonical, right = f"{serial}/{year}{letter}", check_letter(year + serial) == letter
    elif found := SEARCH_FILE_CRO.fullmatch(text):
        # the serial of a search file is not padded, neither when it is written nor when its letter is worked out
        canonical, right = text, check_letter(found[1] + found[2]) == found[3]
    else:
        return None
    if canonical == NO_CRO:
        return Identifier(value=value, kind=IdentifierKind.CRO, reason="filler")
    return _lettered(value, IdentifierKind.CRO, canonical, right=right)


def check_postcode(value: str) -> Identifier | None:
    """The value as a postcode, canonically in capitals without a space; None if it does not have the form of one."""
    text = "".join(value.split())
    if len(value) > LONGEST or not text.isascii() or not POSTCODE.fullmatch(text.upper()):
        return None
    if NO_POSTCODE.fullmatch(text.upper()):
        return Identifier(value=value, kind=IdentifierKind.POSTCODE, reason="filler")
    return Identifier(value=value, kind=IdentifierKind.POSTCODE, canonical=text.upper())


@lru_cache(KEPT)
def postcode(written: str) -> tuple[str, str]:
    """A postcode as it is compared and, if it is a whole British one, its outward part; empty for a filler."""
    plain = squeezed(written)
    if not POSTCODE.fullmatch(plain) and len(among := _AMONG_WORDS.findall(plain_signs(written).upper())) == 1:
        plain = squeezed(among[0])
    if not plain or NO_POSTCODE.fullmatch(plain) or not address(written):
        return "", ""
    return plain, plain[:-3] if POSTCODE.fullmatch(plain) else ""


def check_date_of_birth(value: str, this_year: int) -> Identifier | None:
    """The value as a date of birth in ISO 8601, which may be only a month or a year; None if it is not a date."""
    text = _trimmed(value)
    if not (found := DATE_OF_BIRTH.fullmatch(text)):
        return _date_fault(value, "not_iso_8601") if OTHER_DATE.fullmatch(text) else None
    year, month, day = (int(part or 1) for part in found.groups())
    if not FIRST_YEAR <= year <= this_year:
        return _date_fault(value, "year_out_of_range")
    try:
        date(year, month, day)
    except ValueError:
        return _date_fault(value, "impossible_date")
    if text in FILLER_DATES:
        return _date_fault(value, "filler")
    return Identifier(value=value, kind=IdentifierKind.DATE_OF_BIRTH, canonical=text)


def check_letter(digits: str) -> str:
    return LETTERS[int(digits) % len(LETTERS)]


def _pnc_parts(text: str) -> list[tuple[str, str, str]]:
    """Year, serial and letter. Without a slash a short year is tried first, as the person-record service does."""
    if match := PNC.fullmatch(text):
        return [(match[1], match[2], match[3])]
    if match := UNSLASHED_PNC.fullmatch(text):
        digits, letter = match[1], match[2]
        return [(digits[:at], digits[at:], letter) for at in (2, 4) if 1 <= len(digits) - at <= 7]  # noqa: PLR2004 - a serial
    return []


def _pnc(value: str, year: str, serial: str, letter: str, *, this_year: int) -> Identifier:
    full = _full_year(int(year), this_year) if len(year) == len("YY") else int(year)
    if not FIRST_YEAR <= full <= this_year:
        return Identifier(value=value, kind=IdentifierKind.PNC, reason="year_out_of_range")
    serial = serial.zfill(7)
    if f"{full}/{serial}" == NO_PNC:
        return Identifier(value=value, kind=IdentifierKind.PNC, reason="filler")
    right = check_letter(year[-2:] + serial) == letter
    return _lettered(value, IdentifierKind.PNC, f"{full}/{serial}{letter}", right=right)


def _full_year(two_digits: int, this_year: int) -> int:
    return (2000 if two_digits <= this_year % 100 else 1900) + two_digits


def _lettered(value: str, kind: IdentifierKind, canonical: str, *, right: bool) -> Identifier:
    if right:
        return Identifier(value=value, kind=kind, canonical=canonical)
    return Identifier(value=value, kind=kind, reason="wrong_check_letter")


def _date_fault(value: str, reason: str) -> Identifier:
    return Identifier(value=value, kind=IdentifierKind.DATE_OF_BIRTH, reason=reason)


def _unrecognised(value: str, this_year: int) -> Identifier:
    text = value.strip()
    if not text or len(text) > LONGEST:
        return Identifier(value=value, kind=IdentifierKind.UNKNOWN, reason="too_long" if text else "empty")
    if text.isascii() and (capital := check_cro(text.upper()) or check_pnc(text.upper(), this_year)):
        return Identifier(value=value, kind=capital.kind, reason="letter_not_capital")
    return Identifier(value=value, kind=IdentifierKind.UNKNOWN, reason="unrecognised")


def _trimmed(value: str) -> str:
    """The value without outer spaces; empty if it is too long for any identifier."""
    text = value.strip()
    return text if len(text) <= LONGEST else ""

"""What the words of a search are: a reference, a date, a postcode, a telephone number and so on; the rest is a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from casebook.domain.case.finding import AskedKind, AskedPart
from casebook.values import contact, dates, identifiers, names

REFERENCE = re.compile(r"CL-\d{4}-\d{6}", re.IGNORECASE | re.ASCII)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE = re.compile(r"\+?[\d\s()./-]+", re.ASCII)
_DISTRICT = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?", re.ASCII | re.IGNORECASE)
# a number alone is a year, or a day without signs between its parts; five digits could be a spreadsheet's count of days
_DATE = re.compile(r"(?:18|19|20)\d{2}|\d{6}|\d{8}|(?=.*\d)(?=.*[^\d]).+")
_FEWEST_DIGITS = 9  # of a telephone number among other words
_MOST_WORDS = 6  # in one date or telephone number


def recognised(text: str, this_year: int) -> list[AskedPart]:
    """The parts of free words, each of the longest stretch that can be read as one; what is left is one name."""
    words = text.split()
    parts, left, at = list[AskedPart](), list[str](), 0
    while at < len(words):
        part, length = _longest(words[at : at + _MOST_WORDS], this_year)
        if part is None:
            left.append(words[at])
        else:
            parts.append(part)
        at += length
    return [*parts, *_named(left)]


def _longest(words: Sequence[str], this_year: int) -> tuple[AskedPart | None, int]:
    for length in range(len(words), 0, -1):
        stretch = " ".join(words[:length]).strip(",;")
        if (kind := _kind(stretch, this_year)) is not None:
            return AskedPart(kind=kind, text=stretch), length
    # no name has a digit in it: an id of another system, or a number that cannot be read
    other = any(map(str.isdigit, words[0]))
    return (AskedPart(kind=AskedKind.EXTERNAL_ID, text=words[0].strip(",;")) if other else None), 1


def _kind(text: str, this_year: int) -> AskedKind | None:  # noqa: PLR0911 - one return for each kind, the surest first
    if not text:
        return None
    if REFERENCE.fullmatch(text):
        return AskedKind.REFERENCE
    if _EMAIL.fullmatch(text):
        return AskedKind.EMAIL
    if " " not in text and (identifiers.check_cro(text.upper()) or identifiers.check_pnc(text.upper(), this_year)):
        return AskedKind.IDENTIFIER
    if identifiers.check_postcode(text) or _DISTRICT.fullmatch(text):
        return AskedKind.POSTCODE
    if _is_date(text, this_year):
        return AskedKind.BORN
    return AskedKind.PHONE if _is_phone(text, this_year) else None


def _is_date(text: str, this_year: int) -> bool:
    return _DATE.fullmatch(text) is not None and bool(dates.of_birth(text, this_year).iso)


def _is_phone(text: str, this_year: int) -> bool:
    """Whether all of it is one telephone number, and not a date with a number after it."""
    if not _PHONE.fullmatch(text) or sum(map(str.isdigit, text)) < _FEWEST_DIGITS:
        return False
    first = text.split(maxsplit=1)[0]
    return not _is_date(first, this_year) and contact.phone(text).startswith("+")


def _named(words: Sequence[str]) -> Iterator[AskedPart]:
    if not words:
        return
    forename, surname = names.split_full(" ".join(words))
    if forename:
        yield AskedPart(kind=AskedKind.NAME, forename=forename, surname=surname)
    else:
        yield AskedPart(kind=AskedKind.NAME, text=surname)

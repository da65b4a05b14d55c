"""Reads the cells of a register: plain text, days, dates of birth, and what is doubtful about them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum
from functools import lru_cache

BORN_FROM = 1900
FILLERS = frozenset(
    "UNKNOWN UNK NK NA NONE NULL TBC TBA NOTKNOWN NOTGIVEN NONAME UNNAMED X XX XXX TEST".split()  # noqa: SIM905 - reads better
)
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
FILLER_DATES = frozenset({"1900-01-01", "1970-01-01"})


class RegisterDoubt(StrEnum):
    """What is doubtful about a row."""

    UNREADABLE_DATE = "unreadable_date"
    DATE_NOT_ISO = "date_not_iso"
    IMPOSSIBLE_DATE = "impossible_date"
    OUT_OF_TIME = "date_out_of_time"
    DATES_SWAPPED = "decided_before_received"
    DISCLOSED_EARLY = "disclosed_before_decided"
    UNKNOWN_CODE = "unknown_code"
    UNKNOWN_SOURCE = "unknown_source"
    FILLER = "filler"
    MISSING_PERSON = "missing_person"
    MISSING = "missing"
    REPAIRED = "text_repaired"
    NOT_UTF8 = "not_utf8"
    UNDECODABLE = "undecodable"
    CELLS = "wrong_number_of_cells"
    OPEN_QUOTE = "open_quote"
    BLANK_ROW = "blank_row"


@lru_cache(200_000)  # the same names are in every list
def plain(text: str) -> str:
    """The text in upper case, without accents and punctuation, with single spaces; empty if it is a filler."""
    folded = unicodedata.normalize("NFKD", re.sub(r"['`\u2018\u2019]", "", text).upper())
    kept = "".join(sign if sign.isalnum() else "" if unicodedata.combining(sign) else " " for sign in folded)
    words = kept.split()
    return (
        "" if "".join(words) in FILLERS else " ".join(word for word in words if word not in FILLERS or len(word) == 1)
    )


def is_filler(text: str) -> bool:
    return "".join(plain(text).split()) == ""


def day_of(text: str) -> tuple[date | None, RegisterDoubt | None]:
    """The full date in a cell, and what is doubtful about how it is written."""
    if not text:
        return None, None
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", text, re.ASCII):
        parts, doubt = found.groups(), None
    elif found := re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?: .*)?", text, re.ASCII):
        parts, doubt = (found[4], found[3], found[1]), RegisterDoubt.DATE_NOT_ISO
    elif (found := re.fullmatch(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})", text, re.ASCII)) and (
        month := _month(found[2])
    ):
        parts, doubt = (found[3], month, found[1]), RegisterDoubt.DATE_NOT_ISO
    else:
        return None, RegisterDoubt.UNREADABLE_DATE
    try:
        return date(*(int(part) for part in parts)), doubt
    except ValueError:
        return None, RegisterDoubt.IMPOSSIBLE_DATE


def _month(name: str) -> str | None:
    """The number of a month, from its English name or the first letters of it."""
    return next((str(number) for number, month in enumerate(MONTHS, start=1) if month.startswith(name.lower())), None)


def birth_date(text: str, today: date) -> tuple[str, RegisterDoubt | None]:
    """A date of birth in ISO form, which may be partial; empty if it is not possible."""
    if text in FILLER_DATES or (text and is_filler(text)):
        return "", RegisterDoubt.FILLER
    if found := re.fullmatch(r"(\d{4})(?:-(\d{2}))?", text, re.ASCII):
        year, month = int(found[1]), int(found[2] or 1)
        possible = BORN_FROM < year <= today.year and 1 <= month <= len(MONTHS)
        return (text, None) if possible else ("", RegisterDoubt.IMPOSSIBLE_DATE)
    day, doubt = day_of(text)
    if day and not BORN_FROM <= day.year <= today.year:
        return "", RegisterDoubt.OUT_OF_TIME
    return (day.isoformat() if day else ""), doubt


@lru_cache(200_000)
def digits(phone: str) -> str:
    number = re.sub(r"\D", "", phone)
    return number.removeprefix("44").removeprefix("0") if len(number) > 6 else ""  # noqa: PLR2004 - fewer: not a number


def parts_differing(one: str, other: str) -> int | None:
    """How many of year, month and day differ between two birth dates, if both are known; None: nothing to compare."""
    mine, theirs = one.split("-"), other.split("-")
    if not (one and other):
        return None
    return sum(left != right for left, right in zip(mine, theirs, strict=False))


def slip(one: str, other: str) -> bool:
    """Whether two birth dates differ by a typing error: one digit, two digits swapped, day and month swapped, a near year."""
    if one == other or len(one) != len(other) or not one:
        return False
    wrong = [at for at in range(len(one)) if one[at] != other[at]]
    exchanged = sorted(one) == sorted(other) and len(wrong) == 2  # noqa: PLR2004 - two places
    turned = "-".join((one[:4], one[8:10], one[5:7])) == other
    return len(wrong) == 1 or exchanged or turned or (one[4:] == other[4:] and abs(int(one[:4]) - int(other[:4])) <= 2)  # noqa: PLR2004 - years

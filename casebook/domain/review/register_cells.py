"""Reads the cells of a register: plain text, days, dates of birth, and what is doubtful about them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import lru_cache

from casebook.values import dates, fillers, text
from casebook.values.dates import DateFault, ReadDate


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
    HEADER_AGAIN = "header_again"
    ABOVE_HEADER = "above_header"
    NO_APPLICATION = "no_application"
    FORMULA = "formula_without_value"
    OF_APPLICANT = "of_applicant"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many_items"


DATE_DOUBTS = {
    DateFault.FILLER: RegisterDoubt.FILLER,
    DateFault.UNREADABLE: RegisterDoubt.UNREADABLE_DATE,
    DateFault.IMPOSSIBLE: RegisterDoubt.IMPOSSIBLE_DATE,
    DateFault.OUT_OF_RANGE: RegisterDoubt.OUT_OF_TIME,
}


@lru_cache(text.KEPT)  # the same names are in every list
def plain(written: str) -> str:
    """The text as it is compared, without the words that are fillers; empty if it is one."""
    folded = text.folded(written)
    if fillers.is_filler(written):
        return ""
    return " ".join(word for word in folded.split() if len(word) == 1 or not fillers.is_filler(word))


def sentence(written: str) -> str:
    """A text of many words as it is compared; empty if it is a filler."""
    return "" if fillers.may_be_filler(written) else text.folded(written)


def day_of(written: str, *, latest: date) -> tuple[date | None, RegisterDoubt | None]:
    """The day in a cell, and what is doubtful about it. A month or a year alone is no day."""
    read = dates.read(written, latest=latest)
    if read.iso and read.day is None:
        return None, RegisterDoubt.UNREADABLE_DATE
    return read.day, _doubt(read)


def birth_date(written: str, *, latest: date) -> tuple[str, RegisterDoubt | None]:
    """A date of birth in ISO form, which may be partial; empty if it is not possible."""
    read = dates.read(written, latest=latest)
    return read.iso, _doubt(read)


def _doubt(read: ReadDate) -> RegisterDoubt | None:
    if read.fault:
        return DATE_DOUBTS[read.fault]
    return None if read.as_iso else RegisterDoubt.DATE_NOT_ISO


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

"""Telephone numbers and e-mail addresses as they are compared."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from casebook.values import text

HOME = "GB"  # whose numbers are written without a country code
_SEVERAL = re.compile(r"[/;,|]|\bor\b|\band\b|&", re.IGNORECASE)
_DECIMALS = re.compile(r"(?<=\d{7})\.0+$")  # a number that went through a column of decimals
_SCIENTIFIC = re.compile(r"\s*(\d)\.(\d+)[eE]\+?(\d{1,2})\s*")  # as a spreadsheet shows a long number
_LABEL = re.compile(r"[tT]el")
_REMARK = re.compile(r"\([^)]*[A-Za-z][^)]*\)|[A-Za-z]{4,}.*$")  # (mum), "after six"; not "ext 2"
_LETTER_O = re.compile(r"(?<=\d)[oO]+(?=\d)|^[oO]+(?=\d)")  # for the digit 0
_COUNTING = "01234567890123456789", "09876543210987654321"
_FEWEST = 7  # digits; fewer reach nobody outside a building
_FEWEST_TELLING = 3  # different digits; fewer are a filler


@lru_cache(text.KEPT)
def phone(written: str) -> str:
    """The first number that is written, as +447700900123; its digits if it is none; empty for a filler.

    >>> phone("0044 7700 900123") == phone("07700 900123") == phone("+44 (0)7700-900-123")
    True
    """
    return next(iter(phones(written)), "")


@lru_cache(text.KEPT)
def phones(written: str) -> tuple[str, ...]:
    """Every number in a cell. Two numbers may stand in one, with a sign or a word between them."""
    plain = _DECIMALS.sub("", text.plain_signs(written)).replace("_", " ")
    several = [number for part in _SEVERAL.split(plain) if (number := _one(part))]
    return tuple(dict.fromkeys(several or filter(None, [_one(plain)])))  # 07700/900123 is one number


def email(written: str) -> str:
    """An e-mail address as it is compared."""
    return text.plain_signs(written).replace(" ", "").removeprefix("mailto:").casefold()


def _one(written: str) -> str:
    if shown := _SCIENTIFIC.fullmatch(written):
        written = shown[1] + shown[2] if len(shown[2]) == int(shown[3]) else ""  # else digits of it are lost
    digits_only = _LETTER_O.sub(lambda letters: "0" * len(letters[0]), written)
    said = _REMARK.sub("", _LABEL.sub("", digits_only).replace("(0)", "")).strip(" :.")
    digits = re.sub(r"\D", "", said)
    if len(digits) < _FEWEST or len(set(digits)) < _FEWEST_TELLING or any(digits in row for row in _COUNTING):
        return ""
    for attempt in (said, f"+{digits}"):
        try:
            number = phonenumbers.parse(attempt, HOME)
        except NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    return digits

"""Text as it is compared: capital letters of the Latin alphabet and digits, with single spaces between words."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import islice, product

import ftfy
from anyascii import anyascii

KEPT = 200_000  # distinct texts: a force has fewer forenames and surnames
MOST_SPELLINGS = 8

# Signs that stand inside a word and are not part of its spelling: O'Brien, O`Brien, O´Brien, OʻBrien, a zero-width
# joiner. By Unicode category: modifier letters and symbols, quotation marks, formatting signs; and those outside them.
_INSIDE = frozenset({"Lm", "Sk", "Pi", "Pf", "Cf"})
_ALSO_INSIDE = frozenset("'\"\u2032\u2035\u00b7\u2027")  # straight quotes, primes, middle dots (as in Catalan l·l)

# Letters that people spell in two ways where the letter is missing. The first is how `anyascii` spells the letter.
# The tables of machine-readable passports (ICAO 9303, part 3, section 6) and usual practice where they differ.
TWO_SPELLINGS = {
    "Ä": ("A", "AE"), "Ö": ("O", "OE"), "Ü": ("U", "UE"), "Ő": ("O", "OE"), "Ű": ("U", "UE"), "Å": ("A", "AA"),
    "Ø": ("O", "OE"), "Æ": ("AE", "A"), "Œ": ("OE", "O"), "Ñ": ("N", "NY"), "Đ": ("D", "DJ"), "Ð": ("D", "DH"),
    "Þ": ("TH", "T"), "Ŋ": ("NG", "N"), "Ə": ("E", "A"), "Ğ": ("G", "GH"), "Ş": ("S", "SH"), "Ș": ("S", "SH"),
    "Ç": ("C", "CH"), "Č": ("C", "CH"), "Ć": ("C", "CH"), "Š": ("S", "SH"), "Ž": ("Z", "ZH"), "Ż": ("Z", "ZH"),
    "Ĳ": ("IJ", "Y"), "Ţ": ("T", "TS"), "Ț": ("T", "TS"), "Ý": ("Y", "I"),
    "Ю": ("YU", "IU"), "Я": ("YA", "IA"), "Й": ("Y", "I"), "Х": ("KH", "H"), "Ц": ("TS", "C"), "Щ": ("SHCH", "SCH"),
    "Ё": ("YO", "E"), "Є": ("YE", "IE"), "Ї": ("YI", "I"), "Υ": ("Y", "U"), "Η": ("I", "E"), "Χ": ("CH", "H"),
}  # fmt: skip


def word_set(line: str) -> frozenset[str]:
    """The words of a line, for tables that people read."""
    return frozenset(line.split())


def items(cell: str) -> tuple[str, ...]:
    """The items of a cell separated by `;`, without empty ones."""
    return tuple(item.strip() for item in cell.split(";") if item.strip())


def repaired(text: str) -> str:
    """The text, repaired if it was decoded in the wrong character set: `JosÃ©` is `José`."""
    return text if text.isascii() else ftfy.fix_encoding(text)


@lru_cache(KEPT)
def folded(text: str) -> str:
    """The text as it is compared.

    >>> folded("Łukasz O´Brien-Ħall")
    'LUKASZ OBRIEN HALL'
    """
    return " ".join("".join(_first(sign) for sign in text.upper()).split())


@lru_cache(KEPT)
def spellings(text: str) -> tuple[str, ...]:
    """Every usual spelling of the text, the folded one first.

    >>> spellings("Müller")
    ('MULLER', 'MUELLER')
    """
    plain = folded(text)
    composed = unicodedata.normalize("NFC", text.upper())
    if text.isascii() or not any(sign in TWO_SPELLINGS for sign in composed):
        return (plain,)
    ways = product(*(TWO_SPELLINGS.get(sign) or (_first(sign),) for sign in composed))
    several = (" ".join("".join(way).split()) for way in islice(ways, MOST_SPELLINGS))
    return tuple(dict.fromkeys((plain, *several)))


def squeezed(text: str) -> str:
    """The folded text without its spaces."""
    return folded(text).replace(" ", "")


def plain_signs(text: str) -> str:
    """The text with ordinary digits, spaces, hyphens and slashes, and without invisible signs; letters stay as they are."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join("".join(map(_plain_sign, unicodedata.normalize("NFKC", text))).split())


@lru_cache(KEPT)
def _first(sign: str) -> str:
    """What one sign becomes: letters and digits of ASCII, nothing if it stands inside a word, else a space."""
    if sign in _ALSO_INSIDE or (category := unicodedata.category(sign)) in _INSIDE or category[0] == "M":
        return ""
    if sign in TWO_SPELLINGS:
        return TWO_SPELLINGS[sign][0]
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    if category[0] not in "LN":
        return " "
    return "".join(letter for letter in anyascii(sign).upper() if letter.isalnum())


def _plain_sign(sign: str) -> str:
    match unicodedata.category(sign):
        case "Cf":
            return ""
        case "Nd":
            return str(unicodedata.decimal(sign))
        case "Pd":
            return "-"
        case "Zs" | "Zl" | "Zp" | "Cc":
            return " "
    return "-" if sign == "\u2212" else "/" if sign in "\u2044\u2215" else "'" if sign in "\u2018\u2019" else sign

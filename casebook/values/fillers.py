"""What people and systems write where something is not known: one table for every name, address and other text.

Dates, postcodes and numbers have fillers of their own, beside the module that reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from casebook.values import text
from casebook.values.text import word_set

# Each of these words alone says that nothing is known.
_ALONE = word_set(
    "UNKNOWN UNKNOW UNKNWN UNKOWN UNKN UNK NK NKN FNU LNU ANON ANONYMOUS REFUSED WITHHELD WITHELD DECLINED UNNAMED "
    "NONAME UNIDENTIFIED UNIDENT UNSPECIFIED UNDISCLOSED UNSTATED UNRECORDED UNAVAILABLE UNOBTAINABLE UNASCERTAINED "
    "UNCONFIRMED UNSURE UNDEFINED UNSET REDACTED TBC TBA TBD TBN DK DATAMIGRATION MIGRATED PLACEHOLDER DUMMY ANHYSBYS "
    "UNKNWON UNKONWN ANONYMISED ANONYMIZED NFN NLN NMN DUNNO REFUSES AWAITING AWAITED"
)
# NOT or NO and one of these say the same: not given, no details.
_DENIALS = word_set("NOT NO NEVER NON DONT DOESNT DIDNT CANT CANNOT WONT NONE NIL NOTHING")
_DENIED = word_set(
    "KNOWN KNOW GIVEN PROVIDED STATED RECORDED DISCLOSED SUPPLIED AVAILABLE APPLICABLE ASKED COLLECTED ENTERED OBTAINED "
    "ESTABLISHED CONFIRMED SET SURE SPECIFIED IDENTIFIED REVEALED DECLARED ANSWERED SHARED HELD LISTED SAY SAYING "
    "DETAILS DATA INFORMATION INFO RECORD ANSWER IDEA TRACE VALUE ENTRY NAME "
    "REMEMBER REMEMBERED RECALL RECALLED REPORTED NOTED SPECIFY DISCLOSE TELL SUBMITTED FILE SYSTEM KNWON KNONW"
)
# Other ways of saying it.
_PHRASES = frozenset(
    ("TO BE CONFIRMED", "TO BE ADVISED", "TO BE ASCERTAINED", "TO BE OBTAINED", "TO BE PROVIDED", "TO FOLLOW", "AS ABOVE",
     "SEE ABOVE", "SAME AS ABOVE", "N A", "N K",
     "U K", "N KNOWN", "NO SURNAME", "NO LAST NAME", "NO FORENAME", "NO FIRST NAME",
     "SEE LOG", "DATA MIGRATION", "NO NAME", "DDIM YN HYSBYS",
     "SEE NOTES", "A N OTHER", "AN OTHER", "WOULD NOT GIVE", "WILL NOT GIVE", "WONT GIVE", "WILL NOT SAY")
)  # fmt: skip
# Words that may stand beside a filler and change nothing.
_BESIDE = word_set(
    "NAME NAMES SURNAME FORENAME FIRST LAST MIDDLE FULL DOB DATE BIRTH ADDRESS POSTCODE NUMBER PHONE TELEPHONE PERSON "
    "MALE FEMALE MAN WOMAN BOY GIRL PARTY OF YET AT PRESENT THIS TIME TO BE BY GIVE PREFER PREFERS PREFERRED DOES WISH "
    "WISHED THE A IS WAS CURRENTLY STILL MR MRS MISS MS APPLICANT CALLER VICTIM SUSPECT OFFENDER SUBJECT ANY AND OR "
    "EX PARTNER BOYFRIEND GIRLFRIEND HUSBAND WIFE NEIGHBOUR FRIEND ON I REQUEST WOULD DID COULD FORENAMES SURNAMES"
)
# Words that are fillers in many systems, and the names of real people in others.
_POSSIBLE = word_set(
    "NO NULL NONE NA NAN NIL TEST TESTER TESTING X XX XXX XXXX VOID EMPTY BLANK MISSING FALSE TRUE DITTO PENDING"
)
# What a spreadsheet shows instead of a value.
_SPREADSHEET = word_set("#REF! #VALUE! #NAME? #NUM! #NULL! #DIV/0! #N/A #ERROR!")
_REPEATED = frozenset("XZ")  # XXX, ZZZZ
_FEWEST_REPEATED = 3
_COUNT = re.compile(r"[0-9]{1,2}")  # Unknown male 2


@lru_cache(text.KEPT)
def is_filler(value: str) -> bool:
    """Whether a text says that nothing is known, as N/K, NOT PROVIDED or REFUSED do, or has no letter or digit."""
    folded = text.folded(value)
    if not folded or folded in _PHRASES:
        return bool(value.strip())
    if value.strip().upper() in _SPREADSHEET:
        return True
    words = [word for word in folded.split() if word not in _BESIDE and not _COUNT.fullmatch(word)]
    return _says_nothing(words or folded.split())


@lru_cache(text.KEPT)
def may_be_filler(value: str) -> bool:
    """Whether a text is a filler, or a word that is a filler in some systems and somebody's name in others, as Null is."""
    return is_filler(value) or text.squeezed(value) in _POSSIBLE


def without(values: Iterable[str]) -> tuple[str, ...]:
    """The values that are no fillers."""
    return tuple(value for value in values if not is_filler(value))


def is_no_name(forename: str, surname: str) -> bool:
    """Whether a name as a whole is not known. Jenny Null has a name; Null Null and Unknown Null have none."""
    if surname and not may_be_filler(surname):  # almost everybody
        return False
    known = [part for part in (forename, surname) if part.strip()]
    if all(is_filler(part) for part in known):
        return True
    return len(known) > 1 and all(may_be_filler(part) for part in known)


def _says_nothing(words: list[str]) -> bool:
    alone = [word for word in words if word in _ALONE or _repeats(word) or _denies(word)]
    denied = any(word in _DENIALS for word in words) and any(word in _DENIED for word in words)
    known = {*alone, *_DENIALS, *_DENIED}
    return bool(alone or denied) and all(word in known for word in words)


def _repeats(word: str) -> bool:
    return len(word) >= _FEWEST_REPEATED and len(set(word)) == 1 and word[0] in _REPEATED


def _denies(word: str) -> bool:
    """NOTKNOWN, NOTGIVEN: the same written as one word."""
    return any(word.startswith(no) and word.removeprefix(no) in _DENIED for no in ("NOT", "NO"))

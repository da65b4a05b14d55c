"""Sex, and the answer to a question, as people and systems write them. One table for every file and every source."""

from __future__ import annotations

import re
from functools import lru_cache

from casebook.values import fillers, text
from casebook.values.text import word_set

# A digit is in no table: 0, 1 and 2 mean different things in different systems.
_SEXES = {
    "f": word_set("F FEMALE FEM WOMAN GIRL LADY BENYW MERCH"),
    "m": word_set("M MALE MAN BOY GENTLEMAN GWRYW BACHGEN"),
    "x": word_set("X NONBINARY NB OTHER ANOTHER INDETERMINATE INTERSEX"),
    "unknown": word_set("U UNKNOWN"),
}
_ANSWERS = {
    "yes": word_set("Y YES YEAH YEP TRUE T JA OUI SI TAK IE OES YDY YDW AFFIRMATIVE"),
    "no": word_set("N NO NOPE FALSE F NEIN NON NIE NAGE NEGATIVE"),
    "unknown": word_set("U UNKNOWN"),
}
_TICKED = re.compile("[\u2713\u2714\u2611\u2705]")
_BLANK = re.compile(r"[\s?\-\u2013\u2014./_*~]*")
_SEX_OF = {word: code for code, words in _SEXES.items() for word in words}
_ANSWER_OF = {word: code for code, words in _ANSWERS.items() for word in words}


@lru_cache(text.KEPT)
def sex(written: str) -> str:
    """f, m, x or unknown; unknown also for a filler; empty if nothing is written or it is none of them.

    >>> sex("Female"), sex("M."), sex("n/k"), sex("seven")
    ('f', 'm', 'unknown', '')
    """
    return _code(written, _SEX_OF)


def compared_sex(written: str) -> str | None:
    """F or m; None for everything else, which is no evidence."""
    return code if (code := sex(written)) in {"f", "m"} else None


@lru_cache(text.KEPT)
def yes_or_no(written: str) -> str:
    """yes, no or unknown; unknown also for a filler; empty if nothing is written or it is none of them.

    >>> yes_or_no("Y"), yes_or_no("FALSE"), yes_or_no("not known"), yes_or_no("sometimes")
    ('yes', 'no', 'unknown', '')
    """
    if not any(map(str.isalnum, written)):  # a tick is a yes; a cross may be one, and is not read
        return "yes" if _TICKED.search(written) else "unknown" if _BLANK.fullmatch(written) and written.strip() else ""
    return _code(written, _ANSWER_OF)


def _code(written: str, table: dict[str, str]) -> str:
    """The code of the text, or of every word in it: "F (female)", "M - Male"."""
    if code := table.get(text.squeezed(written)):
        return code
    codes = {table.get(word, "") for word in text.folded(written).split()}
    if len(codes) == 1 and (code := codes.pop()):
        return code
    return "unknown" if written.strip() and fillers.is_filler(written) else ""

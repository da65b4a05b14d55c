"""The words of a name as they are compared, and how a full name is split."""

from __future__ import annotations

from functools import lru_cache

from casebook.values import fillers, text
from casebook.values.text import word_set

TITLES = word_set("MR MRS MISS MS MX DR REV REVD REVEREND SIR PROF PROFESSOR")
# father and son have one name: the birth date tells them apart
AFTER = word_set("JR JNR JUNIOR SNR SENIOR ESQ")
# words that belong to the surname that follows; alone they identify nobody
PARTICLES = word_set(
    "AL EL BIN IBN BINT ABU VAN VON DER DEN DE DEL DELLA LA LE DI DA DOS DU MC MAC O D ST UD UL UR TE TER"
)


@lru_cache(text.KEPT)
def words(name: str) -> tuple[str, ...]:
    """The words of a name: MARY-JANE O'CONNOR is MARY, JANE, OCONNOR; a filler has none.

    A title is no word of a name, unless it is all of it: Miss is a surname too.
    """
    return _words(text.folded(name), name)


@lru_cache(text.KEPT)
def spellings(name: str) -> tuple[tuple[str, ...], ...]:
    """The words under every usual spelling of the name, the plain one first; none if it is a filler."""
    return tuple(dict.fromkeys(found for spelling in text.spellings(name) if (found := _words(spelling, name))))


def split_full(name: str) -> tuple[str, str]:
    """Forename(s) and surname of a full name: the last word is the surname, with the particles before it.

    >>> split_full("Jan van der Berg")
    ('Jan', 'van der Berg')
    """
    surname, comma, forename = name.partition(",")
    if comma and words(surname) and words(forename) and not set(words(forename)) <= AFTER:
        return forename.strip(), surname.strip()
    parts = name.split()
    start = len(parts) - 1
    while start > 1 and "".join(words(parts[start - 1])) in PARTICLES:
        start -= 1
    return " ".join(parts[:start]), " ".join(parts[start:])


def _words(folded: str, name: str) -> tuple[str, ...]:
    found = "".join(sign if sign.isalpha() else " " for sign in folded).split()
    if fillers.is_filler(name):
        return ()
    named = [word for word in found if word not in TITLES]
    proper = [word for at, word in enumerate(named) if not at or word not in AFTER]
    return tuple(proper or found)

"""Addresses as they are compared. No fixed abode is no address: two people may share it and be strangers."""

from __future__ import annotations

import re
from functools import lru_cache

from casebook.values import fillers, text
from casebook.values.text import word_set

_HOMELESS = word_set(
    "NFA NFAD NO FIXED PERMANENT SETTLED ABODE ADDRESS HOME HOMELESS OF ROUGH SLEEPER SLEEPING SLEEPS SOFA SURFING SURFER STREET "
    "HOMELESSNESS CURRENTLY AT PRESENT VARIOUS ADDRESSES NONE UNKNOWN WITHOUT THE STREETS ON LIVING PLACE WITH FRIENDS FAMILY "
    "TEMPORARY ACCOMMODATION HOSTEL PRISON HMP IN CUSTODY REFUGE ABROAD OVERSEAS A"
)
_SAYS_HOMELESS = frozenset(
    {
        "NFA",
        "NFAD",
        "ABODE",
        "FIXED",
        "PERMANENT",
        "HOMELESS",
        "ROUGH",
        "SOFA",
        "VARIOUS",
        "HOMELESSNESS",
        "SURFING",
        "STREETS",
        "TEMPORARY",
        "HOSTEL",
        "PRISON",
        "HMP",
        "CUSTODY",
        "REFUGE",
        "ABROAD",
        "OVERSEAS",
    }
)


_NO_ADDRESS = frozenset({"NO ADDRESS", "NO F A"})
# whatever follows, as the town in which somebody has no fixed abode
_BEGINS = re.compile(r"(?:OF )?(?:NFA|N F A|NO FIXED|C O (?:UNKNOWN|NFA))(?: |$)")


@lru_cache(text.KEPT)
def address(written: str) -> str:
    """An address as it is compared; empty if it is a filler or says that somebody has none.

    >>> address("No fixed abode"), address("12, High St.")
    ('', '12 HIGH ST')
    """
    folded = text.folded(written)
    words = set(folded.split())
    homeless = (bool(words & _SAYS_HOMELESS) and words <= _HOMELESS) or folded in _NO_ADDRESS or _BEGINS.match(folded)
    return "" if homeless or fillers.is_filler(written) else folded

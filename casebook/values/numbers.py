"""Numbers as people and spreadsheets write them."""

from __future__ import annotations

import re

from casebook.values import text

_SHARE = re.compile(r"(?P<number>\d*[.,]?\d+(?:[eE]-\d+)?|\d+[.,])\s*(?P<percent>%?)", re.ASCII)


def share(written: str) -> float | None:
    """A number from 0 to 1: 0.35, .35, 0,35 or 35 %. None if it is no such number.

    >>> share("35 %")
    0.35
    """
    if not (found := _SHARE.fullmatch(text.plain_signs(written))):
        return None
    number = float(found["number"].replace(",", ".")) / (100 if found["percent"] else 1)
    return number if 0 <= number <= 1 else None

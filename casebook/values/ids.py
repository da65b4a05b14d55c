"""Ids and codes that people type: staff, references, sources, and words of a fixed vocabulary."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import EnumType
from functools import lru_cache

from casebook.values import text

_RUNS = re.compile(r"[A-Z]+|[0-9]+")


@lru_cache(text.KEPT)
def staff_key(staff_id: str) -> str:
    """One key for all ways of writing a staff id: letters of any case, and spaces, make no difference.

    >>> staff_key("J.Smith") == staff_key(" j.smith")
    True
    """
    return "".join(unicodedata.normalize("NFKC", text.plain_signs(staff_id)).casefold().split())


@lru_cache(text.KEPT)
def reference_key(reference: str) -> str:
    """One key for all ways of writing a reference. What stands between two numbers separates them: 1/12 is not 112.

    >>> reference_key("DV 0012/2018") == reference_key("dv-12-2018")
    True
    """
    key, before_is_number = "", False
    for run in _RUNS.findall(text.folded(reference)):
        number = run.isdigit()
        key += ("-" if number and before_is_number else "") + (run.lstrip("0") or "0" if number else run)
        before_is_number = number
    return key


def code_of(word: str, codes: Iterable[str]) -> str:
    """Which of the codes a word is, without regard to letters, spaces and hyphens; empty if it is none of them."""
    return _code_of(word, codes if isinstance(codes, EnumType) else tuple(codes))


@lru_cache(text.KEPT)
def _code_of(word: str, codes: EnumType | tuple[str, ...]) -> str:
    by_key = _by_key(codes)
    return by_key.get(word) or by_key.get(text.squeezed(word), "")


@lru_cache(1_000)
def _by_key(codes: EnumType | tuple[str, ...]) -> dict[str, str]:
    known = [str(code) for code in codes]
    return {text.squeezed(code): code for code in known} | {code: code for code in known}

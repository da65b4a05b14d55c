"""Reads JSON of which no object has one key twice: of two values one would be lost without a word."""

from __future__ import annotations

import json


class RepeatedKey(ValueError):
    """An object has one key twice."""


def loads(text: str | bytes) -> object:
    """Raises RepeatedKey, another ValueError if it is not JSON, or RecursionError if it is too deep."""
    return json.loads(text, object_pairs_hook=_each_once)


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise RepeatedKey
    return dict(pairs)

"""Code words are told only to whoever is about to make contact (`applications safe-time`). Everywhere else they are hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HIDDEN = "hidden"  # stands for a code word that was agreed or said
_NAMES = ("code_word", "said_word")  # how the fields of plans, answers and files that hold one end


def hide(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """The same value with every code word in it replaced, however deep. That there is none can still be read."""
    if isinstance(value, Mapping):
        return {name: _shown(str(name), held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [hide(each) for each in value]
    return value


def _shown(name: str, held: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    return HIDDEN if held and name.endswith(_NAMES) else hide(held)

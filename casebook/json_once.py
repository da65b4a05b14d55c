"""Reads JSON of which no object has one key twice: of two values one would be lost without a word. It has bounds."""

from __future__ import annotations

import json

from casebook import bounds
from casebook.bounds import BadInput


def loads(written: str | bytes) -> object:
    """Raises BadInput if it is not JSON, has one key twice, or is too deep or too large (see `casebook.bounds`)."""
    try:
        text = written if isinstance(written, str) else written.decode(json.detect_encoding(written))
        _refuse_many(text)
        value: object = json.loads(text, object_pairs_hook=_each_once)
    except BadInput:
        raise
    except RecursionError:
        raise BadInput(f"has lists or objects more than {bounds.DEPTH} deep", "too_deep") from None
    except UnicodeDecodeError:
        raise BadInput("is not UTF-8 text", "not_utf8") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"is not JSON: {error.msg}", "not_json") from None
    except ValueError:  # from 4,301 digits Python reads no number
        raise BadInput(f"has a number of more than {bounds.DIGITS} digits", "number_too_long") from None
    bounds.refuse_shape(value)
    return value


def _refuse_many(text: str) -> None:
    """Refuse what would make too many values, before any is made. Signs within texts count too."""
    if text.count("[") + text.count("{") > bounds.BRACKETS or text.count(",") > bounds.VALUES:
        raise BadInput("has too many values", "too_many_items")


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise BadInput("has one key twice: keep one of each", "repeated_key")
    return dict(pairs)

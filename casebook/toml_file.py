"""Reads a TOML file that somebody wrote: policies, record sources, headings of a register."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from casebook import bounds
from casebook.bounds import BadInput

# a key such as a.b.c: each dot is a table in a table
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_KEY_OF_MANY = re.compile(rf"""(?<![\w"'-])(?:{_PART}){{{bounds.DEPTH}}}""")


def read(path: Path) -> dict[str, Any]:
    """Raises UnreadableFile if it is no readable file or too large, and BadInput if it is not TOML or too deep."""
    try:
        text = bounds.content(path, bounds.DOCUMENT).decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput("is not UTF-8 text", "not_utf8") from None
    if _KEY_OF_MANY.search(text):  # it would take very long to read
        raise BadInput(f"has lists or tables more than {bounds.DEPTH} deep", "too_deep")
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise BadInput(f"has lists or tables more than {bounds.DEPTH} deep", "too_deep") from None
    except ValueError as error:  # TOMLDecodeError, or a number that Python does not read
        if not isinstance(error, tomllib.TOMLDecodeError):
            raise BadInput(f"has a number of more than {bounds.DIGITS} digits", "number_too_long") from None
        raise BadInput(f"is not a TOML file: {error}", "not_toml") from None
    bounds.refuse_shape(table)
    return table

"""Documents of policy as a force would write them: a shipped one with some values of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from casebook.policies import documents

Table = dict[str, Any]


def written(path: Path, title: str, change: Callable[[Table], object], *, version: str = "2") -> Path:
    """The shipped document of a title, changed and given another version, as a TOML file."""
    table = next(document.table for document in documents.shipped() if document.title == title)
    change(table)
    path.write_text(
        "".join(f"{json.dumps(key)} = {_toml(value)}\n" for key, value in (table | {"version": version}).items())
    )
    return path


def every_number_changed(table: Table) -> None:
    """Each number of a policy is one more, so that nothing it governs is as it was."""
    _add_one(table)


def _add_one(value: Any) -> None:
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, dict | list):
            _add_one(item)
        elif type(item) in {int, float} and key != "level":
            value[key] = item + 1


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)

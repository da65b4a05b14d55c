"""What a command handler is given and what it gives back."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


def default_home() -> Path:
    """`CASEBOOK_HOME`, else `$XDG_DATA_HOME/casebook`; for root `/var/lib/casebook`."""
    if chosen := os.environ.get("CASEBOOK_HOME"):
        return Path(chosen).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/casebook")
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data).expanduser().absolute() / "casebook"


@dataclass(frozen=True, kw_only=True)
class Call:
    """The global options of one `casebook` call."""

    home: Path = field(default_factory=default_home)
    staff_id: str | None = None  # from --as; None means the operator
    json: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`data` is printed as one JSON document with --json, `lines` otherwise."""

    data: object
    lines: Iterable[str] = ()
    exit_code: int = 0

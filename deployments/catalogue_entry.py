"""The form of one deployment of the catalogue, and what its parameters may look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# no free text: Prefect keeps and shows the parameters of a run
REFERENCE = r"CL-[0-9]{4}-[0-9]{6}"
REASON = r"[a-z_]{1,40}"


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One deployment. `flow` is a module entrypoint: a file entrypoint would load our modules a second time."""

    flow: str
    name: str
    description: str
    queue: str = "standard"
    tags: tuple[str, ...] = ()
    cron: str | None = None  # in Europe/London
    parameters: Mapping[str, Any] = field(default_factory=dict)
    accepts: Mapping[str, str] = field(default_factory=dict)  # parameter -> the form of its value; no other is taken

"""What a run is about: the reference of an application; otherwise the flow and when the run was due."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from prefect import runtime
from pydantic import Field

ZONE = ZoneInfo("Europe/London")
# no free text: Prefect refuses anything else before it keeps it
Reference = Annotated[
    str, Field(pattern=r"^CL-[0-9]{4}-[0-9]{6}$", description="For example CL-2026-000123", title="Reference")
]


def what_and_when() -> str:
    """A name like `sla_sweep Mon 23 Nov 23:45`."""
    return f"{runtime.flow_run.flow_name} {runtime.flow_run.scheduled_start_time.astimezone(ZONE):%a %d %b %H:%M}"

"""Names for runs that are not about a single application: the flow and when the run was due."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from prefect import runtime

ZONE = ZoneInfo("Europe/London")


def what_and_when() -> str:
    """A name like `sla_sweep Mon 23 Nov 23:45`."""
    return f"{runtime.flow_run.flow_name} {runtime.flow_run.scheduled_start_time.astimezone(ZONE):%a %d %b %H:%M}"

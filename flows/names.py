"""Names of runs that are about no single application: what they are and when they were due, never random words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from prefect import runtime

ZONE = ZoneInfo("Europe/London")


def what_and_when() -> str:
    """As in `sla_sweep Mon 23 Nov 23:45`."""
    return f"{runtime.flow_run.flow_name} {runtime.flow_run.scheduled_start_time.astimezone(ZONE):%a %d %b %H:%M}"

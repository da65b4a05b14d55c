"""Setting forgotten applications going again, and making one urgent."""

from __future__ import annotations

from prefect import task

from casebook.casework import wakes
from casebook.casework.wakes import Woken
from casebook.storage import heartbeats
from tasks.home import acting, store


@task
def wake_neglected() -> Woken:
    """Free dead leases and wake what waits for nobody."""
    with acting("sweep") as act:
        woken = wakes.wake_neglected(act)
        heartbeats.beat(act.session, "sweep", store().key)
        return woken


@task(task_run_name="make {reference} urgent")
def make_urgent(reference: str, reason: str) -> str:
    """Raise the priority; asked from Prefect's own interface, nobody stands behind it, so a supervisor must confirm."""
    with acting("prefect-ui") as act:
        return str(wakes.make_urgent(act, reference, reason).priority)

"""Starts forgotten applications again, and makes an application urgent."""

from __future__ import annotations

from prefect import task

from casebook import settings
from casebook.casework.core import channels
from casebook.casework.sweep import sweep as sweeping
from casebook.casework.sweep import wakes
from casebook.casework.sweep.sweep import Swept
from casebook.storage import heartbeats
from tasks.home import acting, store
from tasks.without_text import without_text


@task
@without_text
def sweep() -> Swept:
    """Make one sweep and record its heartbeat."""
    swept = sweeping.sweep(lambda: acting("sweep"), ways=channels.read(settings.load().notify_urls))
    with acting("sweep") as act:
        heartbeats.beat(act.session, "sweep", store().key)
    return swept


@task(task_run_name="make {reference} urgent")
@without_text
def make_urgent(reference: str, reason: str) -> str:
    """Raise the priority. Prefect's interface does not say who asked, so a supervisor must confirm."""
    with acting("prefect-ui") as act:
        return str(wakes.make_urgent(act, reference, reason).priority)

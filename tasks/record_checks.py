"""Searching the automatic sources of one application. A source that does not answer is tried again, never read as a nil."""

from __future__ import annotations

from prefect import task
from prefect.tasks import exponential_backoff

from casebook.casework import record_checks
from tasks.home import acting


@task(
    task_run_name="search the automatic sources for {reference}",
    retries=3,
    retry_delay_seconds=exponential_backoff(backoff_factor=2),
    retry_jitter_factor=0.5,
)
def search_automatic_sources(reference: str) -> int:
    """Make every automatic search that is due; returns how many were made."""
    with acting() as act:
        return len(record_checks.search_automatic(act, act.application(reference)))

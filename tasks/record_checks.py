"""Searches the automatic sources for one application. A source that does not answer is retried; that is no nil return."""

from __future__ import annotations

from typing import Any

from prefect import task
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from prefect.tasks import exponential_backoff

from casebook.casework.record_checks import record_checks, remote_searches
from casebook.domain.words import SOURCE_FAULT
from tasks.home import acting
from tasks.without_text import without_text


@task(
    task_run_name="search the automatic sources for {reference}",
    retries=3,
    retry_delay_seconds=exponential_backoff(backoff_factor=2),
    retry_jitter_factor=0.5,
)
@without_text
def search_automatic_sources(reference: str) -> int:
    """Make every automatic search that is due and return how many were made."""
    with acting() as act:
        return len(record_checks.search_automatic(act, act.application(reference)))


def due_elsewhere(reference: str) -> bool:
    """Whether any remote source has to be asked. A plain function: most homes have none, and a task would slow every run."""
    with acting() as act:
        return bool(remote_searches.waiting(act.session, reference))


@task(
    task_run_name="ask the remote sources about {reference}",
    retries=2,
    retry_delay_seconds=exponential_backoff(backoff_factor=2),
    retry_jitter_factor=0.5,
)
@without_text
def search_remote_sources(reference: str) -> State[Any]:
    """Ask every remote source that is due. Fails if one does not answer; sources that answered are not asked again."""
    searches = remote_searches.ask_remote(acting, reference)
    if searches.failed:
        return Failed(
            message=", ".join(f"{search}: {SOURCE_FAULT.of(code)}" for search, code in sorted(searches.failed.items()))
        )
    return Completed(message=f"{len(searches.answered)} searches answered")

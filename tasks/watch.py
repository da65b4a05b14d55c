"""Compares new records with the subjects of closed applications."""

from __future__ import annotations

from prefect import task

from casebook.casework.follow_up import watch
from casebook.casework.follow_up.watch import WatchResult
from tasks.home import acting


@task
def look_again() -> WatchResult:
    """Compare the records that no watch has compared yet. A proposal is opened only once."""
    with acting("watch") as act:
        return watch.look_again(act)

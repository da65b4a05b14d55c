"""Looking again at the subjects of closed applications."""

from __future__ import annotations

from prefect import task

from casebook.casework.follow_up import watch
from casebook.casework.follow_up.watch import WatchResult
from tasks.home import acting


@task
def look_again() -> WatchResult:
    """Compare what no watch has seen yet; a proposal is opened once."""
    with acting("watch") as act:
        return watch.look_again(act)

"""Compares new records with the subjects of closed applications."""

from __future__ import annotations

from prefect import task

from casebook.casework.follow_up import new_partners, watch
from casebook.casework.follow_up.watch import WatchResult
from tasks.home import acting
from tasks.without_text import without_text


@task
@without_text
def look_again() -> WatchResult:
    """Compare the records that no watch has compared yet. A proposal is opened only once."""
    with acting("watch") as act:
        return watch.look_again(act)


@task
@without_text
def look_for_partners() -> int:
    """Propose Right to Know for each new grave record about a partner whom no application covers. Returns how many."""
    with acting("watch") as act:
        return new_partners.propose(act)

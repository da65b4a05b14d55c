"""Taking and giving back an application's lease. Not tasks: Prefect's record of one costs more than it does, thrice in a run."""

from __future__ import annotations

from casebook.storage import leases
from tasks.home import acting


def take_lease(reference: str, holder: str) -> int | None:
    """The wake count the lease was taken at; None if another run holds it, which is then told to go round again."""
    with acting() as act:
        return leases.take(act.session, reference, holder)


def give_back_lease(reference: str, holder: str, wake: int) -> int | None:
    """None when it is free; a new wake count when something happened meanwhile and this run must go round again."""
    with acting() as act:
        return leases.give_back(act.session, reference, holder, wake)


def drop_lease(reference: str, holder: str) -> None:
    """Free the lease of a run that is ending badly."""
    with acting() as act:
        leases.drop(act.session, reference, holder)

"""Takes and gives back the lease of an application. Plain functions: as tasks they would cost more than the work itself."""

from __future__ import annotations

from casebook.storage import leases
from tasks.home import acting


def take_lease(reference: str, holder: str) -> int | None:
    """Take the lease and return the wake count. None if another run has it: that run is then asked to go round again."""
    with acting() as act:
        return leases.take(act.session, reference, holder)


def give_back_lease(reference: str, holder: str, wake: int) -> int | None:
    """Give the lease back and return None. If something happened meanwhile, return the new wake count: go round again."""
    with acting() as act:
        return leases.give_back(act.session, reference, holder, wake)


def drop_lease(reference: str, holder: str) -> None:
    """Free the lease of a run that failed or was cancelled."""
    with acting() as act:
        leases.drop(act.session, reference, holder)

"""Taking and giving back an application's lease."""

from __future__ import annotations

from prefect import task

from casebook.storage import leases
from tasks.home import acting


@task(task_run_name="take lease of {reference}")
def take_lease(reference: str, holder: str) -> int | None:
    """The wake count the lease was taken at; None if another run holds it, which is then told to go round again."""
    with acting() as act:
        return leases.take(act.session, reference, holder)


@task(task_run_name="give back lease of {reference}")
def give_back_lease(reference: str, holder: str, wake: int) -> int | None:
    """None when it is free; a new wake count when something happened meanwhile and this run must go round again."""
    with acting() as act:
        return leases.give_back(act.session, reference, holder, wake)


def drop_lease(reference: str, holder: str) -> None:
    """Free the lease of a run that is ending badly. Not a task: a cancelled run may not start one."""
    with acting() as act:
        leases.drop(act.session, reference, holder)

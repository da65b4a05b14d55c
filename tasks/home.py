"""The store of this process's home: opened once, shared by every task of the run, closed with the process."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from prefect.concurrency.sync import rate_limit

from casebook import settings
from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.opening_home import open_casebook
from casebook.domain.actors import system
from casebook.sources import catalogue
from casebook.storage import session as storage
from casebook.storage.server import cluster
from casebook.storage.session import Store


@cache
def store() -> Store:
    """Open the store of `CASEBOOK_HOME`. Never call this at import: each forked run opens its own."""
    configured = settings.load()
    catalogue.configure(configured.sources, admit=_take_turn)
    stack = ExitStack()
    atexit.register(stack.close)
    server = stack.enter_context(cluster.database(configured))
    return open_casebook(configured.home, server.url("casebook_worker"), pool_size=2)


def _take_turn(source: str) -> None:
    """Wait for a turn among all processes, if Prefect has a global limit `source-NAME` with slot decay."""
    rate_limit(f"source-{source}", strict=False)


@contextmanager
def acting(part: str = "lifecycle") -> Iterator[Act]:
    """One act of the machine in one transaction, committed at the end unless an exception is raised."""
    with store().session() as session:
        yield Act(session=session, actor=system(part), now=storage.now(session), playbook=playbook)
        session.commit()

"""Opens a home for one command: its database and ledger key, and identifies the caller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from casebook import settings
from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.opening_home import open_casebook
from casebook.casework.staff import staff
from casebook.cli.answer import Call
from casebook.domain.actors import Actor
from casebook.errors import NotPermitted
from casebook.sources import catalogue
from casebook.storage import session as storage
from casebook.storage.server import cluster
from casebook.storage.session import Store


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A home that is open, and the actor of the call."""

    store: Store
    actor: Actor
    server: cluster.Server

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """One act in one transaction, committed at the end unless there is an exception."""
        with self.store.session() as session:
            yield self.act_on(session)
            session.commit()

    def act_on(self, session: Session) -> Act:
        """An act of the caller in a session that this function does not commit."""
        return Act(session=session, actor=self.actor, now=storage.now(session), playbook=playbook)


@contextmanager
def opened(call: Call) -> Iterator[Opened]:
    """Open the casebook in the home of a call; start and migrate its database if necessary."""
    if isinstance(call.opened, Opened):
        yield call.opened
        return
    configured = settings.load(call.home)
    if call.staff_id is not None and configured.staff_access == "service":
        raise NotPermitted("staff of this casebook work through the service for staff, not at this machine", "not_here")
    catalogue.configure(configured.sources)
    with (
        cluster.database(configured) as server,
        storage.in_use(
            open_casebook(configured.home, server.url("casebook_app"), owner=server.url("casebook"))
        ) as store,
    ):
        token = configured.token.get_secret_value() if configured.token else None
        with store.session() as session:
            actor = staff.identify(session, call.staff_id, token, storage.now(session))
        yield Opened(store=store, actor=actor, server=server)

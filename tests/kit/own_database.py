"""The one database of a test process. It is made at the first connection, from the template or from a filled copy."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from casebook.sources import catalogue
from casebook.storage.server import databases
from casebook.storage.server.cluster import DatabaseRole, Server
from casebook.storage.session import Store

COPY = "create database {that} template {this} strategy file_copy owner casebook"
MOST_FILLINGS = 100  # databases of about 12 MB that a process keeps to copy from; the longest unasked one goes first

Beginning = tuple[str, ...]


@dataclass(kw_only=True)
class Filling:
    """What a test's database was filled with: the database that holds a copy, how it begins, what the filling returned."""

    name: str
    beginning: Beginning
    returned: Any


@dataclass(kw_only=True)
class OwnDatabase:
    """Its name never changes, so that all tests share one engine and with it the statements compiled before."""

    superuser: psycopg.Connection
    url: str  # its owner's
    working: str  # that of whoever works in it
    template: str
    name: str
    is_there: bool = False
    waits: bool = True  # for the first connection; a test that hands the address on does not
    of: Filling | None = None  # what it is a copy of, if not of the template
    fillings: dict[Hashable, Filling] = field(default_factory=dict)
    behind: list[str] = field(
        default_factory=list
    )  # what a test changed behind the casebook's back: no ledger tells it
    engines: set[Engine] = field(default_factory=set)  # that may be connected: a database in use cannot be copied
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    @contextmanager
    def on(cls, server: Server, template: str) -> Iterator[OwnDatabase]:
        name = f"test_{os.getpid()}"
        with databases.connect(server.address("postgres")) as superuser:
            own = cls(
                superuser=superuser, url=named(server, name), working=named(server, name, "casebook_app"),
                template=template, name=name,
            )  # fmt: skip
            yield own
            own.forget()
            for filling in own.fillings.values():
                superuser.execute(f"drop database {filling.name} with (force)")

    def forget(self) -> None:
        """The next test begins with the template."""
        self._become(None)
        self.waits = True
        self.behind.clear()

    def make(self) -> None:
        """Make it, unless it is there."""
        with self.lock:
            if not self.is_there:
                self.superuser.execute(COPY.format(this=self.of.name if self.of else self.template, that=self.name))
                self.is_there = True

    def hand_on(self) -> str:
        """Its address for somebody whose connections are not seen here: it is there, and stays so."""
        self.waits = False
        self.make()
        return self.url

    def seen_by(self, engine: Engine) -> None:
        """A connection of this engine makes the database."""
        self.engines.add(engine)
        if not event.contains(engine, "do_connect", self._before_connect):
            event.listen(engine, "do_connect", self._before_connect)

    def fill_once(self, what: Hashable, fill: Callable[[], Any], store: Store) -> Any:
        key = (what, self._beginning(store), repr(catalogue.remote()), *self.behind)
        if key in self.fillings:
            filling = self.fillings[key] = self.fillings.pop(key)  # the last one that was asked for
            self._leave()
            self._become(filling)
            return filling.returned
        returned = fill()
        self.make()
        filling = Filling(name=f"filled_{uuid.uuid4().hex}", beginning=_beginning_of(store), returned=returned)
        self._leave()
        self.superuser.execute(COPY.format(this=self.name, that=filling.name))
        self.fillings[key] = filling
        if len(self.fillings) > MOST_FILLINGS:
            longest_unasked = self.fillings.pop(next(iter(self.fillings)))
            self.superuser.execute(f"drop database {longest_unasked.name} with (force)")
        return returned

    def _leave(self) -> None:
        """Close every connection."""
        for engine in self.engines:
            engine.dispose()

    def _become(self, filling: Filling | None) -> None:
        with self.lock:
            if self.is_there:
                self.superuser.execute(f"drop database {self.name} with (force)")
            self.is_there, self.of = False, filling
        if not self.waits:
            self.make()

    def _beginning(self, store: Store) -> Beginning:
        if self.is_there:
            return _beginning_of(store)
        return self.of.beginning if self.of else ()

    def _before_connect(self, *_: object) -> None:
        self.make()


def _beginning_of(store: Store) -> Beginning:
    with store.engine.connect() as connection:
        heads = connection.exec_driver_sql("select chain || hash from chain_head order by chain").scalars().all()
        extracts = connection.exec_driver_sql("select source || digest from source_extract order by id")
        return (*heads, *extracts.scalars())


def named(server: Server, database: str, role: DatabaseRole = "casebook") -> str:
    """SQLAlchemy's address of another database than the casebook's."""
    return server.url(role).replace("/casebook?", f"/{database}?")

"""Creates engines and sessions, in this place only. A session rolls back unless its caller commits."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure, UniqueViolation
from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from casebook import clock
from casebook.errors import Busy, Collision, DatabaseRefused, DatabaseUnavailable
from casebook.storage import ledger, server_logs
from casebook.storage.tables import ClockOffset

# two transactions wanted the same at once: one is done, the other was rolled back and may be tried again
_COLLISIONS = (DeadlockDetected, SerializationFailure, UniqueViolation)

_users: Counter[Engine] = Counter()  # how many in this process use an engine
_counting = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Store:
    """An engine and the ledger's key."""

    engine: Engine
    key: bytes

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """One connection for many sessions. It is closed afterwards, so that its settings affect nobody else."""
        try:
            with self.engine.connect() as connection:
                connection.detach()
                yield connection
        except OperationalError as fault:
            raise DatabaseUnavailable from fault

    @contextmanager
    def session(self, connection: Connection | None = None) -> Iterator[Session]:
        """A session whose every change must be recorded in the ledger before it is committed."""
        try:
            with Session(connection or self.engine, expire_on_commit=False, info={ledger.KEY: self.key}) as session:
                yield session
        except DBAPIError as fault:
            # PostgreSQL's message repeats the row: it goes no further, and into no log
            if isinstance(fault.orig, _COLLISIONS):
                raise Collision from None
            if isinstance(fault.orig, LockNotAvailable):
                raise Busy from None
            if isinstance(fault, OperationalError) or fault.connection_invalidated:
                raise DatabaseUnavailable from fault
            raise DatabaseRefused(_without_values(fault)) from None


def _without_values(fault: DBAPIError) -> str:
    """A fault that names the constraint or the kind of error, without values."""
    diagnosis = getattr(fault.orig, "diag", None)
    broken = getattr(diagnosis, "constraint_name", None) or type(fault.orig).__name__
    return f"The database refused a change: {broken}"


def open_store(url: str, key: bytes, *, pool_size: int = 5, patience: timedelta | None = None) -> Store:
    """A store on a migrated database at `url` (an SQLAlchemy address, psycopg driver).

    `patience`: how long a statement waits for a lock that another transaction holds, before it is refused as busy.
    """
    return Store(engine=_engine(url, pool_size, patience), key=key)


@contextmanager
def in_use(store: Store) -> Iterator[Store]:
    """Use a store. Its connections are closed when the last user in this process leaves it.

    A process that gives many commands keeps it open around them: each then finds connections, and plans of statements.
    """
    with _counting:
        _users[store.engine] += 1
    try:
        yield store
    finally:
        with _counting:
            _users[store.engine] -= 1
            last = not _users[store.engine]
        if last:
            store.engine.dispose()


@lru_cache(maxsize=8)
def _engine(url: str, pool_size: int, patience: timedelta | None) -> Engine:
    """One engine for all stores of a process on a database: they share compiled statements. `dispose` only disconnects."""
    connecting = {"application_name": "casebook"}
    if patience is not None:
        connecting["options"] = f"-c lock_timeout={patience // timedelta(milliseconds=1)}"
    engine = create_engine(url, pool_size=pool_size, pool_pre_ping=True, connect_args=connecting)
    event.listen(engine, "handle_error", _forget_values)
    server_logs.quieten(engine)
    return engine


def _forget_values(context: object) -> None:
    """Remove the parameters from errors: they have personal details, which must not reach an error text."""
    if (error := getattr(context, "sqlalchemy_exception", None)) is not None:
        error.hide_parameters = True


def now(session: Session) -> datetime:
    """The present time of this home: the real time, moved by the home's clock offset if it has one."""
    seconds = session.scalar(select(ClockOffset.seconds))
    return clock.now() + timedelta(seconds=seconds or 0)

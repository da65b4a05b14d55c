"""The databases of one home: an embedded PostgreSQL that all commands share, or a server that the operator named.

The first user starts the embedded server, the last one to leave stops it.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from casebook.errors import DatabaseUnavailable, HomeUnusable
from casebook.storage.server import cluster_record, databases, packaged_server, server_place, server_use
from casebook.storage.server.packaged_server import Installation, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import SecretStr

    from casebook.settings import Settings
    from casebook.storage.server.cluster_record import ClusterRecord

# who connects to which database: `casebook` is the owner of its tables, and only migrates; see storage/roles.py
DatabaseRole = Literal[
    "casebook", "casebook_app", "casebook_worker", "casebook_reader", "casebook_backup", "prefect", "postgres"
]
CLUSTERS = Path("/var/lib/casebook-clusters")


@dataclass(frozen=True, kw_only=True)
class Server:
    """The addresses of the databases. They work while the context that gave this is open."""

    addresses: Mapping[str, str] = field(repr=False)  # role -> postgresql://..., passwords included
    folder: Path | None = None  # where the embedded server's users are counted; None for a named server
    data: Path | None = None

    def address(self, role: DatabaseRole) -> str:
        """For libpq and so for psql: `postgresql://user:password@/name?host=/socket/directory`."""
        if role not in self.addresses:
            raise DatabaseUnavailable(f"No address is set for {role}.")
        return self.addresses[role]

    def url(self, role: DatabaseRole) -> str:
        """For SQLAlchemy: psycopg, and asyncpg for `prefect`."""
        driver = "asyncpg" if role == "prefect" else "psycopg"
        return f"postgresql+{driver}://" + self.address(role).partition("://")[2]

    def linger(self, seconds: int) -> None:
        """Keep the embedded server running for a while after this command, by a small detached process."""
        if self.folder is None or self.data is None:
            return
        membership = server_use.join(self.folder)  # handed over while open, so that there is always a user
        module = ["-P", "-m", "casebook.storage.server.keep_running"]
        words = [sys.executable, *module, str(self.folder), str(self.data), str(seconds)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CASEBOOK_")}
        files = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDWR, 0)]
        copies = [(os.POSIX_SPAWN_DUP2, old, new) for old, new in ((membership, 3), (0, 1), (0, 2))]
        try:
            os.posix_spawn(sys.executable, words, environment, file_actions=[*files, *copies], setsid=True)
        finally:
            os.close(membership)


@contextmanager
def database(settings: Settings) -> Iterator[Server]:
    """Open the databases: the server of `CASEBOOK_DATABASE_URL` if that is set, otherwise this home's embedded server."""
    if settings.database_url is not None:
        yield Server(addresses=_named(settings, settings.database_url))
        return
    with running(settings.home, server_user=settings.server_user, clusters=settings.clusters) as server:
        yield server


def _named(settings: Settings, works: SecretStr) -> dict[str, str]:
    """The addresses of a server that the operator named: for whatever has none of its own, that of whoever works."""
    given = {
        "casebook": settings.owner_database_url or works,
        "casebook_app": works,
        "casebook_worker": settings.worker_database_url or works,
        "casebook_reader": works,
        "casebook_backup": works,
        "prefect": settings.prefect_database_url,
    }
    checked = {address: databases.plain(address.get_secret_value()) for address in {*given.values()} if address}
    return {role: checked[address] for role, address in given.items() if address}


@contextmanager
def running(home: Path, *, server_user: str | None = None, clusters: Path = CLUSTERS) -> Iterator[Server]:
    """The embedded server of `home`: started if it is not running, stopped when the last user leaves."""
    folder = server_place.own_folder(home)
    with server_use.alone(folder):
        membership = server_use.join(folder)
        data = None
        try:
            record, installation = _installation(folder, server_user, clusters)
            data = installation.data
            addresses = _up(record, installation)
        except BaseException as problem:
            if server_use.leave(membership) and data is not None:
                packaged_server.stop(data)
            if isinstance(problem, OSError):
                raise HomeUnusable(f"The home {home} cannot be used: {problem.strerror}") from problem
            raise
    try:
        yield Server(addresses=addresses, folder=folder, data=data)
    finally:
        stop_if_last(folder, data, membership)


def stop_if_last(folder: Path, data: Path, membership: int) -> None:
    with server_use.alone(folder):
        if server_use.leave(membership):
            packaged_server.stop(data)


def _installation(folder: Path, server_user: str | None, clusters: Path) -> tuple[ClusterRecord, Installation]:
    record = cluster_record.read(folder) or cluster_record.new(folder)
    if record.whole:
        directory = Path(record.outside or folder)
        account = _owner(directory / "data")
    else:
        account = server_place.server_account(server_user)
        directory = server_place.cluster_directory(folder, account, clusters, record.cluster_id)
        record = replace(record, outside=None if directory == folder else str(directory))
        cluster_record.write(folder, record)
    return record, Installation(
        data=directory / "data",
        socket=server_place.socket_directory(directory, account),
        log=folder / "server.log",
        account=account,
        clusters=clusters,
    )


def _owner(data: Path) -> server_place.SystemAccount:
    try:
        return server_place.owner_of(data)
    except OSError as error:
        raise HomeUnusable(f"The database of this home is missing from {data}: {error.strerror}") from error


def _up(record: ClusterRecord, installation: Installation) -> Mapping[str, str]:
    started = packaged_server.settle(installation.data) is State.GONE
    if started and not record.whole:
        packaged_server.initialise(installation, record.passwords["postgres"])
    if started:
        packaged_server.start(installation)
    addresses = databases.addresses(installation.socket, record.passwords)
    try:
        databases.ensure(addresses, record.passwords, thorough=started or not record.whole)
    except DatabaseUnavailable:
        if started or not packaged_server.is_dying(installation.data):
            raise
        packaged_server.start(installation)
        databases.ensure(addresses, record.passwords, thorough=True)
    if not record.whole:
        cluster_record.write(Path(record.folder), replace(record, whole=True))
    return addresses

"""Migrates a database to the schema that this release expects. Safe for several processes at once."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, text

from casebook.errors import Fault
from casebook.storage import roles, server_logs

VERSIONS = Path(__file__).parent / "migrations" / "versions"
_LOCK = 0x0CA5EB00  # any fixed number: the advisory lock under which one process migrates


def head() -> str:
    """The newest revision: the leading number of the newest file."""
    return max(path.stem.split("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


class OwnerNeeded(Fault):
    """The database has another schema than this release expects, and only the owner of its tables can migrate it."""

    code = "owner_needed"


def upgrade(url: str, *, owner: str | None = None) -> bool:
    """Migrate the database at `url` to the head; returns whether anything was done. `owner`: the address of its owner.

    Raises OwnerNeeded if it must be migrated and neither address is that of the owner.
    """
    engine = create_engine(owner or url)
    server_logs.quieten(engine)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            if _current(connection) == head():
                return False
            _refuse_others(connection)
            _run(connection)
            roles.grant(connection)
            return True
    finally:
        engine.dispose()


def _refuse_others(connection: Connection) -> None:
    """Raise OwnerNeeded if there are tables, and they belong to somebody else."""
    if _current(connection) is not None and not roles.is_owner(connection):
        raise OwnerNeeded(
            "This release needs another schema, and this role does not own the tables: "
            "set CASEBOOK_OWNER_DATABASE_URL to the address of their owner for one command."
        )


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def configuration(connection: Connection) -> object:
    """Alembic's configuration for a live connection."""
    from alembic.config import Config  # noqa: PLC0415 - 150 ms that only a migration should pay

    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.attributes["connection"] = connection
    return config


def _run(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415

    command.upgrade(configuration(connection), "head")  # type: ignore[arg-type]

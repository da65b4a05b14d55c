"""The home of an earlier release as one file: its rows as COPY text, and the schema that its own migrations made."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from sqlalchemy import create_engine

from casebook.storage import migrate
from casebook.storage.libpq_address import for_libpq

KEY = b"a key of no real home, for tests"
SCHEMA = """
    SELECT 'column', table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u')
    ORDER BY 1, 2
"""
# identity columns go on where they stood
SEQUENCES = """
    SELECT table_name, column_name, pg_get_serial_sequence(table_name, column_name)
    FROM information_schema.columns WHERE table_schema = 'public' AND is_identity = 'YES' ORDER BY 1
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position"
STAMP = (2000, 1, 1, 0, 0, 0)  # the same rows give the same bytes


def dump(url: str, path: Path, files: dict[str, str]) -> None:
    """Write a database to `path`, with `files` beside it."""
    with _connect(url) as connection:
        names = [name for (name,) in connection.execute(TABLES)]
        tables = {name: [each for (each,) in connection.execute(COLUMNS, [name])] for name in names}
        about = {"tables": tables, "sequences": _sequences(connection)}
        parts = {"about.json": json.dumps(about, indent=1), "schema.txt": "\n".join(schema(connection)), **files}
        for name in names:
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as rows:
                parts[f"{name}.copy"] = b"".join(bytes(row) for row in rows).decode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, text in sorted(parts.items()):
            archive.writestr(zipfile.ZipInfo(name, STAMP), text, zipfile.ZIP_LZMA)


def add(path: Path, name: str, text: str) -> None:
    """One more part, once it is known."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name, STAMP), text, zipfile.ZIP_LZMA)


def rows_of(url: str) -> dict[str, int]:
    """How many rows each table has."""
    with _connect(url) as connection:
        names = [name for (name,) in connection.execute(TABLES)]
        return {name: _count(connection, name) for name in names}


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    assert row is not None
    return int(row[0])


def restore(url: str, path: Path) -> list[str]:
    """Restore a dump into an empty database, and return the schema that the migrations of that release made."""
    with zipfile.ZipFile(path) as archive:
        about = json.loads(archive.read("about.json"))
        _migrate(url, archive.read("alembic_version.copy").decode().strip())
        with _connect(url) as connection, connection.transaction():
            made = schema(connection)
            # a restore must notify nobody, and the guards of the ledger must not refuse it
            connection.execute("SET LOCAL session_replication_role = replica")
            for name, columns in about["tables"].items():
                if name != "alembic_version":
                    listed = ", ".join(f'"{column}"' for column in columns)
                    with connection.cursor().copy(f'COPY "{name}" ({listed}) FROM STDIN') as rows:
                        rows.write(archive.read(f"{name}.copy"))
            for name, last in about["sequences"].items():
                connection.execute("SELECT setval(%s, %s)", [name, max(1, last)])
    return made


def read(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def schema(connection: psycopg.Connection[Any]) -> list[str]:
    return [f"{kind}: {what}" for kind, what in connection.execute(SCHEMA)]


def _sequences(connection: psycopg.Connection[Any]) -> dict[str, int]:
    return dict(_last(connection))


def _last(connection: psycopg.Connection[Any]) -> Iterator[tuple[str, int]]:
    for table, column, sequence in connection.execute(SEQUENCES).fetchall():
        (last,) = connection.execute(f'SELECT coalesce(max("{column}"), 0) FROM "{table}"').fetchone() or (0,)
        yield sequence, last


def _migrate(url: str, revision: str) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            command.upgrade(migrate.configuration(connection), revision)  # type: ignore[arg-type]
    finally:
        engine.dispose()


def _connect(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(for_libpq(url), autocommit=True)

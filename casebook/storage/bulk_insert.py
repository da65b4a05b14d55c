"""Writes fresh rows of any tables in one statement: one round trip instead of one for each table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypeVar

from sqlalchemy import TextClause, inspect, text
from sqlalchemy.orm import Session, make_transient_to_detached

from casebook.domain import chain
from casebook.storage.tables import Base

R = TypeVar("R", bound=Base)


def write(session: Session, rows: Sequence[Base]) -> None:
    """Insert rows that no session wrote before; then they are as if this one had, but for those the database numbers."""
    by_table: dict[type[Base], list[Mapping[str, object]]] = {}
    for row in rows:
        names, _ = columns_of(type(row))
        by_table.setdefault(type(row), []).append({column: getattr(row, key) for key, column in names})
    tables = tuple(sorted(by_table, key=lambda table: table.__tablename__))
    session.execute(_statement(tables), {table.__tablename__: chain.canonical(by_table[table]) for table in tables})
    for row in rows:
        if row in session:
            session.expunge(row)
        if not columns_of(type(row))[1]:
            make_transient_to_detached(row)
            session.add(row)


def claim(session: Session, rows: Sequence[R]) -> list[R]:
    """Insert what is not there yet, of one table; returns those that this call inserted. The unique row is the claim."""
    if not rows:
        return []
    columns, _ = columns_of(type(rows[0]))
    values = [{column: getattr(row, key) for key, column in columns} for row in rows]
    ((key, primary),) = ((key, column) for key, column in columns if type(rows[0]).__table__.c[column].primary_key)
    name = rows[0].__tablename__
    # one parameter for a whole page: a thousand rows of binds cost more to read than to insert
    statement = text(f"{_insert(type(rows[0]))} ON CONFLICT DO NOTHING RETURNING {primary}")
    made = set(session.scalars(statement, {name: chain.canonical(values)}))
    return [row for row in rows if getattr(row, key) in made]


@cache
def columns_of(table: type[Base]) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Attribute and column of all that is given with a row, and whether the database numbers the rows."""
    found = [(each.key, column) for each in inspect(table).column_attrs for column in each.columns]
    given = tuple((key, str(column.name)) for key, column in found if column.identity is None)
    return given, len(given) < len(found)


@cache
def _statement(tables: tuple[type[Base], ...]) -> TextClause:
    """Foreign keys are checked at its end, so the order of the tables does not matter."""
    parts = (f"into_{table.__tablename__} AS ({_insert(table)})" for table in tables)
    return text(f"WITH {', '.join(parts)} SELECT 1")


def _insert(table: type[Base]) -> str:
    """What is bound under the table's name is a JSON list of rows."""
    name, columns = table.__tablename__, ", ".join(f'"{column}"' for _, column in columns_of(table)[0])
    return f"INSERT INTO {name} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{name}, CAST(:{name} AS jsonb))"

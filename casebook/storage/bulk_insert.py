"""Inserts new rows of any tables in one statement: one round trip instead of one for each table."""

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
    """Insert new rows. The session then treats them as its own, except rows that the database numbers."""
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
    """Insert the rows of one table that are not there yet, and return those that this call inserted.

    The unique row is the claim: only one caller can insert it.
    """
    if not rows:
        return []
    columns, _ = columns_of(type(rows[0]))
    values = [{column: getattr(row, key) for key, column in columns} for row in rows]
    ((key, primary),) = ((key, column) for key, column in columns if type(rows[0]).__table__.c[column].primary_key)
    name = rows[0].__tablename__
    # one parameter for all rows: a thousand rows of binds cost more to read than to insert
    statement = text(f"{_insert(type(rows[0]))} ON CONFLICT DO NOTHING RETURNING {primary}")
    inserted = set(session.scalars(statement, {name: chain.canonical(values)}))
    return [row for row in rows if getattr(row, key) in inserted]


@cache
def columns_of(table: type[Base]) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Attribute and column of every value that is inserted with a row, and whether the database numbers the rows."""
    columns = [(attribute.key, column) for attribute in inspect(table).column_attrs for column in attribute.columns]
    inserted = tuple((key, str(column.name)) for key, column in columns if column.identity is None)
    return inserted, len(inserted) < len(columns)


@cache
def _statement(tables: tuple[type[Base], ...]) -> TextClause:
    """One statement for all tables. Foreign keys are checked at its end, so the order of the tables does not matter."""
    parts = (f"into_{table.__tablename__} AS ({_insert(table)})" for table in tables)
    return text(f"WITH {', '.join(parts)} SELECT 1")


def _insert(table: type[Base]) -> str:
    """INSERT for one table. The parameter has the table's name and is a JSON list of rows."""
    name, columns = table.__tablename__, ", ".join(f'"{column}"' for _, column in columns_of(table)[0])
    return f"INSERT INTO {name} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{name}, CAST(:{name} AS jsonb))"

"""The values of a row as its digest has them: all as they are, but of bytes their own digest."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Text, func, inspect, literal, select
from sqlalchemy.orm import object_session

from casebook.domain import chain
from casebook.storage.tables import Base


def values_of(row: Base) -> dict[str, object]:
    """Every column of a live row with its value. Bytes that were not read are told as in a digest."""
    there = inspect(row).unloaded & _with_bytes(type(row))
    return {
        column: _digest_there(row, column) if name in there else getattr(row, name)
        for name, column in columns_of(type(row))[0]
    }


@cache
def _with_bytes(table: type[Base]) -> frozenset[str]:
    return frozenset(name for name, column in columns_of(table)[0] if _is_bytes(table.__table__.c[column]))


def _is_bytes(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, LargeBinary)


def _digest_there(row: Base, column: str) -> object:
    """What the database tells of bytes that nobody has read: they can be ten megabytes."""
    session, identity = object_session(row), inspect(row).identity
    if session is None or identity is None:  # it is not in the database yet, and nobody gave it any
        return None
    this = [own == value for own, value in zip(inspect(type(row)).primary_key, identity, strict=True)]
    return session.scalar(select(in_digests(row.__table__.c[column])).where(*this))


def in_digests(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column, or of one with bytes what stands for them in JSON."""
    if not _is_bytes(column):
        return column
    digest = func.encode(func.sha256(column), "hex")
    return literal(chain.BYTES, Text).concat(digest).label(column.key)


@cache
def columns_of(table: type[Base]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Attribute and column of every value in a row, and the columns of its primary key."""
    mapper = inspect(table)
    columns = tuple(
        (attribute.key, str(column.key)) for attribute in mapper.column_attrs for column in attribute.columns
    )
    return columns, tuple(str(column.key) for column in mapper.primary_key)

"""A source in another database, read only: at any SQLAlchemy address, with tables and columns named in configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    Connection,
    Engine,
    String,
    TableClause,
    case,
    cast,
    column,
    create_engine,
    func,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.elements import ColumnElement

from casebook import clock
from casebook.domain.case.coverage import VariantFamily
from casebook.domain.vocabulary import Source
from casebook.errors import SourceFault
from casebook.sources import answers
from casebook.sources.answers import PersonShape, RecordShape
from casebook.sources.protocol import Answered, Cells

AT_MOST = 2_000  # persons of one answer; beyond that the answer is marked as incomplete
PATIENCE = 10  # seconds for one statement

# the first statements for each kind of server, so that we can change nothing there and no query runs for ever
_BEFORE: Mapping[str, tuple[str, ...]] = {
    "postgresql": ("SET TRANSACTION READ ONLY", f"SET LOCAL statement_timeout = {PATIENCE * 1000}"),
    "mysql": ("SET SESSION TRANSACTION READ ONLY",),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY",),
    "oracle": ("SET TRANSACTION READ ONLY",),
    "sqlite": ("PRAGMA query_only = ON",),
}


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """The table and columns of the other database that have the cells of a file."""

    table: str
    columns: Mapping[str, str]  # cell -> column
    schema: str | None = None

    @cached_property
    def clause(self) -> TableClause:
        return table(self.table, *map(column, dict.fromkeys(self.columns.values())), schema=self.schema)

    def of(self, cell: str) -> ColumnElement[Any]:
        return self.clause.c[self.columns[cell]]

    @property
    def cells(self) -> list[ColumnElement[Any]]:
        return [self.of(cell).label(cell) for cell in self.columns]


@dataclass(kw_only=True)
class SqlSource:
    """A `RecordSource`."""

    how: ClassVar = "sql"
    source: Source
    families: frozenset[VariantFamily]
    url: str = field(repr=False)
    persons: Mapped
    records: Mapped | None = None
    this_year: Callable[[], int] = lambda: clock.now().year

    def find(self, asked: Cells) -> Answered:
        """Every person who shares a name, the date of birth, the postcode or a number; those who share most first."""
        agreeing = [test for cell in self.persons.columns for test in self._tests(cell, asked)]
        if not agreeing:
            raise SourceFault("Nothing is known that this source can be searched for.", "nothing_to_ask")
        agreement = sum((case((test, 1), else_=0) for test in agreeing[1:]), case((agreeing[0], 1), else_=0))
        query = (
            select(*self.persons.cells)
            .where(or_(*agreeing))
            .order_by(agreement.desc(), self.persons.of("person_id"))
            .limit(AT_MOST + 1)
        )
        rows = self._rows(query)
        read = [answers.shaped(PersonShape, row) for row in rows[:AT_MOST]]
        return Answered(persons=answers.persons(self.source, read, self.this_year()), complete=len(rows) <= AT_MOST)

    def bearers(self, asked: Cells) -> Answered:
        return self.find({name: asked.get(name, "") for name in ("forename", "surname")})

    def records_of(self, person_ids: list[str]) -> dict[str, tuple[Cells, ...]]:
        if self.records is None or not person_ids:
            return {}
        query = select(*self.records.cells).where(_said(self.records.of("person_id")).in_(person_ids))
        rows = [answers.shaped(RecordShape, row) for row in self._rows(query)]
        return answers.records(self.source, rows, person_ids, self.this_year())

    def check(self) -> None:
        for mapped in filter(None, (self.persons, self.records)):
            self._rows(select(*mapped.cells).limit(0))

    def close(self) -> None:
        """Do nothing: no connection stays open between searches."""

    def _tests(self, cell: str, asked: Cells) -> Iterator[ColumnElement[bool]]:
        """The conditions of a search. Forename and surname are searched in either column, because some people are swapped."""
        value = asked.get(cell, "")
        match cell:
            case "surname" | "forename":
                for name in ("surname", "forename"):
                    # a forename alone is too common
                    if asked.get(name) and (name == "surname" or not asked.get("surname")):
                        yield _plain(self.persons.of(cell)) == asked[name].strip().lower()
            case "dob" if value:
                yield _said(self.persons.of(cell)).startswith(value, autoescape=True)
            case "postcode" | "pnc_id" | "cro" if value:
                yield func.replace(_plain(self.persons.of(cell)), " ", "") == value.replace(" ", "").lower()

    def _rows(self, query: Any) -> list[dict[str, object]]:  # noqa: ANN401 - a select of any columns
        try:
            with self._reading() as connection:
                return [
                    {name: _value(value) for name, value in row.items()} for row in connection.execute(query).mappings()
                ]
        except SQLAlchemyError:
            # the driver's text may contain the search terms
            raise SourceFault("The source's database did not answer.", "database") from None

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A read-only transaction that is never committed."""
        with self._engine.connect() as connection:
            for statement in _BEFORE.get(connection.dialect.name, ()):
                connection.execute(text(statement))
            try:
                yield connection
            finally:
                connection.rollback()

    @cached_property
    def _engine(self) -> Engine:
        """An engine without a pool: a process searches rarely, and a fork must not share a connection."""
        arguments = {"postgresql": {"connect_timeout": PATIENCE}, "mysql": {"connect_timeout": PATIENCE}}
        kind = self.url.partition(":")[0].partition("+")[0]
        return create_engine(self.url, poolclass=NullPool, hide_parameters=True, connect_args=arguments.get(kind, {}))


def _said(cell: ColumnElement[Any]) -> ColumnElement[str]:
    return cast(cell, String)


def _plain(cell: ColumnElement[Any]) -> ColumnElement[str]:
    return func.lower(func.trim(_said(cell)))


def _value(value: object) -> object:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, (Decimal, UUID)) else value

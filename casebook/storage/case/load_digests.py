"""A digest of what each load of an extract brought and closed, so that a later change of a million rows is noticed."""

from __future__ import annotations

from functools import cache

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from casebook.storage.case.extracts import SHARED
from casebook.storage.tables import SourceExtract, SourceFrequency, SourcePerson, SourceRecord

_CONTENT = "content:"  # before a digest over everything that a row holds; earlier releases digested less


def of(session: Session, extract: int) -> str:
    """The digest of one load. Written into its row, which the ledger records."""
    found = session.execute(text(_content("= :extract")), {"extract": extract}).all()
    return _CONTENT + (found[0].digest if found else "")


def changed(session: Session) -> list[int]:
    """The loads of which anything is different now, and those whose row is gone."""
    now = {row.extract: row.digest for row in session.execute(text(_content("IS NOT NULL")))}
    query = select(SourceExtract.id, SourceExtract.digest).order_by(SourceExtract.id)
    known = dict(session.execute(query).tuples().all())
    return sorted(
        {number for number in now if number not in known}
        | {
            number
            for number, digest in known.items()
            if digest != (_CONTENT + now.get(number, "") if digest.startswith(_CONTENT) else _earlier(session, number))
        }
    )


def miscounted(session: Session) -> list[str]:
    """Sources of which a stored count of a common name or postcode is not the number of its persons."""
    parts = " UNION ALL ".join(
        f"SELECT source, '{part}' AS part, plain_{part} AS value FROM source_person WHERE until IS NULL"
        for part in ("forename", "surname", "postcode")
    )
    query = f"""SELECT DISTINCT coalesce(stored.source, counted.source) FROM {SourceFrequency.__tablename__} AS stored
        FULL JOIN (
            SELECT source, part, value, count(*) AS persons FROM ({parts}) AS said
            WHERE value IS NOT NULL GROUP BY 1, 2, 3 HAVING count(*) >= {SHARED}
        ) AS counted USING (source, part, value)
        WHERE stored.persons IS DISTINCT FROM counted.persons ORDER BY 1"""
    return list(session.scalars(text(query)))


@cache
def _content(which: str) -> str:
    """SQL: load -> digest over its rows with all their columns, and over the rows that it closed."""
    persons, records = (_columns(table) for table in (SourcePerson, SourceRecord))
    brought = "sha256(convert_to(ROW({})::text, 'UTF8'))"
    return f"""SELECT extract, encode(sha256(string_agg(line, ''::bytea ORDER BY part, id)), 'hex') AS digest FROM (
        SELECT since AS extract, 1 AS part, id, {brought.format(persons)} AS line FROM source_person WHERE since {which}
        UNION ALL SELECT since, 2, id, {brought.format(records)} FROM source_record WHERE since {which}
        UNION ALL SELECT until, 3, id, 'closed'::bytea FROM source_person WHERE until {which}
        UNION ALL SELECT until, 4, id, 'closed'::bytea FROM source_record WHERE until {which}
        ) AS loaded GROUP BY extract"""


def _columns(table: type[SourcePerson | SourceRecord]) -> str:
    return ", ".join(column.name for column in table.__table__.columns if column.name != "until")


def _earlier(session: Session, extract: int) -> str:
    """What an earlier release wrote: over the stored digests of the rows that a load brought."""
    query = text(
        """SELECT encode(sha256(coalesce(string_agg(int8send(digest), ''::bytea ORDER BY part, id), '')), 'hex') FROM (
            SELECT 1 AS part, id, digest FROM source_person WHERE since = :extract
            UNION ALL SELECT 2, id, digest FROM source_record WHERE since = :extract) AS brought"""
    )
    return str(session.scalar(query, {"extract": extract}))

"""Persons and records of loaded extracts: who shares a key with a subject, what is recorded, what is loaded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Row, any_, delete, exists, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Session, aliased

from casebook.storage.read_once import read_once
from casebook.storage.tables import SourceExtract, SourceFrequency, SourcePerson, SourceRecord

# a key that more persons share is of little use: whoever shares more with the subject shares a rarer key too
COMMON = 1_000
SHARED = 3  # a value is counted if at least so many persons have it
COMPARED = 300  # persons handed to the model per search, those with the rarest and most shared keys first

PERSON_CELLS = (
    "source", "person_id", "forename", "middle_names", "surname", "aliases", "dob", "sex", "address", "postcode",
    "pnc_id", "cro",
)  # fmt: skip
RECORD_CELLS = (
    "source", "record_id", "person_id", "kind", "offence_code", "offence_text", "date", "outcome", "victim_id",
    "victim_relationship", "flags", "owner", "source_evaluation", "intelligence_assessment", "handling",
)  # fmt: skip


_SHARING = """
    WITH hit AS (
        SELECT found.id, count(*) OVER (PARTITION BY asked.key) AS sharing
        FROM unnest(CAST(:keys AS integer[])) AS asked (key)
        CROSS JOIN LATERAL (
            SELECT id FROM source_person
            WHERE until IS NULL AND source = :source AND keys @> ARRAY[asked.key] LIMIT :common
        ) AS found
    ), best AS (
        SELECT id, bool_or(sharing < :common) AS rare, sum(ln(CAST(1000000 AS float8) / sharing)) AS told
        FROM hit GROUP BY id ORDER BY rare DESC, told DESC, id LIMIT :wanted
    )
    SELECT {columns}, plain_forename, plain_surname, plain_postcode
    FROM best JOIN source_person USING (id) ORDER BY rare DESC, told DESC, id
    """


_BEARING = """
    WITH bearer AS (
        SELECT id, person_id FROM source_person
        WHERE until IS NULL AND source = :source AND keys && CAST(:keys AS integer[])
    ), told AS (
        SELECT bearer.id, count(*) OVER () AS everybody, (
            SELECT count(*) FROM source_record AS record
            WHERE record.source = :source AND record.person_id = bearer.person_id AND record.until IS NULL
        ) AS records FROM bearer
    ), best AS (SELECT id, everybody, records FROM told ORDER BY records DESC, id LIMIT :wanted)
    SELECT {columns}, plain_forename, plain_surname, plain_postcode, everybody
    FROM best JOIN source_person USING (id) ORDER BY records DESC, id
    """
BEARERS = 400  # of one name, those with the most records first; the others are counted

# the cells of persons.csv, and the plain forename, surname and postcode for counting frequencies
FoundRow = tuple[dict[str, str], tuple[str | None, ...]]


def bearing(session: Session, source: str, keys: Collection[int]) -> tuple[list[FoundRow], int]:
    """The current persons of a source who share one of these keys of a full name, and how many there are in all."""
    if not keys:
        return [], 0
    bound = {"keys": list(keys), "source": source, "wanted": BEARERS}
    rows = session.execute(text(_BEARING.format(columns=", ".join(PERSON_CELLS))), bound).all()
    return [_found(row) for row in rows], rows[0].everybody if rows else 0


def sharing(session: Session, source: str, keys: Collection[int], *, wanted: int = COMPARED) -> list[FoundRow]:
    """The current persons of a source that share a key, the most likely first; at most `wanted`.

    For each person: the cells of persons.csv, and the plain forename, surname and postcode for counting frequencies.
    """
    if not keys:
        return []
    bound = {"keys": list(keys), "source": source, "common": COMMON, "wanted": wanted}
    # a LIMIT makes a sequential scan look cheap to the planner; with a million persons it never is
    before = session.scalar(text("SELECT current_setting('enable_seqscan')"))
    session.execute(text("SET LOCAL enable_seqscan = off"))
    rows = session.execute(text(_SHARING.format(columns=", ".join(PERSON_CELLS))), bound).all()
    session.execute(text(f"SET LOCAL enable_seqscan = {before}"))
    return [_found(row) for row in rows]


def _found(row: Row[Any]) -> FoundRow:
    width = len(PERSON_CELLS)
    return dict(zip(PERSON_CELLS, map(_cell, row[:width]), strict=True)), tuple(row[width : width + 3])


@contextmanager
def keys_indexed_afterwards(session: Session) -> Iterator[None]:
    """For a first load, build the index of keys once afterwards: much faster than row by row."""
    # only the owner of a table may index it: these functions are theirs, and do nothing else
    session.execute(text("SELECT source_keys_unindexed()"))
    yield
    session.execute(text("SELECT source_keys_indexed()"))


def count_frequencies(session: Session, source: str) -> None:
    """Count how many persons of a source share each common value. Call this after a load."""
    session.execute(delete(SourceFrequency).where(SourceFrequency.source == source))
    for part in ("forename", "surname", "postcode"):
        session.execute(
            text(
                f"INSERT INTO source_frequency (source, part, value, persons)"
                f" SELECT :source, :part, plain_{part}, count(*) FROM source_person"
                f" WHERE source = :source AND until IS NULL AND plain_{part} IS NOT NULL"
                f" GROUP BY plain_{part} HAVING count(*) >= :common"
            ),
            {"source": source, "part": part, "common": SHARED},
        )


def frequencies(session: Session, source: str, values: Collection[str]) -> dict[tuple[str, str], int]:
    """(part, value) -> how many persons of the source have it. Rare values are left out."""
    query = select(SourceFrequency.part, SourceFrequency.value, SourceFrequency.persons).where(
        SourceFrequency.source == source, SourceFrequency.value == any_(literal(list(values), ARRAY(TEXT)))
    )
    return {(part, value): persons for part, value, persons in session.execute(query)}


def common_names(session: Session, source: str, names: Collection[str]) -> set[str]:
    """Names that so many persons have, as forename or surname, that the name alone identifies nobody."""
    query = select(SourceFrequency.value).where(
        SourceFrequency.source == source, SourceFrequency.part.in_(["forename", "surname"]),
        SourceFrequency.value.in_(names), SourceFrequency.persons >= COMMON,
    )  # fmt: skip
    return set(session.scalars(query))


def size(session: Session, source: str) -> int:
    """How many persons are in the extract in force."""
    query = select(SourceExtract.persons).where(SourceExtract.source == source).order_by(SourceExtract.id.desc())
    return session.scalar(query.limit(1)) or 0


def newest(session: Session, source: str) -> int | None:
    """The extract in force of a source. None if the source is not loaded."""
    return session.scalar(select(func.max(SourceExtract.id)).where(SourceExtract.source == source))


@read_once
def loaded(session: Session) -> dict[str, int]:
    """Source -> its newest extract."""
    rows = session.execute(select(SourceExtract.source, func.max(SourceExtract.id)).group_by(SourceExtract.source))
    return dict(rows.tuples().all())


def touched(session: Session, source: str, extract: int, asked: Mapping[str, Collection[int]]) -> set[str]:
    """Applications whose candidates a load may have changed. `asked`: reference -> keys that find its people.

    These are the applications with a proposed person who differs now, has other records or is gone, and those that share
    a key with a new or different person. The candidates of any other application are the same as before.
    """
    bound = {"source": source, "extract": extract}
    references = set(session.scalars(text(_PROPOSED), bound))
    left = {reference: keys for reference, keys in asked.items() if reference not in references}
    pairs = [(reference, key) for reference, keys in left.items() for key in keys]
    if not pairs:
        return references
    bound |= {"references": [reference for reference, _ in pairs], "keys": [key for _, key in pairs]}
    return references | set(session.scalars(text(_SHARED_WITH_NEW), bound))


_PROPOSED = """
    SELECT DISTINCT candidate.reference FROM candidate JOIN (
        SELECT person_id FROM source_person WHERE source = :source AND (since = :extract OR until = :extract)
        UNION SELECT person_id FROM source_record WHERE source = :source AND (since = :extract OR until = :extract)
    ) AS changed USING (person_id) WHERE candidate.source = :source AND NOT candidate.superseded
    """

_SHARED_WITH_NEW = """
    SELECT DISTINCT asked.reference
    FROM unnest(CAST(:references AS text[]), CAST(:keys AS integer[])) AS asked (reference, key)
    JOIN (
        SELECT DISTINCT unnest(keys) AS key FROM source_person WHERE source = :source AND since = :extract
    ) AS changed USING (key)
    """


def person(session: Session, source: str, person_id: str) -> SourcePerson | None:
    """The current version of one person."""
    return session.scalar(
        select(SourcePerson).where(
            SourcePerson.source == source, SourcePerson.person_id == person_id, SourcePerson.until.is_(None)
        )
    )


def records(session: Session, source: str, person_ids: Collection[str]) -> Sequence[SourceRecord]:
    """The current records of persons, by date."""
    query = (
        select(SourceRecord)
        .where(SourceRecord.source == source, SourceRecord.person_id.in_(person_ids), SourceRecord.until.is_(None))
        .order_by(SourceRecord.date, SourceRecord.record_id)
    )
    return session.scalars(query).all()


def added_about(session: Session, source: str, relationships: Collection[str]) -> Sequence[SourceRecord]:
    """The current records about victims with these relationships that the first load of the source's records did not have.

    By person. A record that a later load only changed is not among them.
    """
    first = select(func.min(SourceRecord.since)).where(SourceRecord.source == source).scalar_subquery()
    earlier = aliased(SourceRecord)
    at_first = exists().where(
        earlier.source == source, earlier.record_id == SourceRecord.record_id, earlier.since <= first
    )
    query = (
        select(SourceRecord)
        .where(
            SourceRecord.source == source, SourceRecord.until.is_(None), SourceRecord.since > first,
            SourceRecord.victim_relationship.in_(relationships), ~at_first,
        )
        .order_by(SourceRecord.person_id, SourceRecord.record_id)
    )  # fmt: skip
    return session.scalars(query).all()


def counts(session: Session) -> list[dict[str, Any]]:
    """One row for each loaded source: its newest extract, when and by whom it was loaded, how much is current."""
    sources = []
    for source, extract_id in sorted(loaded(session).items()):
        extract = session.get_one(SourceExtract, extract_id)
        sources.append(
            {
                "source": source,
                "extract": extract_id,
                "loaded_at": extract.loaded_at.isoformat(),
                "loaded_by": extract.loaded_by,
                "persons": extract.persons,
                "records": extract.records,
            }
        )
    return sources


def person_cells(row: SourcePerson) -> dict[str, str]:
    """The cells of a row of persons.csv."""
    return {name: _cell(getattr(row, name)) for name in PERSON_CELLS}


def record_cells(row: SourceRecord) -> dict[str, str]:
    """The cells of a row of records.csv."""
    return {name: _cell(getattr(row, name)) for name in RECORD_CELLS}


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ";".join(value)
    return str(value) if value is not None else ""

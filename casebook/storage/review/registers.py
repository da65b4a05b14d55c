"""Queries of the review: register rows, every person of the extracts, the records of linked persons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from casebook.domain.review.live_register import LIVE
from casebook.domain.review.register_codes import GivenCodes
from casebook.storage.case.extracts import PERSON_CELLS, RECORD_CELLS
from casebook.storage.review import live as review_live
from casebook.storage.tables import ReviewApplication, ReviewImport, ReviewRow, ReviewState, SourcePerson, SourceRecord

FETCHED = 10_000  # rows at a time
ENQUIRY = "enquiry:"  # a state for each application about which somebody enquired, by one of its rows
TRIAGED = "triaged"  # the state that records what the last triage rested on
SEPARATOR = "\x1f"  # between a source and its person in one id


def imported(session: Session, digest: str) -> ReviewImport | None:
    return session.get(ReviewImport, digest)


def add_rows(session: Session, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), FETCHED):
        session.execute(insert(ReviewRow).on_conflict_do_nothing(), rows[start : start + FETCHED])


def landed(session: Session, digest: str) -> int:
    """How many rows of an import count."""
    mine = ReviewRow.import_digest == digest, ReviewRow.superseded_at.is_(None)
    return session.scalar(select(func.count()).where(*mine)) or 0


class ListedRow(NamedTuple):
    """A row of a register, or one of the casebook's own applications in the same form."""

    id: str
    import_digest: str
    file: str
    line: int
    digest: str
    notes: list[list[str]]
    cells: dict[str, str]


def rows(session: Session) -> Iterator[ListedRow]:
    """Every row, page by page, so that memory holds one page only."""
    return _read(session, select(ReviewRow).order_by(ReviewRow.digest, ReviewRow.file, ReviewRow.line))


def rows_of(session: Session, ids: Iterable[str]) -> list[ListedRow]:
    query = select(ReviewRow).where(ReviewRow.id.in_(list(ids))).order_by(ReviewRow.file, ReviewRow.line)
    return list(_read(session, query))


def _read(session: Session, query: Select[Any]) -> Iterator[ListedRow]:
    """Read the rows that count. The casebook's own applications are read now; those that may not be reviewed are left out."""
    columns = query.with_only_columns(*(getattr(ReviewRow, name) for name in ListedRow._fields))
    columns = columns.where(ReviewRow.superseded_at.is_(None))
    for page in session.execute(columns.execution_options(yield_per=FETCHED)).partitions():
        live = review_live.cells(session, [row.cells[LIVE] for row in page if LIVE in row.cells])
        for row in page:
            if LIVE not in row.cells:
                yield ListedRow(*row)
            elif (live_cells := live.get(row.cells[LIVE])) is not None:
                yield ListedRow(*row)._replace(cells=live_cells)


def imports(session: Session) -> list[ReviewImport]:
    """The imports whose rows count."""
    return list(
        session.scalars(select(ReviewImport).where(ReviewImport.ended_at.is_(None)).order_by(ReviewImport.digest))
    )


def codes(session: Session) -> dict[str, GivenCodes]:
    """Import -> what a person said that its codes mean."""
    query = select(ReviewImport.digest, ReviewImport.codes).where(ReviewImport.codes.is_not(None))
    return {digest: given for digest, given in session.execute(query).tuples() if given}


def imported_since_triage(session: Session) -> bool:
    """Whether a list was imported, removed or replaced since the last triage."""
    last = state(session, TRIAGED)
    if last is None:
        return True
    later = or_(ReviewImport.imported_at > last.at, ReviewImport.ended_at > last.at)
    return bool(session.scalar(select(exists().where(later))))


def replace_applications(session: Session, found: list[dict[str, Any]]) -> None:
    """Replace the applications after a new reconciliation. An unchanged application keeps its assessment for now."""
    ids = [application["id"] for application in found]
    session.execute(text("DELETE FROM review_application WHERE id <> ALL(CAST(:ids AS text[]))"), {"ids": ids})
    # a name may have moved from one application to another: free every name before they are given again
    session.execute(text("UPDATE review_application SET reference = id || chr(31)"))
    for start in range(0, len(found), FETCHED):
        fresh = insert(ReviewApplication)
        kept = {"reference": fresh.excluded.reference, "rows": fresh.excluded.rows}
        session.execute(fresh.on_conflict_do_update(index_elements=["id"], set_=kept), found[start : start + FETCHED])


def assessed(session: Session, basis: str) -> set[str]:
    """Ids of the applications that were assessed on this basis."""
    return set(session.scalars(select(ReviewApplication.id).where(ReviewApplication.basis == basis)))


def keep_assessments(session: Session, found: list[dict[str, Any]]) -> None:
    """Keep the assessments (`found`: id, basis, assessment). Their ranks are void until all are ranked again."""
    session.execute(
        text(
            """UPDATE review_application AS a SET basis = :basis, assessment = n.said, rank = NULL,
                before = CASE WHEN a.assessment ->> 'model' <> n.said ->> 'model' THEN a.assessment ELSE a.before END
            FROM (SELECT CAST(:assessment AS jsonb) AS said) AS n WHERE a.id = :id"""
        ),
        found,
    )


def rank(session: Session) -> None:
    """Rank the largest chance times consequence first; equal ones by administrative faults, then by content, never by a name."""
    session.execute(
        text(
            """UPDATE review_application AS a SET rank = r.place FROM (
                SELECT id, row_number() OVER (ORDER BY (assessment->>'score')::numeric DESC,
                    (assessment->>'administrative')::numeric DESC, id COLLATE "C") AS place
                FROM review_application WHERE assessment IS NOT NULL) AS r WHERE r.id = a.id"""
        )
    )


def count_assessed(session: Session) -> int:
    query = select(func.count()).select_from(ReviewApplication).where(ReviewApplication.assessment.is_not(None))
    return session.scalar(query) or 0


def urgencies(session: Session) -> dict[str, float]:
    """Application -> urgency, of those that need contact now by themselves."""
    assessment = ReviewApplication.assessment
    query = select(ReviewApplication.id, assessment["urgency"].as_float()).where(
        assessment["contact_alone"].astext == "now"
    )
    return dict(session.execute(query).tuples().all())


def keep_now(session: Session, now: Collection[str]) -> None:
    """Of those that need contact now by themselves, these are `now`, the others `soon`."""
    session.execute(
        text(
            """UPDATE review_application SET assessment = jsonb_set(assessment, '{contact_priority}',
                CASE WHEN id = ANY(CAST(:now AS text[])) THEN '"now"'::jsonb ELSE '"soon"'::jsonb END)
            WHERE assessment ->> 'contact_alone' = 'now'"""
        ),
        {"now": sorted(now)},
    )


def ranking(session: Session) -> Iterator[Any]:
    """Id, rank, modes, contact priority, and whether anybody is linked, in the order of the ranks."""
    assessment = ReviewApplication.assessment
    query = select(
        ReviewApplication.id, ReviewApplication.rank, assessment["modes"].label("modes"),
        assessment["contact_priority"].astext.label("contact_priority"), assessment["linked"].as_boolean().label("linked"),
    ).where(ReviewApplication.rank.is_not(None)).order_by(ReviewApplication.rank)  # fmt: skip
    return iter(session.execute(query.execution_options(yield_per=FETCHED)))


def applications(session: Session) -> list[ReviewApplication]:
    """Applications in the order of their ranks; those not assessed come last."""
    return list(
        session.scalars(select(ReviewApplication).order_by(ReviewApplication.rank.nulls_last(), ReviewApplication.id))
    )


def state(session: Session, name: str) -> ReviewState | None:
    return session.get(ReviewState, name)


def keep_state(session: Session, name: str, value: str, at: datetime, said: dict[str, Any]) -> None:
    row = {"name": name, "value": value, "at": at, "said": said}
    session.execute(insert(ReviewState).values(row).on_conflict_do_update(index_elements=["name"], set_=row))


def named_states(session: Session, start: str) -> set[str]:
    return set(session.scalars(select(ReviewState.name).where(ReviewState.name.startswith(start, autoescape=True))))


def persons(session: Session) -> Iterator[tuple[str, dict[str, str]]]:
    """Every current person of every source: source and id as one text, and the cells of persons.csv."""
    columns = [getattr(SourcePerson, name) for name in PERSON_CELLS]
    query = select(*columns).where(SourcePerson.until.is_(None)).order_by(SourcePerson.source, SourcePerson.person_id)
    for row in session.execute(query.execution_options(yield_per=FETCHED)):
        cells = {
            name: ";".join(value) if isinstance(value, list) else value or ""
            for name, value in zip(PERSON_CELLS, row, strict=True)
        }
        yield f"{cells['source']}{SEPARATOR}{cells['person_id']}", cells


def cells_of(session: Session, linked: Collection[str]) -> dict[str, dict[str, str]]:
    return dict(_of(session, linked, SourcePerson, PERSON_CELLS))


def records_of(session: Session, linked: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """The current records of persons, as cells of records.csv."""
    records: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name, cells in _of(session, linked, SourceRecord, RECORD_CELLS):
        records[name].append(cells)
    return records


def _of(
    session: Session, linked: Collection[str], table: type[SourcePerson | SourceRecord], cells: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    pairs = [name.split(SEPARATOR, 1) for name in sorted(linked)]
    if not pairs:
        return
    query = text(
        f"SELECT {', '.join(f't.{name}' for name in cells)} FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[]))"
        f" AS asked (source, id) JOIN {table.__tablename__} AS t ON t.source = asked.source AND t.person_id = asked.id"
        " AND t.until IS NULL ORDER BY t.id"
    )
    asked = {"sources": [source for source, _ in pairs], "ids": [id_ for _, id_ in pairs]}
    for row in session.execute(query, asked):
        values = {name: value if value is not None else "" for name, value in zip(cells, row, strict=True)}
        yield f"{values['source']}{SEPARATOR}{values['person_id']}", values

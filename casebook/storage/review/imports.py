"""Queries about imports of registers: their rows, what rests on these, how they end, and mappings that were kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlalchemy import exists, select, text
from sqlalchemy.dialects.postgresql import TEXT, array
from sqlalchemy.orm import Session

from casebook.domain.review.corrections import ImportedRow
from casebook.domain.review.live_register import LIVE
from casebook.domain.review.register_headings import KeptMapping, RegisterMapping
from casebook.storage.review.registers import ENQUIRY, FETCHED, named_states
from casebook.storage.tables import (
    ReviewApplication,
    ReviewCase,
    ReviewContact,
    ReviewContactStep,
    ReviewImport,
    ReviewMapping,
    ReviewOpinion,
    ReviewReferral,
    ReviewRow,
)


def every_import(session: Session) -> list[ReviewImport]:
    """Also those that were removed or replaced, in the order in which they came."""
    return list(session.scalars(select(ReviewImport).order_by(ReviewImport.imported_at, ReviewImport.digest)))


def rows_that_count(session: Session, digest: str) -> Iterator[ImportedRow]:
    """The rows of one import, in the order of its file."""
    query = select(ReviewRow.id, ReviewRow.line, ReviewRow.digest, ReviewRow.cells).where(
        ReviewRow.import_digest == digest, ReviewRow.superseded_at.is_(None)
    )
    for row in session.execute(query.order_by(ReviewRow.line).execution_options(yield_per=FETCHED)):
        yield ImportedRow(id=row.id, line=row.line, digest=row.digest, cells=row.cells)


def is_of_the_casebook(session: Session, digest: str) -> bool:
    """Whether the rows of an import are the casebook's own closed applications."""
    own = ReviewRow.cells.has_key(LIVE)
    return session.scalar(select(exists().where(ReviewRow.import_digest == digest, own))) or False


def supersede(session: Session, digest: str, at: datetime) -> None:
    """The rows of an import no longer count. They stay under another id, and their own is free for corrected rows."""
    session.execute(
        text(
            "UPDATE review_row SET superseded_at = :at, id = id || chr(31) || gen_random_uuid()"
            " WHERE import_digest = :digest AND superseded_at IS NULL"
        ),
        {"digest": digest, "at": at},
    )


def rename(session: Session, ids: Mapping[str, str]) -> None:
    """Give rows that count other ids. `ids`: present id -> new id."""
    session.execute(
        text(
            "UPDATE review_row AS r SET id = n.new FROM unnest(CAST(:old AS text[]), CAST(:new AS text[])) AS n (old, new)"
            " WHERE r.id = n.old"
        ),
        {"old": list(ids), "new": list(ids.values())},
    )


def rested_on(session: Session) -> dict[str, str]:
    """The rows on which something rests that people did, with the reference: decisions, contacts, referrals, enquiries."""
    decided = select(ReviewOpinion.case_id).where(ReviewOpinion.decided_at.is_not(None))
    queries = (
        select(ReviewCase.anchor, ReviewCase.reference).where(
            ReviewCase.concluded_at.is_not(None) | ReviewCase.id.in_(decided)
        ),
        select(ReviewContact.anchor, ReviewContact.reference).where(
            ReviewContact.id.in_(select(ReviewContactStep.contact_id))
        ),
        select(ReviewReferral.anchor, ReviewReferral.reference),
    )
    rested = dict(pair for query in queries for pair in session.execute(query).tuples())
    return {name.removeprefix(ENQUIRY): "" for name in named_states(session, ENQUIRY)} | rested


def applications_with(session: Session, rows: Collection[str]) -> list[ReviewApplication]:
    """The applications to which these rows belong."""
    if not rows:
        return []
    query = select(ReviewApplication).where(ReviewApplication.rows.op("?|")(array(sorted(rows), type_=TEXT)))
    return list(session.scalars(query.order_by(ReviewApplication.reference)))


def kept_mappings(session: Session) -> list[ReviewMapping]:
    """The mappings of every register, the latest first."""
    return list(session.scalars(select(ReviewMapping).order_by(ReviewMapping.kept_at.desc(), ReviewMapping.register)))


def mapping_of(row: ReviewMapping) -> KeptMapping:
    return KeptMapping(
        register=row.register,
        headings=frozenset(row.headings),
        mapping=RegisterMapping(columns=row.columns, codes=row.codes),
    )

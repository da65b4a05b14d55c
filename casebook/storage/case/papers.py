"""The papers of a case."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.storage.tables import CaseDocument


def papers_of(session: Session, references: Collection[str]) -> Sequence[CaseDocument]:
    """The papers of these applications in the order in which they came, without what is in them."""
    query = select(CaseDocument).where(CaseDocument.reference.in_(references))
    return session.scalars(query.order_by(CaseDocument.added_at, CaseDocument.id)).all()


def same_paper(session: Session, reference: str, digest: str) -> str | None:
    """The id of a paper of this application with the same content."""
    query = select(CaseDocument.id).where(CaseDocument.reference == reference, CaseDocument.digest == digest)
    return session.scalar(query.limit(1))


def keys_in_use(session: Session) -> frozenset[str]:
    """The fingerprints of the keys that papers are sealed with now."""
    query = select(CaseDocument.key_fingerprint).where(CaseDocument.sealed.is_not(None)).distinct()
    return frozenset(each for each in session.scalars(query) if each is not None)

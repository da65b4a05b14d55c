"""Checks the live rows against their last digest, extracts against their load, and the schema against the adopted one."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.casework.core.notices import RECEIVED
from casebook.casework.reporting.checked_entries import PAGE, LedgerState, Mention
from casebook.casework.reporting.verification import Broken, Verification
from casebook.domain import chain
from casebook.domain.documents import DocumentKind, digest_of
from casebook.storage import ledger, schema, seals
from casebook.storage.case import load_digests, notices
from casebook.storage.tables import Application, Base, PolicyDocument


def live_rows(session: Session, state: LedgerState, verification: Verification) -> Iterator[Broken]:
    """Compare every live row with its last digest in the ledger, then name rows that the ledger records but are missing."""
    waiting = {name: mention for name, mention in state.rows.items() if not mention.digest.startswith(chain.DELETED)}
    gone = state.rows.keys() - waiting.keys()
    tables = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda table: str(table.__tablename__))
    for table in filter(lambda table: table.ledgered, tables):
        for name, values in ledger.live_values(session, table, page=PAGE):
            verification.rows += 1
            mention = waiting.pop(name, None)
            if mention is None:
                yield Broken(code="row_unspoken_of", what=name)
            elif values is None:
                yield Broken(code="row_unreadable", what=name)
            elif mention.digest != chain.row_digest(state.key, table.__tablename__, values, mention.place):
                yield Broken(code="row_changed", what=name)
    yield from (Broken(code="row_missing", what=name) for name in sorted(waiting))
    deletable = {table.__tablename__ for table in tables if table.deletable}
    for name in sorted(gone):
        if name.partition(":")[0] not in deletable or not _is_deletion(state, name, state.rows[name]):
            yield Broken(code="deletion_forged", what=name)


def _is_deletion(state: LedgerState, name: str, mention: Mention) -> bool:
    if mention.place is None:
        return mention.digest == chain.DELETED
    return chain.same(mention.digest, chain.deletion_digest(state.key, name, mention.place))


def documents(session: Session) -> Iterator[Broken]:
    """Documents of policy whose text is not the one their digest names, and applications under a document that is not there."""
    t = PolicyDocument
    for digest, body in session.execute(select(t.digest, t.body).order_by(t.digest)):
        if digest_of(body) != digest:
            yield Broken(code="document_changed", what=f"policy_document:{digest}")
    named = select(t.title).where(t.kind == DocumentKind.SCHEME, t.valid_from.is_not(None))
    under = select(Application.reference).where(Application.policy.not_in(named)).order_by(Application.reference)
    if session.scalar(select(t.digest).limit(1)) is not None:
        for reference in session.scalars(under):
            yield Broken(code="document_missing", what=f"application:{reference}")


def loads(session: Session) -> Iterator[Broken]:
    """Loads of extracts whose persons, records or keys are not those that were loaded, and counts of names that are wrong."""
    for number in load_digests.changed(session):
        yield Broken(code="extract_changed", what=f"source_extract:{number}")
    for source in load_digests.miscounted(session):
        yield Broken(code="counts_changed", what=f"source_frequency:{source}")


def receipts(session: Session) -> Iterator[Broken]:
    """Notices that are said to be received and were not, or the other way round."""
    for notice in notices.false_receipts(session, RECEIVED):
        yield Broken(code="receipt_changed", what=f"notice:{notice}")


def guards(session: Session) -> Iterator[Broken]:
    """Whether tables, constraints, triggers, functions and grants are those of the last migration."""
    anchor = seals.anchor(session, "schema")
    if anchor is not None and anchor.fingerprint != schema.fingerprint(session):
        yield Broken(code="schema_changed", what=f"schema:{anchor.detail}")

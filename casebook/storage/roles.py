"""The database's roles and their rights: whoever migrates owns the tables, and nobody who works does.

The ledger, seals and what a verification starts from are written once. Only the owner can switch a guard off. A role that
is not there gets nothing: on a server of one's own an administrator makes those that are wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Connection, text

from casebook.storage.role_names import APP, BACKUP, READER, WORKER, WORKING
from casebook.storage.tables import Base

_WRITE = "SELECT, INSERT, UPDATE"
# rows of these are written once; the ledger's trigger says the same to the owner
_ONCE = frozenset({"ledger", "seal"})
_OWNERS = frozenset({"trust_anchor", "alembic_version"})
# besides those that say so themselves: rows that stand for nothing, or are loaded anew
_REMOVED = frozenset({"maybe_idle", "source_frequency", "review_application"})
# who may act, what the sources say, which documents count and what people hand in is not the engine's to write
_NOT_THE_ENGINES = frozenset({
    "staff", "staff_role", "staff_detail", "competence", "account_proposal", "policy_document", "home", "clock_offset",
    "source_extract", "source_person", "source_record", "source_frequency", "seal", "case_document", "answer_draft",
})  # fmt: skip
# a reader may read papers: they are sealed, and the key is not in the database. Titles are as personal as all else there
_SECRETS = frozenset(
    {"token", "staff_detail", "desk_session"}
)  # digests of what proves who somebody is, and of where staff live
_FUNCTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({APP: ("source_keys_unindexed", "source_keys_indexed")})


def rights(role: str, table: str) -> str:
    """What a role may do with a table, as SQL; empty for nothing."""
    if role == BACKUP:
        return "SELECT"
    if role == READER:
        return "" if table in _SECRETS else "SELECT"
    if role == WORKER and table in {"token", "desk_session"}:
        return ""
    if table in _OWNERS or (role == WORKER and table in _NOT_THE_ENGINES):
        return "SELECT"
    if table in _ONCE:
        return "SELECT, INSERT"
    return f"{_WRITE}, DELETE" if table in _REMOVED | _deletable() else _WRITE


def _deletable() -> frozenset[str]:
    return frozenset(mapper.class_.__tablename__ for mapper in Base.registry.mappers if mapper.class_.deletable)


def grant(connection: Connection) -> None:
    """Give each role that is there exactly its rights. The connection is the owner's; the schema is of this release."""
    there = set(
        connection.scalars(text("SELECT rolname FROM pg_roles WHERE rolname = ANY(:names)"), {"names": list(WORKING)})
    )
    tables = [*Base.metadata.tables, "alembic_version"]
    for role in (role for role in WORKING if role in there):
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {role}"))
        connection.execute(text(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"))
        for table in tables:
            if allowed := rights(role, table):
                connection.execute(text(f'GRANT {allowed} ON "{table}" TO {role}'))
        for function in _FUNCTIONS.get(role, ()):
            connection.execute(text(f"GRANT EXECUTE ON FUNCTION {function}() TO {role}"))
    if BACKUP in there:
        connection.execute(text(f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {BACKUP}"))


def is_owner(connection: Connection) -> bool:
    """Whether this connection could switch the ledger's guards off."""
    query = "SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = 'public.ledger'::regclass"
    return bool(connection.scalar(text(query)))

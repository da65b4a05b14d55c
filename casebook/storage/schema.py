"""A fingerprint of what guards the rows: tables, constraints, triggers, functions and grants as they are now."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from casebook.domain import chain

# indexes are left out: a first load of an extract builds one anew. Names, not numbers: a restored copy has the same
_PARTS = (
    """SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
       WHERE table_schema = 'public' ORDER BY 1, 2""",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
    """SELECT tgrelid::regclass::text, tgname, tgenabled::text, pg_get_triggerdef(t.oid) FROM pg_trigger t
       JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT tgisinternal ORDER BY 1, 2""",
    """SELECT tgrelid::regclass::text, count(*) FILTER (WHERE tgenabled <> 'O') FROM pg_trigger t
       JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = 'public'::regnamespace GROUP BY 1 ORDER BY 1""",
    """SELECT proname, pg_get_function_identity_arguments(p.oid), md5(prosrc), prosecdef FROM pg_proc p
       WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
           SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 1, 2""",
    """SELECT tablename, policyname, cmd, qual FROM pg_policies WHERE schemaname = 'public' ORDER BY 1, 2""",
    """SELECT relname, relkind::text, relrowsecurity, (SELECT array_agg(given::text ORDER BY given::text)
           FROM unnest(relacl) AS given) FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f') ORDER BY 1""",
    """SELECT evtname, evtevent, evtenabled::text FROM pg_event_trigger ORDER BY 1""",
    """SELECT rulename, tablename, md5(definition) FROM pg_rules WHERE schemaname = 'public' ORDER BY 1, 2""",
)


def fingerprint(session: Session) -> str:
    """A digest of the schema `public`."""
    return chain.digest([[list(map(_plain, row)) for row in session.execute(text(part))] for part in _PARTS])


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, (str, int, list)) else str(value)

"""What only the owner of the tables may do for a load of an extract is a function; roles with fewer rights may call it."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# a first load builds the index of keys once, afterwards; `search_path` is fixed, so nobody slips in a table of theirs
_BODIES = {
    "source_keys_unindexed": """
        BEGIN
            IF EXISTS (SELECT FROM source_person) THEN RETURN false; END IF;
            DROP INDEX IF EXISTS ix_source_person_keys;
            RETURN true;
        END""",
    "source_keys_indexed": """
        BEGIN
            CREATE INDEX IF NOT EXISTS ix_source_person_keys ON source_person USING gin (keys) WHERE until IS NULL;
            -- until a vacuum, every search would read the entries that a load leaves pending beside the index
            PERFORM gin_clean_pending_list('ix_source_person_keys');
            RETURN true;
        END""",
}


def upgrade() -> None:
    for name, body in _BODIES.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER"
            f" SET search_path = public, pg_temp AS $${body}$$"
        )
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name}() FROM PUBLIC")


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

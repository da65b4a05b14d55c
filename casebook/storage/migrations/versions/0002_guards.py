"""The ledger is append-only, whoever asks."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
        """
    )
    for table in ("ledger", "seal"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    # an index holds some 2,700 bytes: what people may write can be longer, so it is kept as far as it tells apart
    names = "left(lower(surname), 100), left(lower(forename), 100)"
    op.execute(f"CREATE INDEX ix_person_name ON person (party, {names}, reference)")
    for number in ("pnc_id", "cro"):
        op.execute(f"CREATE INDEX ix_person_{number} ON person (left({number}, 40), reference) WHERE {number} IS NOT NULL")
    # a committed wake-up or notice is told at once to whoever listens; the sweep finds what nobody heard
    for table in ("outbox", "notice"):
        op.execute(
            f"""
            CREATE FUNCTION tell_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_notify('casebook_{table}', ''); RETURN NULL; END $$
            """
        )
        op.execute(
            f"CREATE TRIGGER {table}_told AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION tell_{table}()"
        )
    # what the sweep asks every quarter of an hour costs as much as is due, not as much as is open
    is_open = "done_at IS NULL AND cancelled_at IS NULL"
    for name, columns, which in (
        ("ix_sweep_overdue", "work_item (due_at)", f"{is_open} AND escalation_level = 0"),
        ("ix_sweep_unclaimed", "work_item (priority, opened_at)", f"{is_open} AND escalation_level = 0 AND owner IS NULL"),
        ("ix_sweep_unchanged", "work_item (stage, opened_at)", f"{is_open} AND escalation_level = 0 AND blocking"),
        ("ix_sweep_escalated", "work_item (escalation_level)", f"{is_open} AND escalation_level > 0"),
        ("ix_sweep_acknowledge", "work_item (id)", f"{is_open} AND kind = 'acknowledge_escalation'"),
        ("ix_sweep_waited_for", "work_item (reference)", f"{is_open} AND blocking"),
        ("ix_sweep_open", "application (reference)", "stage <> 'closed'"),
        ("ix_sweep_restricted", "application (reference)", "restricted AND stage <> 'closed'"),
        ("ix_sweep_unanswered", "search (reference)", "automatic AND returned_at IS NULL AND NOT superseded"),
        ("ix_sweep_called", "outbox (reference)", "dispatched_at IS NULL"),
        ("ix_sweep_neglected", "outbox (reference)", "reason = 'neglected'"),
        ("ix_sweep_held", "lease (reference)", "holder IS NOT NULL"),
        ("ix_sweep_undelivered", "notice (queued_at)", "received_at IS NULL"),
    ):
        op.execute(f"CREATE INDEX {name} ON {columns} WHERE {which}")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS fuzzystrmatch")


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

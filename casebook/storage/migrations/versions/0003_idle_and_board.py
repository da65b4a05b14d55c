"""Who may wait for nobody is kept, so that a sweep need not ask of all; the board is read from indexes alone; why a signature left something."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "maybe_idle",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maybe_idle")),
    )
    op.execute("INSERT INTO maybe_idle (reference) SELECT reference FROM application WHERE stage <> 'closed'")
    # by the database, so that nothing that ends a wait, in whatever way, can forget it
    op.execute(
        """
        CREATE FUNCTION may_be_idle() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO maybe_idle (reference) VALUES (coalesce(NEW.reference, OLD.reference)); RETURN NULL; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER application_may_be_idle AFTER INSERT OR UPDATE OF stage ON application"
        " FOR EACH ROW EXECUTE FUNCTION may_be_idle()"
    )
    op.execute(
        "CREATE TRIGGER work_item_may_be_idle AFTER UPDATE OF done_at, cancelled_at, blocking OR DELETE ON work_item"
        " FOR EACH ROW WHEN (OLD.blocking AND OLD.reference IS NOT NULL) EXECUTE FUNCTION may_be_idle()"
    )
    is_open = "done_at IS NULL AND cancelled_at IS NULL"
    # these two serve what they served, and the board beside it
    op.drop_index("ix_work_item_open", table_name="work_item")
    op.drop_index("ix_application_open", table_name="application")
    for name, columns, which in (
        ("ix_work_item_open", "work_item (role, opened_at)", is_open),
        ("ix_application_open", "application (stage, reference)", "stage <> 'closed'"),
        ("ix_board_pressing", "work_item (priority, due_at, opened_at, reference, id)", f"{is_open} AND blocking"),
        ("ix_board_longest", "work_item (opened_at, reference, id)", f"{is_open} AND blocking"),
        ("ix_board_unclaimed", "work_item (opened_at, id)", f"{is_open} AND owner IS NULL"),
        ("ix_board_kinds", "work_item (kind, reference)", is_open),
        ("ix_board_met", "clock (due_at, met_at)", "limit_name = 'whole_process' AND met_at IS NOT NULL"),
        ("ix_board_received", "application (received_at)", "true"),
        ("ix_board_closed", "application (closed_at)", "closed_at IS NOT NULL"),
    ):
        op.execute(f"CREATE INDEX {name} ON {columns} WHERE {which}")
    # empty for what was signed before: an absent value changes no digest
    op.add_column("assurance", sa.Column("why_uncovered", postgresql.JSONB(astext_type=sa.Text()), nullable=True))


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

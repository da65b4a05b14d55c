"""How an application ended early, which applications were merged, and which budget a time limit has."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json, moment = postgresql.JSONB(astext_type=sa.Text()), sa.DateTime(timezone=True)
    # empty in the rows of before: an absent value changes no digest
    for table, name, type_ in (
        ("proposal", "second_reason", sa.Text()), ("proposal", "told", json),
        ("clock", "starts_at", moment), ("clock", "priority", sa.Text()), ("clock", "ended_at", moment),
        ("application", "raised_at", moment), ("application", "merged_into", sa.Text()),
    ):  # fmt: skip
        op.add_column(table, sa.Column(name, type_, nullable=True))
    op.create_foreign_key(
        op.f("fk_application_merged_into_application"), "application", "application", ["merged_into"], ["reference"]
    )
    op.drop_constraint(op.f("ck_application_closed_has_outcome"), "application")
    op.create_check_constraint(
        op.f("ck_application_closed_has_outcome"),
        "application",
        "stage <> 'closed' OR ((outcome IS NOT NULL OR merged_into IS NOT NULL) AND closed_at IS NOT NULL)",
    )
    op.create_check_constraint(op.f("ck_clock_met_or_ended"), "clock", "met_at IS NULL OR ended_at IS NULL")
    op.create_table(
        "merger",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("changed", json, nullable=False),
        sa.Column("merged_at", moment, nullable=False),
        sa.Column("merged_by", sa.Text(), nullable=False),
        sa.Column("undone_at", moment, nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merger")),
        sa.ForeignKeyConstraint(
            ["reference"], ["application.reference"], name=op.f("fk_merger_reference_application")
        ),
        sa.ForeignKeyConstraint(["other"], ["application.reference"], name=op.f("fk_merger_other_application")),
    )
    op.create_index(op.f("ix_merger_reference"), "merger", ["reference"])


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

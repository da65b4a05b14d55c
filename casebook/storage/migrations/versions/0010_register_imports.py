"""Imports of registers that were removed or replaced, and what a person said about the headings of a register."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = postgresql.JSONB(astext_type=sa.Text())
    # empty in the rows of before: an absent value changes no digest, and an import without an end still counts
    for name, type_ in (
        ("content", sa.Text()), ("codes", json), ("ended_at", sa.DateTime(timezone=True)), ("ended_by", sa.Text()),
        ("ended_because", sa.Text()), ("replaced_by", sa.Text()),
    ):  # fmt: skip
        op.add_column("review_import", sa.Column(name, type_, nullable=True))
    op.add_column("review_row", sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_review_import_ended_by_somebody"), "review_import", "(ended_at IS NULL) = (ended_by IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_review_import_replaced_has_ended"), "review_import", "replaced_by IS NULL OR ended_at IS NOT NULL"
    )
    op.create_table(
        "review_mapping",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("headings", json, nullable=False),
        sa.Column("columns", json, nullable=False),
        sa.Column("codes", json, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_mapping")),
    )


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

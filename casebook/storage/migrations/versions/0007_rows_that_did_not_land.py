"""Rejected rows of application files that tell of danger; rows of extracts that did not land."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rejected_row",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.Text(), nullable=True),
        sa.Column("disposed_by", sa.Text(), nullable=True),
        sa.Column("disposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("disposed_by <> proposed_by", name=op.f("ck_rejected_row_two_people")),
        sa.ForeignKeyConstraint(["reference"], ["application.reference"], name=op.f("fk_rejected_row_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected_row")),
    )
    op.create_index(op.f("ix_rejected_row_reference"), "rejected_row", ["reference"])


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

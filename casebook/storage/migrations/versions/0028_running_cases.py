"""What an earlier list told of a case that was taken over."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told_record",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Text(), nullable=True),
        sa.Column("written", sa.Text(), nullable=True),
        sa.Column("told_by", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("taken_over_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["application.reference"], name=op.f("fk_told_record_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_record")),
    )
    op.create_index(op.f("ix_told_record_reference"), "told_record", ["reference"])


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

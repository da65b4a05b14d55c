"""Dip-checks of open cases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "open_check",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("points", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("checked_by <> staff_id", name=op.f("ck_open_check_two_people")),
        sa.ForeignKeyConstraint(["reference"], ["application.reference"], name=op.f("fk_open_check_reference")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_open_check_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_check")),
    )
    op.create_index(op.f("ix_open_check_reference"), "open_check", ["reference"])
    op.create_index(op.f("ix_open_check_staff_id"), "open_check", ["staff_id"])


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

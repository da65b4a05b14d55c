"""Applications that are taken down by hand, in steps, and reminders."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intake_draft",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("dropped_because", sa.Text(), nullable=True),
        sa.Column("taken_in", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["taken_in"], ["application.reference"], name=op.f("fk_intake_draft_taken_in")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_draft")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reference"], ["application.reference"], name=op.f("fk_reminder_reference")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_reminder_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
    )
    op.create_index(op.f("ix_reminder_reference"), "reminder", ["reference"])
    op.create_index(op.f("ix_reminder_staff_id"), "reminder", ["staff_id"])


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

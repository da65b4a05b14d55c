"""Meetings of the panel with an agenda of several cases, and what each agency said."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "panel_meeting",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("meets_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chair", sa.Text(), nullable=False),
        sa.Column("members", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("presence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("called_by", sa.Text(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_meeting")),
    )
    # a panel of before was convened for itself
    op.add_column("panel", sa.Column("meeting_id", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_panel_meeting_id"), "panel", "panel_meeting", ["meeting_id"], ["id"])
    op.create_index(op.f("ix_panel_meeting_id"), "panel", ["meeting_id"])
    op.create_table(
        "agency_statement",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("handling", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("handling IN ('P', 'C')", name=op.f("ck_agency_statement_handling")),
        sa.ForeignKeyConstraint(["reference"], ["application.reference"], name=op.f("fk_agency_statement_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_statement")),
    )
    op.create_index(op.f("ix_agency_statement_reference"), "agency_statement", ["reference"])


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

"""Changes of safe-contact plans, and the closing summary of a grave application."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "safe_contact_change",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("widens", json, nullable=False),
        sa.Column("before", json, nullable=True),
        sa.Column("after", json, nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("identified_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("second_by", sa.Text(), nullable=True),
        sa.Column("second_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("second_by <> recorded_by", name=op.f("ck_safe_contact_change_two_people")),
        sa.CheckConstraint(
            "(agreed IS NULL) = (second_by IS NULL)", name=op.f("ck_safe_contact_change_agreed_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["reference"], ["application.reference"], name=op.f("fk_safe_contact_change_reference")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safe_contact_change")),
        sa.UniqueConstraint("reference", "party", "number", name=op.f("uq_safe_contact_change_reference")),
    )
    op.create_index(op.f("ix_safe_contact_change_reference"), "safe_contact_change", ["reference"], unique=False)
    op.create_table(
        "closing_summary",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("safety_plan", sa.Text(), nullable=False),
        sa.Column("open_referrals", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["application.reference"], name=op.f("fk_closing_summary_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_summary")),
    )
    op.create_index(op.f("ix_closing_summary_reference"), "closing_summary", ["reference"], unique=False)


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

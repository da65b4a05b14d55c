"""Meetings that are still to be held, answers to referrals, changed circumstances, and questionnaires that are not complete."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # empty in the rows of before: an absent value changes no digest
    for table, name, type_ in (
        ("meeting", "new_date", sa.DateTime(timezone=True)), ("meeting", "accepted_by", sa.Text()),
        ("meeting", "accepted_at", sa.DateTime(timezone=True)), ("referral", "answer", sa.Text()),
        ("referral", "answered_at", sa.DateTime(timezone=True)), ("referral", "answered_by", sa.Text()),
    ):  # fmt: skip
        op.add_column(table, sa.Column(name, type_, nullable=True))
    op.create_check_constraint(
        op.f("ck_meeting_accepted_by_another"), "meeting", "accepted_by IS NULL OR accepted_by <> recorded_by"
    )
    op.create_table(
        "circumstance",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("earlier", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=True),
        sa.Column("learned_from", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circumstance")),
        sa.ForeignKeyConstraint(["reference"], ["application.reference"], name=op.f("fk_circumstance_reference")),
    )
    op.create_index(op.f("ix_circumstance_reference"), "circumstance", ["reference"])
    op.create_table(
        "instrument_shortfall",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("accepted_by IS NULL OR accepted_by <> recorded_by", name=op.f("ck_instrument_shortfall_two_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_shortfall")),
        sa.ForeignKeyConstraint(
            ["reference"], ["application.reference"], name=op.f("fk_instrument_shortfall_reference")
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_instrument_shortfall_reference"), "instrument_shortfall", ["reference"])


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

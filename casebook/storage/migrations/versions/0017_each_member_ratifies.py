"""A panel member's own answer about a decision out of cycle, and the words of a reason beside its code."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # no release wrote this table, so nothing has to be carried over
    op.alter_column("ratification", "emergency_id", nullable=True)
    op.add_column("ratification", sa.Column("decision_id", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_ratification_decision_id"), "ratification", "decision", ["decision_id"], ["id"])
    op.create_unique_constraint(op.f("uq_ratification_decision_id"), "ratification", ["decision_id", "member"])
    op.create_check_constraint(
        op.f("ck_ratification_of_one_act"), "ratification", "(emergency_id IS NULL) <> (decision_id IS NULL)"
    )
    op.create_table(
        "stated_reason",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("stated_by", sa.Text(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stated_reason")),
        sa.ForeignKeyConstraint(["reference"], ["application.reference"], name=op.f("fk_stated_reason_reference")),
    )
    op.create_index(op.f("ix_stated_reason_reference"), "stated_reason", ["reference"])


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

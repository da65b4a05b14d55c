"""When the second officer attested a delivery, and each panel member's own answer about an emergency disclosure."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # empty in the rows of before: an absent value changes no digest
    op.add_column("disclosure", sa.Column("attested_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "ratification",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("emergency_id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("ratified", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratification")),
        sa.ForeignKeyConstraint(["reference"], ["application.reference"], name=op.f("fk_ratification_reference")),
        sa.ForeignKeyConstraint(
            ["emergency_id"], ["emergency_disclosure.id"], name=op.f("fk_ratification_emergency_id")
        ),
        sa.UniqueConstraint("emergency_id", "member", name=op.f("uq_ratification_emergency_id")),
    )
    op.create_index(op.f("ix_ratification_reference"), "ratification", ["reference"])


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

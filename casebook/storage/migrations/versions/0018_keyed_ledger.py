"""Entries say through what and with which token they were made, and have a keyed code; seals are signed, one after another."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # what is there keeps its hash: the new columns are no part of it while they are empty
    for name in ("origin", "token", "mac"):
        op.add_column("ledger", sa.Column(name, sa.Text(), nullable=True))
    for name in ("previous", "entry_key", "public_key", "signature"):
        op.add_column("seal", sa.Column(name, sa.Text(), nullable=True))
    for name in ("number", "entries", "chains"):
        op.add_column("seal", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("seal", sa.Column("before", sa.Boolean(), nullable=True))
    op.create_unique_constraint(op.f("uq_seal_number"), "seal", ["number"])
    op.create_table(
        "trust_anchor",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_trust_anchor")),
    )


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

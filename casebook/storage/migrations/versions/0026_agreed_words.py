"""The words of a disclosure: agreed in approved phrases, approved, and read out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # an earlier release agreed no words: what it decided to disclose goes back to the panel unless it was told
    op.add_column("decision", sa.Column("passages", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("decision", sa.Column("words", sa.Text(), nullable=True))
    op.add_column("approval", sa.Column("words_digest", sa.Text(), nullable=True))
    op.add_column("disclosure", sa.Column("words_digest", sa.Text(), nullable=True))
    op.add_column("disclosure", sa.Column("departures", sa.Text(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

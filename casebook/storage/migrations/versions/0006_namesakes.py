"""Where a candidate stands for people, and who stands below the line or on no list."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # empty in the rows of before: an absent value changes no digest, and a candidate without a place is read one by one
    op.add_column("candidate", sa.Column("place", sa.Text(), nullable=True))
    op.add_column("candidate", sa.Column("worst", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("search", sa.Column("beyond", sa.Integer(), nullable=True))
    op.add_column("search", sa.Column("below", postgresql.JSONB(astext_type=sa.Text()), nullable=True))


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

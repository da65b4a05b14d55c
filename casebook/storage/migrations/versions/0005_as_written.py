"""What an application said where it could not be read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # empty for the applications of before: an absent value changes no digest
    op.add_column("application", sa.Column("as_written", postgresql.JSONB(astext_type=sa.Text()), nullable=True))


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

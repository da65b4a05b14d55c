"""When somebody first opened what they signed; answers and meetings that were superseded; conflicts of interest."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # empty in the rows of before: an absent value changes no digest
    for table, name, kind in (
        ("work_item", "read_at", sa.DateTime(timezone=True)),
        ("work_item", "superseded_at", sa.DateTime(timezone=True)),
        ("work_item", "superseded_by", sa.Text()),
        ("work_item", "superseded_why", sa.Text()),
        ("meeting", "superseded", sa.Boolean()),
    ):
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_table(
        "staff_detail",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_detail_staff_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", "kind", "digest", name=op.f("pk_staff_detail")),
    )
    op.create_table(
        "conflict_declaration",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("conflicted", sa.Boolean(), nullable=False),
        sa.Column("shared", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference"], ["application.reference"], name=op.f("fk_conflict_declaration_reference_application")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_conflict_declaration_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_declaration")),
        sa.UniqueConstraint("reference", "staff_id", "number", name=op.f("uq_conflict_declaration_reference")),
    )
    op.create_index(op.f("ix_conflict_declaration_reference"), "conflict_declaration", ["reference"], unique=False)


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

"""The documents of policy that a home uses. The shipped ones are taken over when the home is next opened."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "policy_document",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("amends", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("asked_from", moment, nullable=True),
        sa.Column("agreed_by", sa.Text(), nullable=True),
        sa.Column("agreed_at", moment, nullable=True),
        sa.Column("agreed_reason", sa.Text(), nullable=True),
        sa.Column("valid_from", moment, nullable=True),
        sa.Column("release", sa.Text(), nullable=False),
        sa.CheckConstraint("agreed_by IS NULL OR agreed_by <> proposed_by", name=op.f("ck_policy_document_two_people")),
        sa.CheckConstraint(
            "origin <> 'adopted' OR (agreed_by IS NULL) = (agreed_at IS NULL)",
            name=op.f("ck_policy_document_agreed_by_somebody"),
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_policy_document")),
        sa.ForeignKeyConstraint(["amends"], ["policy_document.digest"], name=op.f("fk_policy_document_amends")),
    )
    op.create_index(
        "uq_policy_document_title", "policy_document", ["kind", "title"], unique=True,
        postgresql_where=sa.text("amends IS NULL AND valid_from IS NOT NULL"),
    )  # fmt: skip


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

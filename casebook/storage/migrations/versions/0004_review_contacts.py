"""The review's steps towards a person keep the plan and the contact that was made; who has read which dossier is read from an index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # empty for the steps of before: an absent value changes no digest, and without a plan nobody is contacted
    for name, kind in (
        ("plan", postgresql.JSONB(astext_type=sa.Text())),
        ("channel", sa.Text()),
        ("purpose", sa.Text()),
        ("occurred_at", sa.DateTime(timezone=True)),
        ("agreed_meeting", sa.Boolean()),
        ("asked_plan_again", sa.Boolean()),
        ("left_message", sa.Boolean()),
    ):
        op.add_column("review_contact_step", sa.Column(name, kind, nullable=True))
    op.create_check_constraint(
        op.f("ck_review_contact_step_contact_at_a_time"),
        "review_contact_step",
        "(channel IS NULL) = (occurred_at IS NULL)",
    )
    op.execute("CREATE INDEX ix_ledger_dossier ON ledger (actor) WHERE event = 'review_dossier_viewed'")


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

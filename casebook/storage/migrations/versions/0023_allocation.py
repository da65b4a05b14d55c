"""Case officers, planned absences with their cover, and notices to one member of staff."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_owner",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["reference"], ["application.reference"], name=op.f("fk_case_owner_reference")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_case_owner_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_owner")),
    )
    op.create_index(op.f("ix_case_owner_reference"), "case_owner", ["reference"])
    now = sa.text("ended_at IS NULL")
    op.create_index("uq_case_owner_now", "case_owner", ["reference"], unique=True, postgresql_where=now)
    op.create_index("ix_case_owner_staff", "case_owner", ["staff_id"], postgresql_where=now)
    op.create_table(
        "absence",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("cover", sa.Text(), nullable=False),
        sa.Column("planned_by", sa.Text(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_absence_in_order")),
        sa.CheckConstraint("cover <> staff_id", name=op.f("ck_absence_two_people")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_absence_staff_id")),
        sa.ForeignKeyConstraint(["cover"], ["staff.id"], name=op.f("fk_absence_cover")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_staff_id"), "absence", ["staff_id"])
    op.create_index(op.f("ix_absence_cover"), "absence", ["cover"])
    op.create_table(
        "staff_notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_notice_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_notice")),
    )
    op.create_index(
        "ix_staff_notice_unread", "staff_notice", ["staff_id"], postgresql_where=sa.text("read_at IS NULL")
    )


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")

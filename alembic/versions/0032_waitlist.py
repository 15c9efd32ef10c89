"""What is set aside of a plan, who waits for it, and what customers are told of a build that does not come along."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "waitlist_place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=True),
        sa.Column("live_for", sa.String(65), nullable=True),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("offered_at", MOMENT, nullable=True),
        sa.Column("offered_until", MOMENT, nullable=True),
        sa.Column("holds_piece", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("why", sa.String(250), nullable=False),
        sa.Column("decided_by", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_waitlist_place_plan_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_waitlist_place_customer_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_waitlist_place_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_place")),
        sa.UniqueConstraint("live_for", name=op.f("uq_waitlist_place_live_for")),
    )
    op.create_index(op.f("ix_waitlist_place_customer_id"), "waitlist_place", ["customer_id"])
    op.create_index("ix_waitlist_place_queue", "waitlist_place", ["plan_id", "status", "id"])
    with op.batch_alter_table("plan") as plan:
        plan.add_column(sa.Column("set_aside", sa.Integer(), nullable=False, server_default="0"))
        plan.create_check_constraint(op.f("ck_plan_set_aside"), "set_aside >= 0")
    op.add_column("provisioning_job", sa.Column("trouble_kind", sa.String(32), nullable=True))
    op.add_column("provisioning_log", sa.Column("told", sa.String(250), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("provisioning_log", "told")
    op.drop_column("provisioning_job", "trouble_kind")
    with op.batch_alter_table("plan") as plan:
        plan.drop_constraint(op.f("ck_plan_set_aside"), type_="check")
        plan.drop_column("set_aside")
    op.drop_table("waitlist_place")

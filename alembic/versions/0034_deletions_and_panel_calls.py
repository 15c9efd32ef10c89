"""Deletions with days of grace, what was said to panels, and maintenance that was announced."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "deletion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("live_for", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("backup", sa.String(20), nullable=False),
        sa.Column("decided_by", sa.String(120), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_deletion_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion")),
        sa.UniqueConstraint("live_for", name=op.f("uq_deletion_live_for")),
        sa.UniqueConstraint("service_id", "ended_on", name=op.f("uq_deletion_service_id_ended_on")),
    )
    op.create_index("ix_deletion_due", "deletion", ["status", "due_on", "id"])
    op.create_table(
        "panel_exchange",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("panel", sa.String(40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("path", sa.String(700), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("sent", LONG_TEXT, nullable=False),
        sa.Column("got", LONG_TEXT, nullable=False),
        sa.Column("trouble", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_panel_exchange_service_id")),
        sa.ForeignKeyConstraint(["job_id"], ["provisioning_job.id"], name=op.f("fk_panel_exchange_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_exchange")),
    )
    op.create_index("ix_panel_exchange_service", "panel_exchange", ["service_id", "id"])
    op.create_index("ix_panel_exchange_panel", "panel_exchange", ["panel", "id"])
    op.create_index("ix_panel_exchange_ok", "panel_exchange", ["ok", "id"])
    op.create_index("ix_panel_exchange_at", "panel_exchange", ["at"])
    op.create_table(
        "maintenance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("panel", sa.String(40), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("begins_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("announced_at", MOMENT, nullable=False),
        sa.Column("announced_by", sa.String(120), nullable=False),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_maintenance_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance")),
    )
    op.create_index("ix_maintenance_shown", "maintenance", ["cancelled_at", "ends_at"])


def downgrade() -> None:
    op.drop_table("maintenance")
    op.drop_table("panel_exchange")
    op.drop_table("deletion")

"""Where panels and our records do not agree, and when they were compared."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "panel_comparison",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("panel", sa.String(40), nullable=False),
        sa.Column("tried_at", MOMENT, nullable=False),
        sa.Column("compared_at", MOMENT, nullable=True),
        sa.Column("servers", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_comparison")),
        sa.UniqueConstraint("panel", name=op.f("uq_panel_comparison_panel")),
    )
    op.create_table(
        "panel_finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("panel", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("live_key", sa.String(160), nullable=True),
        sa.Column("remote_id", sa.String(60), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("dismissed_at", MOMENT, nullable=True),
        sa.Column("note", sa.String(700), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("done", sa.String(700), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_panel_finding_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_finding")),
        sa.UniqueConstraint("live_key", name=op.f("uq_panel_finding_live_key")),
    )
    op.create_index(op.f("ix_panel_finding_service_id"), "panel_finding", ["service_id"])
    op.create_index("ix_panel_finding_open", "panel_finding", ["closed_at", "dismissed_at", "id"])
    op.create_index("ix_service_account", "service", ["panel", "account_ref"])


def downgrade() -> None:
    op.drop_index("ix_service_account", "service")
    op.drop_table("panel_finding")
    op.drop_table("panel_comparison")

"""The names of addresses."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "reverse_name",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(253), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("wish", sa.Integer(), nullable=False),
        sa.Column("wished_at", MOMENT, nullable=False),
        sa.Column("tried_at", MOMENT, nullable=True),
        sa.Column("trouble", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_reverse_name_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reverse_name")),
        sa.UniqueConstraint("address", name=op.f("uq_reverse_name_address")),
    )
    op.create_index(op.f("ix_reverse_name_service_id"), "reverse_name", ["service_id"])


def downgrade() -> None:
    op.drop_table("reverse_name")

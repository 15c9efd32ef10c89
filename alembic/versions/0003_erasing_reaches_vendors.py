"""Whom vendors still have to forget, and an index by which old sign-ins are found. The release before knows neither."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "vendor_erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("vendor", sa.String(40), nullable=False),
        sa.Column("ref", sa.String(80), nullable=False),
        sa.Column("email", sa.String(190), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", LONG_TEXT, nullable=False),
        sa.Column("stuck_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_vendor_erasure_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_erasure")),
        sa.UniqueConstraint("customer_id", "vendor", name=op.f("uq_vendor_erasure_customer_id_vendor")),
    )
    op.create_index("ix_vendor_erasure_waiting", "vendor_erasure", ["done_at", "tries", "id"])
    op.create_index("ix_sign_in_age", "sign_in", ["ok", "at"])


def downgrade() -> None:
    op.drop_index("ix_sign_in_age", "sign_in")
    op.drop_table("vendor_erasure")

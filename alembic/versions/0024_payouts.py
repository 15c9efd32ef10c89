"""What gateways pay out and still hold. The release before books no payout, and no fee but those of payments and disputes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "payout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(20), nullable=False),
        sa.Column("gateway_ref", sa.String(120), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("arrives_on", sa.Date(), nullable=False),
        sa.Column("booked_at", MOMENT, nullable=False),
        sa.Column("came_back_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("gateway", "gateway_ref", name=op.f("uq_payout_gateway_gateway_ref")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payout_amount")),
    )
    op.create_index("ix_payout_arrives_on", "payout", ["arrives_on"])
    op.create_table(
        "gateway_balance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(20), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("held_minor", sa.BigInteger(), nullable=True),
        sa.Column("booked_minor", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("differs_since", MOMENT, nullable=True),
        sa.Column("told_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_balance")),
        sa.UniqueConstraint("gateway", "currency", name=op.f("uq_gateway_balance_gateway_currency")),
    )


def downgrade() -> None:
    op.drop_table("gateway_balance")
    op.drop_table("payout")

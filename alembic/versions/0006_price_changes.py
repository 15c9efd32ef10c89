"""Prices that change for those who have subscribed already, and who was told of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "price_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("old_minor", sa.BigInteger(), nullable=False),
        sa.Column("new_minor", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("announced_at", MOMENT, nullable=False),
        sa.Column("announced_by", sa.String(120), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.CheckConstraint("old_minor >= 0 AND new_minor >= 0", name=op.f("ck_price_change_not_below_nothing")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_price_change_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_change")),
    )
    op.create_index("ix_price_change_effective_on", "price_change", ["effective_on"])
    op.create_index("ix_price_change_offer", "price_change", ["plan_id", "currency", "months"])
    op.create_table(
        "price_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["price_change.id"], name=op.f("fk_price_notice_change_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_price_notice_customer_id")),
        sa.ForeignKeyConstraint(["item_id"], ["subscription_item.id"], name=op.f("fk_price_notice_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_notice")),
        sa.UniqueConstraint("change_id", "item_id", name=op.f("uq_price_notice_change_id_item_id")),
    )
    op.create_index("ix_price_notice_customer_id", "price_notice", ["customer_id"])
    op.create_index("ix_price_notice_item_id", "price_notice", ["item_id"])
    op.create_index("ix_price_notice_open", "price_notice", ["applied_at", "from_day"])


def downgrade() -> None:
    op.drop_table("price_notice")
    op.drop_table("price_change")

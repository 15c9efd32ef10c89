"""What is kept from others for an order, why an order waits for a person, and what was offered to a customer.

New columns have defaults, so that the release before can go on writing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("words", sa.String(1000), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by", sa.String(120), nullable=False),
        sa.Column("answer", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_offer_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("number", name=op.f("uq_offer_number")),
    )
    op.create_index("ix_offer_customer_id", "offer", ["customer_id"])
    op.create_index("ix_offer_due", "offer", ["status", "valid_until"])
    op.create_index("ix_offer_status", "offer", ["status"])
    op.create_table(
        "order_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(250), nullable=False),
        sa.Column("held_by", sa.String(120), nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(120), nullable=False),
        sa.Column("answer", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.id"], name=op.f("fk_order_hold_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_hold")),
    )
    op.create_index("ix_order_hold_order", "order_hold", ["order_id", "id"])
    op.create_table(
        "stock_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_hold_quantity")),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.id"], name=op.f("fk_stock_hold_order_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_stock_hold_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_hold")),
    )
    op.create_index("ix_stock_hold_order_id", "stock_hold", ["order_id"])
    op.create_index("ix_stock_hold_plan_id", "stock_hold", ["plan_id"])
    with op.batch_alter_table("customer_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("offer_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("address", sa.String(64), server_default="", nullable=False))
        batch_op.create_unique_constraint(batch_op.f("uq_customer_order_offer_id"), ["offer_id"])
        batch_op.create_foreign_key(batch_op.f("fk_customer_order_offer_id"), "offer", ["offer_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("customer_order", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_customer_order_offer_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_customer_order_offer_id"), type_="unique")
        batch_op.drop_column("address")
        batch_op.drop_column("offer_id")

    op.drop_table("stock_hold")
    op.drop_table("order_hold")
    op.drop_table("offer")

"""Money that goes back. The release before knows none, and its credit notes leave what was paid as credit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "refund",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("credit_entry_id", sa.Uuid(), nullable=True),
        sa.Column("gateway", sa.String(20), nullable=False),
        sa.Column("gateway_ref", sa.String(120), nullable=True),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("asked_by", sa.String(120), nullable=False),
        sa.Column("failure", sa.String(120), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_refund_customer_id")),
        sa.ForeignKeyConstraint(["credit_entry_id"], ["credit_entry.id"], name=op.f("fk_refund_credit_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("gateway", "gateway_ref", name=op.f("uq_refund_gateway_gateway_ref")),
        sa.UniqueConstraint("key", name=op.f("uq_refund_key")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_amount")),
    )
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"])
    op.create_index(op.f("ix_refund_customer_id"), "refund", ["customer_id"])
    op.create_index(op.f("ix_refund_credit_entry_id"), "refund", ["credit_entry_id"])
    op.create_index("ix_refund_unsettled", "refund", ["status", "created_at"])


def downgrade() -> None:
    op.drop_table("refund")
